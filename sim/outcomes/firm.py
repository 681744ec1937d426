"""What becomes of firms: survival, closings, stages reached, exits.

Cohorts are firms that enter in the experiment, so that all of their life is lived under
the arrangement; what is said of all firms also counts those that the common past left.
A listing or a sale is no failure: such a firm leaves observation alive.
"""

import numpy as np

from sim.engine.history import History
from sim.model.firms.record import ACQUIRED, FAILED_CASH, GROWTH, LISTED, MATURE
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
from sim.outcomes.survival import KaplanMeier, kaplan_meier, survival_at

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
    closed = status > ACQUIRED
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
