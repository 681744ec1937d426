"""One firm's money as an identity of its record, for lenders, the firm and its founders.

Lenders' money on a firm, over its whole life and all lenders together, is an identity of
its record:

    money = life * access * balance * (rate + funding saved - fee - cost of funds - running cost)
            + business * life + right - end * loss * balance * (1 - covered)

==============  ===========================================================================
effect          what differs
==============  ===========================================================================
rate            interest paid over the time integral of the balance
line            mean balance while there is a line
tenor           share of the firm's life with a line
sharing         part of the loss that others cover, and what they charge on the balance
funding         part of the balance that is refinanced at the central bank's rate
business        banking business brought per year of life
right           gains on rights and royalties
survival        years lived, whether it ends in default and with what loss per unit of
                balance, and the running cost of the stage it ends in
==============  ===========================================================================

The *lead's* money is the part that its mean share of the lines gives it; there the share
belongs to sharing. What the *firm* pays is ``life * access * balance * rate`` and royalties
and the cost of moving its business. *Founders'* wealth is ``share * (alive * value +
payments) * discount``: survival is whether there is something in the end and when, growth
the value and the payments, dilution the investors' share, right the holder's.
"""

from collections.abc import Callable, Mapping

import numpy as np

from sim.firms.record import ACQUIRED, ALIVE, LISTED
from sim.outcomes.columns import of_book
from sim.outcomes.groups import net_loss, unpaid
from sim.outcomes.spells import spells
from sim.state.history import History

Terms = dict[str, float]
UNDEFINED = float("nan")

LENT = {
    "rate": ("rate",), "line": ("balance",), "tenor": ("access",),
    "sharing": ("covered", "fee", "share"), "funding": ("refinanced",),
    "business": ("business",), "right": ("right",),
    "survival": ("life", "end", "loss", "running"),
}  # fmt: skip
PAID = {
    "rate": ("rate",), "line": ("balance",), "tenor": ("access",),
    "business": ("delivery",), "right": ("royalty",), "survival": ("life",),
}  # fmt: skip
OWNED = {
    "survival": ("alive", "discount"), "growth": ("value", "payments"),
    "dilution": ("investors",), "right": ("holder",),
}  # fmt: skip


def lenders_money(t: Terms) -> float:
    """Give what all lenders together earn on a firm, CNY million."""
    spread = t["rate"] + t["refinanced"] * t["cheaper"] - t["fee"] - t["funding"] - t["running"]
    flow = t["life"] * (t["access"] * t["balance"] * spread + t["business"])
    return flow + t["right"] - t["end"] * t["loss"] * t["balance"] * (1.0 - t["covered"])


def leads_money(t: Terms) -> float:
    """Give the part of the first lender, CNY million."""
    return t["share"] * lenders_money(t)


def firms_payments(t: Terms) -> float:
    """Give what the firm pays for its loans, CNY million."""
    flow = t["access"] * t["balance"] * t["rate"] + t["delivery"]
    return t["life"] * flow + t["royalty"]


def founders_wealth(t: Terms) -> float:
    """Give the present value at entry of what founders get, CNY million."""
    share = 1.0 - t["investors"] - t["holder"]
    return share * (t["alive"] * t["value"] + t["payments"]) * t["discount"]


PARTIES: dict[str, tuple[Callable[[Terms], float], Mapping[str, tuple[str, ...]]]] = {
    "lenders together": (lenders_money, LENT),
    "lead lender": (leads_money, LENT),
    "firm's payments": (firms_payments, PAID),
    "founders' wealth": (founders_wealth, OWNED),
}


def terms_of(history: History, firm: int) -> Terms:
    """Read the terms of the identities from one firm's record.

    Parameters
    ----------
    history : History
        Of a finished world.
    firm : int

    Returns
    -------
    dict of str to float
        nan where the world does not define a term.
    """
    f, facts = history.firms[firm], history.facts
    balance, line = float(f.cum_balance), float(f.credit_years)
    life = max(min(float(f.end), history.end) - float(f.birth), 0.0)
    cheap = facts.get("relending_rate")
    mean = _over(balance, line)
    ended = int(f.defaulted) == 1
    return {
        "life": life, "access": _over(line, life, 0.0), "balance": mean,
        "rate": _over(float(f.cum_interest), balance), "fee": _over(float(f.cum_fee), balance),
        "refinanced": _over(float(f.cum_refinanced), balance),
        "cheaper": 0.0 if cheap is None else facts["funding_rate"] - cheap,
        "funding": facts["funding_rate"], "running": facts["operating_cost"][int(f.stage)],
        "business": _over(float(f.cum_relation), life, 0.0),
        "delivery": _over(float(f.cum_delivery), life, 0.0),
        "right": float(f.cum_gain + f.cum_royalty), "royalty": float(f.cum_royalty),
        "end": float(ended), "covered": _covered(history, firm) if ended else UNDEFINED,
        "loss": _over(float(f.owed - f.recovery), mean) if ended else UNDEFINED,
        "share": _lead_share(history, firm), **_owners(history, firm),
    }  # fmt: skip


def _covered(history: History, firm: int) -> float:
    """Give the part of a loss that is not the lenders'."""
    whole = float(unpaid(history)[firm])
    return 1.0 - _over(float(net_loss(history)[firm]), whole, 1.0)


def _owners(history: History, firm: int) -> Terms:
    """Give what founders' wealth is made of."""
    f, facts = history.firms[firm], history.facts
    status = int(f.status)
    alive, sold = status == ALIVE, status in (LISTED, ACQUIRED)
    worth = facts["private_value_share"] * float(f.value) if alive else float(f.exit_value)
    last = history.end if alive else float(f.end)
    return {
        "alive": float(alive or sold), "value": worth if alive or sold else UNDEFINED,
        "payments": float(f.cum_dividend), "holder": float(f.holder),
        "investors": 1.0 - float(f.founders) - float(f.holder),
        "discount": (1.0 + facts["discount_rate"]) ** (float(f.birth) - last),
    }  # fmt: skip


def _lead_share(history: History, firm: int) -> float:
    """Give the first lender's mean share of the firm's lines; nan without a line."""
    book = of_book(history)
    rows = np.flatnonzero(book["firm"] == firm)
    if not rows.size:
        return UNDEFINED
    start, stop = spells(history)
    weight = (book["limit"] * (stop - start))[rows]
    lead = book["lender"][rows[0], 0]
    held = np.where(book["lender"][rows] == lead, book["share"][rows], 0.0).sum(axis=1)
    return _over(float(weight @ held), float(weight.sum()), float(held[0]))


def _over(part: float, whole: float, otherwise: float = UNDEFINED) -> float:
    return part / whole if whole > 0.0 else otherwise
