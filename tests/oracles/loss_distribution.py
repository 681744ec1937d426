"""Value at risk of a distribution with finitely many atoms."""

import numpy as np
from numpy.typing import ArrayLike


def lower_quantile(losses: ArrayLike, probabilities: ArrayLike, confidence: float) -> float:
    """Smallest atom whose distribution function reaches the confidence, up to 1e-12.

    Reference: Acerbi and Tasche (2002), Journal of Banking and Finance 26(7).
    """
    atoms, weights = np.asarray(losses, float), np.asarray(probabilities, float)
    order = np.argsort(atoms, kind="stable")
    place = int(np.searchsorted(np.cumsum(weights[order]), confidence - 1e-12))
    return float(atoms[order][min(place, atoms.size - 1)])
