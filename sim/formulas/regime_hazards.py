"""Lives of firms whose hazards a macro regime multiplies.

A regime generator has shape (n_regimes, n_regimes), rates per year, rows summing to 0.
Regimes are an absorbing chain's states here, so every formula of `absorbing_chain` holds.
"""

import numpy as np
from numpy.typing import ArrayLike

from sim.formulas.absorbing_chain import AbsorbingChain, absorbing_chain
from sim.formulas.checks import FloatArray, not_negative, real


def regime_generator(switch_rates: ArrayLike) -> FloatArray:
    """Build the generator of a macro regime from its switching rates.

    Parameters
    ----------
    switch_rates : array_like, shape (n_regimes, n_regimes)
        Rates per year from row to column; the diagonal is ignored.

    Returns
    -------
    ndarray of float, shape (n_regimes, n_regimes)
        Rows sum to 0.

    Raises
    ------
    ValueError
        If the table is not square or a rate is negative.

    References
    ----------
    Hamilton (1989), Econometrica 57(2), in continuous time.

    Examples
    --------
    >>> regime_generator([[0.0, 0.2], [0.5, 0.0]])
    array([[-0.2,  0.2],
           [ 0.5, -0.5]])
    """
    rates = real("switch_rates", switch_rates)
    never = np.zeros((rates.shape[0], 1)) if rates.ndim == 2 else np.zeros((1, 1))
    return absorbing_chain(rates, never).moves


def stationary_regimes(generator: ArrayLike) -> FloatArray:
    """Long-run share of time in each regime.

    Parameters
    ----------
    generator : array_like, shape (n_regimes, n_regimes)
        Every regime must be reachable from every other.

    Returns
    -------
    ndarray of float, shape (n_regimes,)
        Sums to 1.

    Raises
    ------
    ValueError
        If the generator is not finite.

    References
    ----------
    Norris (1997), Markov Chains, section 3.5.

    Examples
    --------
    >>> stationary_regimes(regime_generator([[0.0, 0.2], [0.6, 0.0]])).round(9)
    array([0.75, 0.25])
    """
    rates = real("generator", generator)
    system = np.vstack([rates.T, np.ones(rates.shape[0])])
    target = np.append(np.zeros(rates.shape[0]), 1.0)
    return np.asarray(np.linalg.lstsq(system, target, rcond=None)[0])


def regime_chain(generator: ArrayLike, hazards: ArrayLike) -> AbsorbingChain:
    """Chain of one firm whose hazards depend on the regime only.

    Parameters
    ----------
    generator : array_like, shape (n_regimes, n_regimes)
    hazards : array_like, shape (n_regimes, n_causes)
        Per year.

    Returns
    -------
    AbsorbingChain
        States are the regimes.

    Raises
    ------
    ValueError
        If shapes do not fit or a rate is negative.

    References
    ----------
    Fischer and Meier-Hellstern (1993), The Markov-modulated Poisson process cookbook,
    Performance Evaluation 18(2).

    Examples
    --------
    >>> cycle = regime_generator([[0.0, 0.2], [0.5, 0.0]])
    >>> regime_chain(cycle, [[0.03, 0.10], [0.12, 0.02]]).moves.round(9)
    array([[-0.33,  0.2 ],
           [ 0.5 , -0.64]])
    """
    return absorbing_chain(generator, hazards)


def stage_regime_chain(
    stages: AbsorbingChain,
    generator: ArrayLike,
    move_multiplier: ArrayLike,
    cause_multiplier: ArrayLike,
) -> AbsorbingChain:
    """Chain of one firm whose stage hazards the regime multiplies.

    Parameters
    ----------
    stages : AbsorbingChain
        Hazards at a multiplier of 1.
    generator : array_like, shape (n_regimes, n_regimes)
    move_multiplier : array_like, shape (n_regimes,)
        On moves between stages, not negative.
    cause_multiplier : array_like, shape (n_regimes, n_causes)
        On the hazard of each cause, not negative.

    Returns
    -------
    AbsorbingChain
        State ``stage * n_regimes + regime``.

    Raises
    ------
    ValueError
        If shapes do not fit or a rate is negative.

    References
    ----------
    Neuts (1981), Matrix-Geometric Solutions, on Kronecker products of generators.

    Examples
    --------
    >>> stages = absorbing_chain([[0.0, 0.4], [0.0, 0.0]], [[0.1], [0.2]])
    >>> cycle = regime_generator([[0.0, 0.2], [0.5, 0.0]])
    >>> both = stage_regime_chain(stages, cycle, [1.0, 0.5], [[1.0], [2.0]])
    >>> both.causes.ravel()
    array([0.1, 0.2, 0.2, 0.4])
    """
    rates = real("generator", generator)
    faster = np.diag(not_negative("move_multiplier", real("move", move_multiplier)))
    n_stages = stages.moves.shape[0]
    moves = np.kron(np.eye(n_stages), rates) + np.kron(stages.moves, faster)
    multiplier = real("cause_multiplier", cause_multiplier)
    causes = stages.causes[:, None, :] * multiplier[None, :, :]
    return absorbing_chain(moves, causes.reshape(moves.shape[0], -1))
