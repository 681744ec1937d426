"""The right that an offer asks for: its terms at signing, and what each side then gives.

A swap trades a right against banking business. As written, both may be worth anything. At parity
the lenders' part of the worth of the right, as far as they count what they cannot book, equals the
present worth to them of the demanded business, its delivery sure. Either the stake is cut until
that holds, or the demand; neither exceeds what is written, and no demand what the firm's accounts
bring. What is set here binds both sides until the right expires.
"""

from typing import Any

from sim.model.banks.own_business import demanded_worth
from sim.model.contracts.upside import DEMAND, STAKE, grant
from sim.model.firms.record import NO_RIGHT, SWAP, WARRANT
from sim.model.firms.worth_of_right import cost_of_right, stake_at_parity

HALVINGS = 40
"""Of the range in which a share is sought: to a part in 10**12."""


def grant_right(o: Any, a: Any, k: Any, u: Any, banks: Any, line: float) -> None:
    """Write the right that a firm grants for a line, and what it and the demand are worth.

    Parameters
    ----------
    o : offer
        Lenders, their parts and the believed default of the lead are written.
    a, k, u, banks
        Application, conditions of the arrangement, rules common to all banks and of each.
    line : float, CNY million
    """
    grant(o, k, line, a.value)
    o.right_years = k.right_years
    if o.right == SWAP:
        o.demanded_worth = demanded_worth(o, a, k, u, banks, 1.0)
        if k.parity == STAKE:
            cut_stake(o, a, k, u)
        elif k.parity == DEMAND:
            cut_demand(o, a, k, u, banks)
    if o.right == SWAP or o.right == WARRANT:
        o.granted_worth = worth_to_owners(o, a, u)


def worth_to_owners(o: Any, a: Any, u: Any) -> float:
    """What the right of an offer is expected to cost the owners, CNY million."""
    terms = (o.stake, o.exercise_amount, o.trigger)
    return cost_of_right(terms, a.value, o.right_years, u.right_volatility, u.right_discount)


def cut_stake(o: Any, a: Any, k: Any, u: Any) -> None:
    """Cut the stake, at the same strike, to what the demanded business is worth."""
    if k.counted_share <= 0.0:
        return
    worth = o.demanded_worth / k.counted_share
    terms, years = (o.stake, o.exercise_amount, o.trigger), o.right_years
    fair = stake_at_parity(worth, terms, a.value, years, u.right_volatility, u.right_discount)
    if fair < o.stake:
        o.exercise_amount *= fair / o.stake
        o.stake = fair
    if o.stake <= 0.0:
        o.right = NO_RIGHT


def cut_demand(o: Any, a: Any, k: Any, u: Any, banks: Any) -> None:
    """Cut the demand to what the lenders' part of the right is worth; all of it at most."""
    worth = k.counted_share * worth_to_owners(o, a, u)
    if worth >= o.demanded_worth:
        return
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        share = 0.5 * (low + high)
        if demanded_worth(o, a, k, u, banks, share) < worth:
            low = share
        else:
            high = share
    o.demanded_share = high
    o.demanded_worth = demanded_worth(o, a, k, u, banks, high)
