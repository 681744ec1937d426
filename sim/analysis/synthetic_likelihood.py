"""How likely published moments are where they are those of one history of the world.

A simulation gives moments of many histories. What was published is one: it lies around the mean
over histories by the luck of a history, and by what the figure itself leaves open. Both are taken
as normal, with mean and luck read from surfaces over the parameters:

    published ~ Normal(mean, luck (1 + 1 / histories) + error of the surface + tolerance squared)

A bound is met with the probability that a history lies on its good side, given what is published
beside it; bounds are taken as independent of one another.

References: Wood 2010, Nature 466, for the synthetic likelihood. Price, Drovandi, Lee and Nott
    2018, Journal of Computational and Graphical Statistics 27(1), for luck that is estimated.
    Schaefer and Strimmer 2005, Statistical Applications in Genetics 4(1), for the shrinkage.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, log_ndtr

from sim.analysis.surrogate import Floats, Surface, fit_surface

Counts = NDArray[np.int64]

_AT_ONCE = 512
"""Points whose matrices are held at a time."""
ABOUT, ABOVE, BELOW = 0, 1, -1


@dataclass(frozen=True, eq=False)
class Published:
    """What was published.

    Parameters
    ----------
    values, tolerances : shape (n_targets,)
        Tolerances are standard deviations.
    sides : shape (n_targets,)
        `ABOUT` for a value, `ABOVE` or `BELOW` where the value is a bound.
    """

    values: Floats
    tolerances: Floats
    sides: Counts


@dataclass(frozen=True, eq=False)
class Likelihood:
    """The density of what was published, at places of the parameters.

    Parameters
    ----------
    mean, spread
        Surfaces of the mean of each target over histories and of its standard deviation.
    luck, gap : shape (n_targets, n_targets)
        Correlations of targets over histories, and of the errors of the surfaces.
    histories
        Different histories behind the means.
    """

    published: Published
    mean: Surface
    spread: Surface
    luck: Floats
    gap: Floats
    histories: int

    def log_density(self, places: Floats) -> Floats:
        """Give the logarithm of the density at places of shape (n, n_dimensions): shape (n,)."""
        parts = [self._density(places[k : k + _AT_ONCE]) for k in range(0, len(places), _AT_ONCE)]
        return np.concatenate(parts) if parts else np.zeros(0)

    def covariance(self, places: Floats) -> tuple[Floats, Floats]:
        """Give means (n, n_targets) and covariances (n, n_targets, n_targets) of the published."""
        mean = self.mean.at(places)
        spread, error = np.maximum(self.spread.at(places), 0.0), self.mean.errors_at(mean)
        whole = _scaled(self.luck, spread) * (1.0 + 1.0 / self.histories)
        whole += _scaled(self.gap, error)
        whole += np.diag(self.published.tolerances**2)
        return mean, whole

    def _density(self, places: Floats) -> Floats:
        mean, whole = self.covariance(places)
        about = self.published.sides == ABOUT
        gap, order = self.published.values - mean, np.argsort(~about, kind="stable")
        count = int(about.sum())
        # Values first: rows of the factor below them are what bounds share with values.
        factor = np.linalg.cholesky(whole[:, order][:, :, order])
        first = factor[:, :count, :count]
        scaled = np.linalg.solve(first, gap[:, order][:, :count, None])[:, :, 0]
        diagonal = np.diagonal(first, axis1=1, axis2=2)
        found = -0.5 * (scaled**2).sum(axis=1) - np.log(diagonal).sum(axis=1)
        if count < about.size:
            below = factor[:, count:, :]
            shift = np.einsum("nij,nj->ni", below[:, :, :count], scaled)
            own = np.sqrt((below[:, :, count:] ** 2).sum(axis=2))
            away = (gap[:, order][:, count:] - shift) / own
            side = self.published.sides[order][count:]
            # A history lies above its bound where the bound lies below it, and so on.
            found += log_ndtr(-side * away).sum(axis=1)
        return np.asarray(found)


def _scaled(correlation: Floats, sizes: Floats) -> Floats:
    """Give covariances from one correlation and sizes (n, n_targets)."""
    return np.asarray(sizes[:, :, None] * correlation * sizes[:, None, :])


def likelihood(
    published: Published,
    places: Floats,
    values: Floats,
    groups: Counts,
) -> Likelihood:
    """Fit the likelihood to simulated design points.

    Parameters
    ----------
    places : shape (n_points, n_dimensions)
        Of the parameters in their ranges, -1 to 1.
    values : shape (n_points, n_targets, n_histories)
        Nan where undefined; at least two histories.
    groups : shape (n_points,)
        Points of a group were simulated with the same histories.
    """
    mean, size, count = _moments(values)
    rest = values - mean[:, :, None]
    means, spreads = fit_surface(places, mean, groups), _spreads(places, size, count, groups)
    histories = np.unique(groups).size * values.shape[2]
    freedom = max(np.unique(groups).size * (values.shape[2] - 1), 2)
    scale = np.where(size > 0.0, size, 1.0)[:, :, None]
    rows = (rest / scale).transpose(0, 2, 1).reshape(-1, values.shape[1])
    luck, gap = shrunk(rows, freedom), shrunk(means.residuals, len(places))
    return Likelihood(published, means, spreads, luck, gap, histories)


def _moments(values: Floats) -> tuple[Floats, Floats, Floats]:
    """Give mean, standard deviation and number of the defined histories, (n_points, n_targets)."""
    known = np.isfinite(values)
    count = known.sum(axis=2).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(known, values, 0.0).sum(axis=2) / count
        squares = np.where(known, (values - mean[:, :, None]) ** 2, 0.0).sum(axis=2)
        size = np.sqrt(np.where(count > 1, squares / (count - 1.0), np.nan))
    return np.where(count > 0, mean, np.nan), size, count


def _spreads(places: Floats, size: Floats, count: Floats, groups: Counts) -> Surface:
    """Fit the standard deviation over histories, free of the bias of its logarithm."""
    floor = 0.05 * np.nanmedian(np.where(size > 0.0, size, np.nan), axis=0)
    held = np.maximum(size, np.where(np.isfinite(floor), floor, 1e-12))
    half = 0.5 * np.maximum(count - 1.0, 1.0)
    bias = 0.5 * (digamma(half) - np.log(half))
    return fit_surface(places, held * np.exp(-bias), groups, only_log=True)


def shrunk(rows: Floats, freedom: int) -> Floats:
    """Give the correlation of columns, drawn towards none by as much as its noise asks.

    Parameters
    ----------
    rows : shape (n, n_columns)
        Nan where undefined.
    freedom
        Independent rows among them, at most n.

    Examples
    --------
    >>> rows = np.array([[1.0, 1.0], [-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0]])
    >>> shrunk(rows, 4).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    >>> bool(0.9 < shrunk(np.array([[1.0, 1.1], [-1.0, -1.0]] * 50), 100)[0, 1] < 1.0)
    True
    """
    known = np.nan_to_num(rows - np.nanmean(rows, axis=0))
    size = np.sqrt((known**2).sum(axis=0))
    scaled = known / np.where(size > 0.0, size, 1.0)
    found = scaled.T @ scaled
    np.fill_diagonal(found, 0.0)
    squares = float((found**2).sum())
    noise = float(((1.0 - found**2) ** 2).sum() - len(found)) / max(freedom, 1)
    kept = 1.0 - min(1.0, noise / squares) if squares > 0.0 else 0.0
    # Never the whole: a matrix of fewer rows than columns has no inverse.
    return np.asarray(min(kept, 0.99) * found + np.eye(len(found)))
