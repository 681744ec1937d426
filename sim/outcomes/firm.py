"""What becomes of firms: survival, closings, stages reached, exits.

Cohorts are firms that enter in the experiment, so that all of their life is lived under
the arrangement; what is said of all firms also counts those that the common past left.
A listing or a sale is no failure: such a firm leaves observation alive.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.base.checks import FloatArray, IntArray, inside, not_negative, real
from sim.engine.history import History
from sim.model.firms.record import ACQUIRED, DEPARTED, FAILED_CASH, GROWTH, LISTED, MATURE
from sim.outcomes.mark import family, outcome
from sim.outcomes.reading import (
    HOUSE,
    Ints,
    Mask,
    defaulted,
    ended,
    exited,
    failed,
    mean,
    newborn,
    of_firms,
    present,
    share,
)

# --- Survival estimated from data ----------------------------------------------------------------


class KaplanMeier(NamedTuple):
    """Survival estimated from durations, one entry per distinct age of an event."""

    years: FloatArray
    """Ages at which events were seen, rising."""
    at_risk: IntArray
    """Number under observation just before each age."""
    events: IntArray
    """Number of events at each age."""
    survival: FloatArray
    """Probability of surviving beyond each age."""
    variance: FloatArray
    """Greenwood's variance of the survival probability; nan once nobody survives."""
    low: FloatArray
    """Lower end of the log-log interval; nan once nobody survives."""
    high: FloatArray
    """Upper end of the log-log interval; nan once nobody survives."""


def kaplan_meier(
    durations: ArrayLike, observed: ArrayLike, confidence: float = 0.95, entry: ArrayLike = 0.0
) -> KaplanMeier:
    """Survival probability from durations of which some are cut off.

    Parameters
    ----------
    durations : array_like, shape (n,)
        Age in years at the event or when observation stopped.
    observed : array_like of bool, shape (n,)
        True for an event, False for a life cut off by the horizon; 1 and 0 stand for these.
        A life cut off at the age of an event counts as at risk then. Codes of several
        events are refused: say which of them counts, as in ``code == 2``.
    confidence : float
        Of the pointwise interval, strictly between 0 and 1.
    entry : array_like, shape (n,) or scalar
        Age at which observation began, below the duration; 0 unless firms were met late.

    Returns
    -------
    KaplanMeier
        Empty arrays if there is no event; survival is 1 before the first.

    Raises
    ------
    ValueError
        If shapes do not fit, an age is negative, an entry is not before its end, or
        `observed` holds anything but True and False.

    References
    ----------
    Kaplan and Meier (1958), Journal of the American Statistical Association 53; Greenwood
    (1926); the log(-log) interval is in Kalbfleisch and Prentice (2002), section 1.4.

    Examples
    --------
    >>> curve = kaplan_meier([1.0, 2.0, 2.0, 3.0], [True, True, False, True])
    >>> curve.survival.tolist()
    [0.75, 0.5, 0.0]
    """
    ends, seen, begins = _lives(durations, observed, entry)
    years, events = np.unique(ends[seen], return_counts=True)
    entered = np.searchsorted(np.sort(begins), years, side="left")
    left = np.searchsorted(np.sort(ends), years, side="left")
    at_risk = entered - left
    survival = np.cumprod(1.0 - events / at_risk, dtype=np.float64)
    alive = np.where(at_risk > events, at_risk - events, 1)
    some = survival > 0.0
    # Greenwood's sum is the variance of the log of the survival probability
    log_variance = np.where(some, np.cumsum(events / (at_risk * alive)), np.nan)
    low, high = _log_log_interval(survival, log_variance, confidence)
    variance = survival * survival * log_variance
    return KaplanMeier(years, at_risk, events, survival, variance, low, high)


def survival_at(curve: KaplanMeier, years: ArrayLike) -> FloatArray:
    """Read an estimated survival curve at given ages, whose shape the result has.

    Steps are right-continuous; beyond the last event stands the last value. Raises ValueError if
    an age is negative or nan.

    >>> curve = kaplan_meier([1.0, 2.0], [True, True])
    >>> survival_at(curve, [0.5, 1.0, 5.0])
    array([1. , 0.5, 0. ])
    """
    steps = np.concatenate([[1.0], curve.survival])
    place = np.searchsorted(curve.years, not_negative("years", years), side="right")
    return np.asarray(steps[place])


