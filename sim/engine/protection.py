"""Protection providers at a settlement: claims in order, caps of a year, capital, payments.

Defaults are claimed in order of their dates, ties by firm, so that it does not matter how often
accounts are settled. A claim counts in the calendar year of the default, and uses up capital
then; it is paid when the workout ends. Fees of a year are capital from the next 1 January on.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.base.columns import Rows
from sim.engine.ledger import (
    ACCOUNTS,
    BANKS,
    BORNE,
    FEES,
    FIRM_FEES,
    FIRMS,
    GUARANTORS,
    LEASED,
    LESSORS,
    PROTECTION_PROVIDERS,
    PUBLIC_FEES,
    REGUARANTEE_FEES,
    REGUARANTORS,
    REIMBURSED,
    STATE,
    SUPPLIERS,
    post,
)
from sim.model.firms.flows import PAID, PAID_BACK, REGUARANTEE
from sim.model.firms.loss_sharing import GUARANTOR, PROTECTOR, PROVIDERS, claim_cover
from sim.model.firms.record import ALIVE

# --- Before the rules run ------------------------------------------------------------------------


def opening_providers(terms: Rows) -> Rows:
    """Those who stand behind each arrangement of a menu, shape (1 + len(menu), PROVIDERS).

    Where a menu has an arrangement twice, the first row is of both.
    """
    providers = PROTECTOR.empty((terms.shape[0], PROVIDERS))
    providers["capital"] = terms["capitals"]
    providers["room"] = providers["reguarantee_room"] = math.inf
    return providers


def new_claims(firms: Rows) -> NDArray[np.int64]:
    """Rows of firms whose loss has not been shared, in order of default, ties by firm."""
    is_new = (firms["exposure_at_default"] > 0.0) & (firms["shared"] == 0)
    rows = np.flatnonzero(is_new)
    return rows[np.argsort(firms["end"][rows], kind="stable")]


# --- Rules of the settlement ---------------------------------------------------------------------


def share_claims(firms: Any, claims: Any, terms: Any, providers: Any) -> None:
    """Share the losses of firms that have defaulted, in order of `claims`, rows of theirs."""
    for n in range(claims.shape[0]):
        f = firms[claims[n]]
        k = terms[f.terms]
        claim_cover(f, k, providers[k.fund])
        f.shared = 1


def open_year(firms: Any, terms: Any, providers: Any) -> None:
    """On 1 January providers take stock of what they cover, which sets the caps of the year."""
    for code in range(terms.shape[0]):
        for n in range(PROVIDERS):
            providers[code, n].covered = providers[code, n].reguaranteed = 0.0
    for i in range(firms.shape[0]):
        f = firms[i]
        if f.status == ALIVE and f.guaranteed > 0.0:
            fund = terms[f.terms].fund
            for n in range(PROVIDERS):
                providers[fund, n].covered += f.cover[n] * f.balance
            providers[fund, GUARANTOR].reguaranteed += (
                f.reguaranteed * f.cover[GUARANTOR] * f.balance
            )
    for code in range(terms.shape[0]):
        for n in range(PROVIDERS):
            renew_provider(providers[code, n], terms[code].caps_per_year[n])
        guarantor = providers[code, GUARANTOR]
        guarantor.reguarantee_room = room_of_year(
            terms[code].reguarantee_cap, guarantor.reguaranteed
        )


def renew_provider(provider: Any, cap: float) -> None:
    """Fees of the year that ends become capital; a cap, where there is one, begins anew."""
    provider.capital += provider.earned
    provider.earned = 0.0
    provider.room = room_of_year(cap, provider.covered)


def room_of_year(cap: float, covered: float) -> float:
    """What a cap lets pay in a year, CNY million; there is none where nothing is covered yet."""
    return cap * covered if covered > 0.0 and not math.isinf(cap) else math.inf


_FEES, _FIRM_FEES, _PUBLIC_FEES, _BORNE, _LEASED, _REGUARANTEE_FEES, _REIMBURSED = (
    ACCOUNTS.index(one)
    for one in (FEES, FIRM_FEES, PUBLIC_FEES, BORNE, LEASED, REGUARANTEE_FEES, REIMBURSED)
)
LESSOR = PROTECTION_PROVIDERS.index(LESSORS)


def settle_protection(
    paid: Any, parties: Any, k: Any, flow: Any, providers: Any, results: Any
) -> None:
    """Pay those who stand behind an arrangement their fees; they pay their part of its losses.

    A lessor sells its equipment after a default. `results` has the order of
    `PROTECTION_PROVIDERS`, with re-guarantors last; fees and losses of the arrangement are
    `flow`, see `sim.model.firms.flows.PARTY_FLOWS`.
    """
    for n in range(len(PROTECTION_PROVIDERS)):
        other = PROTECTION_PROVIDERS[n]
        of_lenders = flow[0] * k.fee_parts[n]
        of_firms = flow[1] * k.firm_fee_parts[n]
        of_state = flow[2] * k.public_fee_parts[n]
        borne = flow[PAID + n]
        post(paid, parties, _FEES, BANKS, other, of_lenders)
        post(paid, parties, _FIRM_FEES, FIRMS, other, of_firms)
        post(paid, parties, _PUBLIC_FEES, STATE, other, of_state)
        post(paid, parties, _BORNE, other, BANKS, borne)
        earned = of_lenders + of_firms + of_state
        providers[n].earned += earned
        results[n] += earned - borne
    sold = k.residual_share * flow[PAID + LESSOR]
    post(paid, parties, _LEASED, SUPPLIERS, LESSORS, sold)
    providers[LESSOR].earned += sold
    results[LESSOR] += sold
    settle_reguarantee(paid, parties, flow, providers[GUARANTOR], results)


def settle_reguarantee(paid: Any, parties: Any, flow: Any, guarantor: Any, results: Any) -> None:
    """The guarantor pays its fee to the re-guarantor, which pays its part of losses back.

    What it pays back has been the guarantor's capital since the default.
    """
    fee = flow[REGUARANTEE]
    back = flow[PAID_BACK]
    post(paid, parties, _REGUARANTEE_FEES, GUARANTORS, REGUARANTORS, fee)
    post(paid, parties, _REIMBURSED, REGUARANTORS, GUARANTORS, back)
    guarantor.earned -= fee
    results[GUARANTOR] += back - fee
    results[PROVIDERS] += fee - back
