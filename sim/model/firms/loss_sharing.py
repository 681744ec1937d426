"""How a loss is shared: the whole rule; its terms are the clause of the same name.

1. Lenders keep a first loss. Of what is lost beyond it a guarantor, an insurer, a lessor and a
   trust together bear a share, up to a cap: `borne_by_protection`.
2. The rest is the lenders', by their shares of the contract: `split_by_share`.
3. Protection is split among its providers by the shares that the clause gives: `parts_of`.

Beliefs of banks, payments, outcomes and control variates all call these three. They work on
numbers and, element by element, on arrays; a compiled run and an interpreted one give the
same bits.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray


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