def _log_log_interval(
    survival: FloatArray, log_variance: FloatArray, confidence: float
) -> tuple[FloatArray, FloatArray]:
    """Interval that is symmetric for log(-log(survival)) and stays in [0, 1]."""
    from scipy.special import ndtri  # loads much of SciPy, which listing outcomes can do without

    width = ndtri(0.5 + 0.5 * float(inside("confidence", confidence)))
    some = (survival > 0.0) & (survival < 1.0)
    log_survival = np.log(np.where(some, survival, 0.5))
    shift = np.exp(width * np.sqrt(np.where(some, log_variance, 0.0)) / -log_survival)
    low = np.where(some, np.exp(log_survival * shift), np.nan)
    high = np.where(some, np.exp(log_survival / shift), np.nan)
    return low, high


def _lives(
    durations: ArrayLike, observed: ArrayLike, entry: ArrayLike
) -> tuple[FloatArray, NDArray[np.bool_], FloatArray]:
    """Check lives and give ends, event flags and starts of equal length."""
    ends = not_negative("durations", real("durations", durations))
    seen = _flags(observed)
    if ends.ndim != 1 or seen.shape != ends.shape:
        shapes = f"{ends.shape} and {seen.shape}"
        raise ValueError(f"durations and observed must be equally long; got {shapes}")
    begins = not_negative("entry", real("entry", entry))
    begins = np.broadcast_to(begins, ends.shape)
    late = (begins >= ends) & (begins > 0.0)
    if late.any():
        raise ValueError(f"entry must be before the end; got {begins[late][0]!r}")
    # a life observed from birth is at risk even for an event at age 0
    return ends, seen, np.where(begins > 0.0, begins, -1.0)


def _flags(observed: ArrayLike) -> NDArray[np.bool_]:
    """Event flags, checked: a code of 2, a text or nan is no flag, though it counts as true."""
    given = np.asarray(observed)
    is_flag = np.isin(given, (0, 1)) if given.dtype.kind in "biuf" else np.zeros(given.shape, bool)
    if not is_flag.all():
        raise ValueError(f"observed must hold True or False; got {given[~is_flag].tolist()[0]!r}")
    return given.astype(bool)


# --- What becomes of firms: survival, closings, stages reached, exits ----------------------------


KM = "Kaplan and Meier 1958, Journal of the American Statistical Association 53"
COHORT = (
    "Kaplan-Meier share not closed {years} years after entry, of firms that enter in the"
    " experiment and can be followed that long; listing and sale leave observation alive"
)
AGES = {5.0: {"age": 5, "years": "five"}, 10.0: {"age": 10, "years": "ten"}}
YEARS = {year: {"year": year, "age": year - 1} for year in (1, 2, 3, 4, 5, 10)}
ASSET_LIGHT = 0.2


def survival_curve(history: History, chosen: Mask) -> KaplanMeier:
    """Survival by age of some firms that live in the experiment, shape of `chosen` (n_firms,).

    Those met at an age count from that age on.
    """
    birth, end = of_firms(history)["birth"][chosen], of_firms(history)["end"][chosen]
    life = np.minimum(end, history.horizon) - birth
    return kaplan_meier(life, failed(history)[chosen], entry=np.maximum(-birth, 0.0))


def alive_after(history: History, years: float, chosen: Mask) -> float:
    """Share of some firms not closed after some years of life; nan of none."""
    if not chosen.any():
        return float("nan")
    return float(survival_at(survival_curve(history, chosen), years))


def stages_by(history: History, years: float, chosen: Mask) -> Ints:
    """Highest stage within some years of life, for firms that enter in the experiment."""
    firms = of_firms(history).rows(chosen)
    dates, birth = firms["stage_date"][:, GROWTH:], firms["birth"][:, None]
    reached = (dates > birth) & (dates <= birth + years)
    return np.asarray((reached * np.arange(GROWTH, MATURE + 1)).max(axis=1, initial=0))


@family("firm.survival_{age}y", over=AGES, unit="share", better="higher", basis="vintage",
    formula=COHORT, source=KM, label="Alive after {years} years")  # fmt: skip
def survival(history: History, age: float) -> float:
    """Survival to an age."""
    return alive_after(history, age, newborn(history, age))


@family("firm.survival_{age}y_all", over=AGES, unit="share", better="higher", basis="vintage",
    formula="Kaplan-Meier share not closed {years} years after entry, of all firms that live in"
    " the experiment, each counted from its age at the start date", source=KM,
    label="Alive after {years} years, all firms")  # fmt: skip
