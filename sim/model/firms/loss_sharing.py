"""How a loss is shared: the whole rule; its terms are the clause of the same name.

1. A protection provider covers a share of a firm's line, up to its cap per firm: `in_force`.
2. Lenders keep a first loss. Of what is lost beyond it each provider bears its share, or a share
   of what the others leave, as far as its caps and its capital reach: `claim_cover`. What
   exceeds them falls back on the next that bears what is left, and in the end on the lenders.
   Claims are paid in order of their defaults, and add up over the calendar year.
3. The rest is the lenders', by their shares of the contract: `split_by_share`.

Before a default nobody knows which claims will come first: beliefs of banks and control variates
leave caps over several firms out, and reckon with `borne_by_protection`. It works on numbers and,
element by element, on arrays; a compiled run and an interpreted one give the same bits.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.base.columns import Column, Table

PROVIDERS = 4
"""Protection providers of an arrangement: guarantor, insurer, lessor, trust."""
GUARANTOR = 0

PROTECTOR = Table(
    (
        Column("capital", "CNY million", "what it can still pay; claims not yet due taken off"),
        Column("room", "CNY million", "what it may still pay in this calendar year"),
        Column("reguarantee_room", "CNY million", "what it may still be paid back in it"),
        Column("covered", "CNY million", "balances that it covered on 1 January, by its shares"),
        Column("reguaranteed", "CNY million", "of these, what a re-guarantor covers"),
        Column("earned", "CNY million", "fees since then, its capital from the next one on"),
    )
)
"""State of a protection provider behind one arrangement."""


def in_force(written: float, cap: float, line: float) -> float:
    """Share of a firm's loss that a provider covers whose cap per firm is below the line.

    Parameters
    ----------
    written : float, share
        That of the contract.
    cap : float, CNY million
        Most of one firm's line that is covered; infinite for no cap.
    line : float, CNY million

    Examples
    --------
    >>> [in_force(0.4, 30.0, line) for line in (20.0, 30.0, 40.0)]
    [0.4, 0.4, 0.30000000000000004]
    """
    return written * min(cap / line, 1.0) if line > 0.0 else written


def covered_share(line: float, k: Any) -> float:
    """Share of a loss on a line that all providers cover; `k` are the arrangement's conditions."""
    share = 0.0
    for bears_rest in range(2):
        for n in range(PROVIDERS):
            if k.bears_rest[n] == bears_rest:
                left = 1.0 - share if bears_rest == 1 else 1.0
                share += in_force(k.cover_shares[n], k.caps_per_firm[n], line) * left
    return share


def claim_cover(f: Any, k: Any, providers: Any) -> None:
    """Share the loss of a firm that has defaulted among those who cover it, once.

    Parameters
    ----------
    f : firm
        What each provider bears of its loss is written into `borne`, what a re-guarantor pays
        the guarantor of it back into `reimbursed`, and what caps over several firms and spent
        capital leave to others into `fell_back`.
    k : conditions of the arrangement
    providers : record array, shape (PROVIDERS,), see `PROTECTOR`
        What each can and may still pay is reduced by what it pays.

    Notes
    -----
    Where claims are made at default, providers pay on the whole balance, and what the workout
    brings later goes back to them in proportion: caps and capital then meet gross payments.
    """
    exposure = f.exposure_at_default
    lost = exposure - f.recovery
    if lost <= 0.0:
        return
    claimed = exposure if k.claims_at_default == 1 else lost
    kept = lost / claimed
    left, room = claimed, f.cap_per_default * exposure
    for bears_rest in range(2):
        for n in range(PROVIDERS):
            if k.bears_rest[n] == bears_rest:
                base = left if bears_rest == 1 else claimed
                beyond = base - f.first_loss * exposure - k.deductibles[n]
                claim = min(f.cover[n] * max(beyond, 0.0), k.caps_per_default[n])
                claim = min(claim, left, room)
                paid = pay_claim(claim, providers[n])
                left -= paid
                room -= paid
                f.borne[n] = paid * kept
                f.fell_back += (claim - paid) * kept
                back = pay_back(paid, f.reguaranteed, providers[n]) if n == GUARANTOR else 0.0
                f.reimbursed += back * kept
                providers[n].capital += back + (paid - back) * (1.0 - kept)


def borne_together(f: Any) -> float:
    """What protection providers bear of the loss of a firm, CNY million."""
    whole = 0.0
    for n in range(PROVIDERS):
        whole += f.borne[n]
    return whole


def pay_back(paid: float, share: float, guarantor: Any) -> float:
    """What a re-guarantor pays a guarantor back of a payment, up to its own cap of the year."""
    back = min(share * paid, guarantor.reguarantee_room)
    guarantor.reguarantee_room -= back
    return back


def pay_claim(claim: float, provider: Any) -> float:
    """What a provider pays of a claim: as much as its year's cap and its capital leave."""
    paid = min(claim, provider.room, provider.capital)
    provider.room -= paid
    provider.capital -= paid
    return paid


def borne_by_protection(lost: Any, exposure: Any, share: Any, first_loss: Any, cap: Any) -> Any:
    """What protection providers bear of a loss, in the unit of `lost`.

    Parameters
    ----------
    lost : float or array, CNY million, not negative
        Balance at default less what is recovered of it.
    exposure : float or array, CNY million
        Balance at default; 1 where a loss is a share of it.
    share : float or array, in [0, 1]
        Share of protection providers in the loss beyond the lenders' first loss.
    first_loss, cap : float or array, shares of exposure at default
        What lenders bear before protection providers pay, and the most that protection pays
        together.

    Examples
    --------
    >>> [float(borne_by_protection(lost, 1.0, 0.5, 0.25, 0.2)) for lost in (0.05, 0.5, 0.9)]
    [0.0, 0.125, 0.2]
    """
    return np.minimum(share * np.maximum(lost - first_loss * exposure, 0.0), cap * exposure)


def split_by_share(amounts: Any, lender: Any, share: Any, out: Any) -> None:
    """Add the amounts of one contract to its lenders by their shares.

    Parameters
    ----------
    amounts : array, shape (m,)
    lender : int array, shape (n,); share : array, shape (n,)
        Lenders, lead first; shares fall to zero after the last.
    out : array, shape (n_banks, m)
        Sums to add to.
    """
    for j in range(share.shape[0]):
        if share[j] <= 0.0:
            return
        bank = lender[j]
        for a in range(amounts.shape[0]):
            out[bank, a] += amounts[a] * share[j]


def parts_of(values: Any) -> NDArray[np.float64]:
    """What each party beside the lenders has of their sum, shape of `values`.

    Parameters
    ----------
    values : array-like, shape (..., n_parties), not negative
        Shares of a loss, or fees; where all are zero, so are the parts.

    Examples
    --------
    >>> parts_of([[0.3, 0.0, 0.0, 0.1], [0.0, 0.0, 0.0, 0.0]]).round(6).tolist()
    [[0.75, 0.0, 0.0, 0.25], [0.0, 0.0, 0.0, 0.0]]
    """
    each = np.asarray(values, dtype=float)
    whole = each.sum(axis=-1, keepdims=True)
    return np.divide(each, whole, out=np.zeros_like(each), where=whole > 0.0)
