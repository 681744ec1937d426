"""Capital rations: each bank takes the best loans that its capital budget carries."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def fits_capital(
    amount: Floats, banks: NDArray[np.int64], shares: Floats, merit: Floats, room: Floats
) -> NDArray[np.bool_]:
    """Which loans fit into the lenders' room, best first.

    Parameters
    ----------
    amount : array, shape (n,), CNY million
        New exposure of each loan.
    banks : int array, shape (n, k)
    shares : array, shape (n, k), rows sum to one
    merit : array, shape (n,)
        Larger goes first; ties by order.
    room : array, shape (n_banks,), CNY million
        What each bank can still lend.

    Returns
    -------
    bool array, shape (n,)
        A loan is taken only if all of its lenders have room for their shares. Loans whose
        lenders all have room for everything asked of them come first.

    Examples
    --------
    >>> fits_capital(np.array([5.0, 5.0]), np.array([[0], [0]]), np.ones((2, 1)),
    ...              np.array([0.1, 0.2]), np.array([7.0])).tolist()
    [False, True]
    """
    part = amount[:, None] * shares
    asked = np.bincount(banks.ravel(), weights=part.ravel(), minlength=room.shape[0])
    if np.all(asked <= room):
        return np.ones(amount.shape[0], dtype=bool)
    # What needs no new capital (a balance rolled over) fits whatever the room.
    needs = part > 0.0
    tight = asked > room
    fits = ~np.any(tight[banks] & needs, axis=1)
    left = room - np.bincount(banks[fits].ravel(), part[fits].ravel(), room.shape[0])
    hard = np.flatnonzero(~fits)
    for n in hard[np.argsort(-merit[hard], kind="stable")]:
        lenders = banks[n][needs[n]]
        if np.all(part[n][needs[n]] <= left[lenders]):
            left[lenders] -= part[n][needs[n]]
            fits[n] = True
    return np.asarray(fits)