def survival_of_all(history: History, age: float) -> float:
    """Survival to an age, older firms included."""
    return alive_after(history, age, present(history))


@outcome("firm.survival_5y_asset_light", unit="share", better="higher", basis="vintage",
    formula=COHORT.format(years="five") + "; firms with tangible assets below 0.2 of sales",
    source=KM, label="Alive after five years, asset-light firms")  # fmt: skip
def survival_5y_asset_light(history: History) -> float:
    """Survival to age five of firms without collateral."""
    light = newborn(history, 5.0) & (of_firms(history)["tangible"] < ASSET_LIGHT)
    return alive_after(history, 5.0, light)


@outcome("firm.signer_survival_gain", unit="share", better="higher", basis="vintage", low=-1.0,
    formula="of firms that sign the arrangement here: share not closed by the horizon less the"
    " share of the same firms in the baseline; undefined where nobody signs",
    source="effect on the treated, Imbens and Rubin 2015, Causal Inference",
    paired=True)  # fmt: skip
def signer_survival_gain(history: History, baseline: History) -> float:
    """What the arrangement does for the survival of those who sign it."""
    signers = np.asarray(of_firms(history)["signed"] > 0)
    return share(failed(baseline), signers) - share(failed(history), signers)


@family("firm.exit_hazard_y{year}", over=YEARS, unit="per year", better="lower", basis="vintage",
    low=0.0, high=1.0,
    formula="of firms on the register at age {age}, share whose closing is registered within a"
    " year; registration comes a lag after the closing; firms that enter in the experiment and"
    " can be followed that long",
    source="reported as in SAIC 2013, survival of enterprises by age",
    label="Closing hazard, year {year}")  # fmt: skip
def exit_hazard(history: History, year: int) -> float:
    """Share of registered firms whose closing is registered in a year of life."""
    cohort = newborn(history, float(year))
    firms = of_firms(history).rows(cohort)
    age, status = firms["end"] - firms["birth"], firms["status"]
    closed = status > DEPARTED
    registered = np.where(closed, age + history.facts["registration_lag"], np.inf)
    left = np.where(exited(status), age, np.inf)
    at_risk = (registered > year - 1.0) & (left > year - 1.0)
    return share(registered <= year, at_risk)


@outcome("firm.default_share", unit="share", better="lower", basis="count",
    formula="of firms that live in the experiment, share that closes in it and leaves a loan"
    " unpaid", source=HOUSE, label="Borrowers that default")  # fmt: skip
def default_share(history: History) -> float:
    """Firms that default on a loan."""
    return share(defaulted(history), present(history))


@outcome("firm.liquidity_closures", unit="share", better="lower", basis="count",
    formula="of closings in the experiment, share of firms that ran out of cash", source=HOUSE,
    label="Closings out of cash")  # fmt: skip
def liquidity_closures(history: History) -> float:
    """Closings that money would have prevented."""
    return share(ended(history, FAILED_CASH, FAILED_CASH), failed(history))


@family("firm.{name}_share",
    over={
        LISTED: {"name": "listed", "how": "listed"}, ACQUIRED: {"name": "acquired", "how": "sold"},
    }, unit="share", better="higher", basis="count", source=HOUSE,
    formula="of firms that live in the experiment, share that is {how} in it")  # fmt: skip
def exit_share(history: History, status: int) -> float:
    """Firms that leave alive."""
    return share(ended(history, status, status), present(history))


@outcome("firm.stage_reached", unit="stages", better="higher", basis="vintage",
    formula="mean of the highest stage (0 start-up, 1 growth, 2 expansion, 3 mature) in the first"
    " five years of life, of firms that enter in the experiment and can be followed", source=HOUSE,
    label="Stage reached")  # fmt: skip
def stage_reached(history: History) -> float:
    """How far firms get in five years."""
    return mean(stages_by(history, 5.0, newborn(history, 5.0)).astype(np.float64))


@outcome("firm.time_to_growth", unit="years", better="lower", basis="vintage",
    formula="mean age at which firms reach growth, of those that do so within five years of"
    " entry; firms that enter in the experiment and can be followed", source=HOUSE)  # fmt: skip
def time_to_growth(history: History) -> float:
    """Years from entry to growth."""
    firms = of_firms(history).rows(newborn(history, 5.0))
    years = firms["stage_date"][:, GROWTH] - firms["birth"]
    return mean(years[(years > 0.0) & (years <= 5.0)])
