"""Parties beside the lenders: what they are paid for bearing losses, and what they pay."""

import numpy as np
from numpy.typing import NDArray

from sim.clauses.loss_sharing import cover_fees, cover_shares
from sim.engine.world import World
from sim.firms.loss_sharing import parts_of
from sim.state import ledger as party
from sim.state.accounts import BORNE, FEES, LEASED, OTHERS

LESSOR = OTHERS.index(party.LESSORS)


def settle_others(w: World) -> NDArray[np.float64]:
    """Post the quarter's fees and payments; returns each party's result, shape (4,).

    Order: guarantor, insurer, lessor, trust. A lessor sells its equipment after a default.
    """
    result = np.zeros(len(OTHERS))
    for item, (fees, paid) in zip(w.menu, w.by_terms[1:], strict=True):
        if not (np.any(fees) or np.any(paid)):
            continue
        clause = item.arrangement.loss_sharing
        earned = fees * parts_of(cover_fees(clause))
        borne = paid * parts_of(cover_shares(clause))
        sold = clause.lease_residual_share * float(borne[LESSOR])
        for n, other in enumerate(OTHERS):
            w.ledger.post(FEES.name, party.BANKS, other, float(earned[n]))
            w.ledger.post(BORNE.name, other, party.BANKS, float(borne[n]))
        w.ledger.post(LEASED.name, party.SUPPLIERS, party.LESSORS, sold)
        result += earned - borne
        result[LESSOR] += sold
    return result
