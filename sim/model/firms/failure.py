"""What makes a firm fail, and how it ends.

A firm closes in one of five ways, and a clause of a contract enters none of them:

1. technical failure, a competing cause: rare in a healthy firm, likely in a setback;
2. a trial that fails and closes the firm (`sim.model.firms.project.trial_closes`);
3. no cash: a firm that cannot pay enters arrears, and closes where money has not come by the
   end of the window (`sim.model.firms.credit_line.enter_arrears`);
4. diversion: owners of a highly indebted firm that nobody watches strip it;
5. an orderly wind-up: owners give up and sell what there is, which only happens where that and
   the cash pay the lenders in full, so it is never a default.

What a firm then owes goes into a workout (`sim.model.firms.workout`).
"""

import math
from typing import Any

from sim.model.firms import record as r
from sim.model.firms.beside import pay_overdue
from sim.model.firms.credit_line import is_cured, pay_due
from sim.model.firms.project import settle_project
from sim.model.firms.record import note
from sim.model.firms.right import end_right
from sim.model.firms.workout import (
    draw_at_default,
    pay_from_cash,
    settle_default,
    wind_up_proceeds,
)

LOG_FIVE = math.log(5.0)
"""Scale at which the hazard of an orderly wind-up is stated, CNY 5 million a year."""


def failure_hazard(f: Any, p: Any, c: Any) -> float:
    """Technical failure, of a healthy firm or of one in a setback."""
    if f.setback == 1:
        return p.setback_failure_hazard / f.quality_on_recovery
    return p.failure_hazard[f.stage] * f.quality_on_failure * c.setback


def diversion_hazard(f: Any, p: Any, c: Any) -> float:
    """Diversion rises with debt over equity value and falls where a lender monitors."""
    if f.balance + f.beside <= 0.0 or p.diversion_hazard == 0.0:
        return 0.0
    leverage = min((f.balance + f.beside) / max(f.value, 0.1), 5.0)
    watched = p.monitoring_effect if f.monitored == 1 else 0.0
    return p.diversion_hazard * leverage * (1.0 - watched)


def pays_creditors(f: Any, p: Any) -> bool:
    """Whether cash and an orderly sale of assets cover all debts."""
    return f.cash + wind_up_proceeds(f, p) >= f.balance + f.beside


def wind_up_hazard(f: Any, p: Any) -> float:
    """Owners give up: sooner where the firm is small or weak, hardly ever in its first year.

    Judged at the end of a quarter, and kept until that of the next.
    """
    if f.arrears == 1 or p.wind_up_hazard == 0.0 or not pays_creditors(f, p):
        return 0.0
    hazard = p.wind_up_hazard * math.exp(-p.wind_up_quality_slope * f.quality)
    hazard *= math.exp(-p.wind_up_size_exponent * (f.log_scale - LOG_FIVE))
    if p.wind_up_age <= 0.0:
        return hazard
    age = (f.now - f.birth) / p.wind_up_age
    return -hazard * math.expm1(-age * age)


def wind_up(f: Any, p: Any, t: float) -> None:
    """Sell what there is, pay lenders in full and owners the rest; with too little, go on."""
    if not pays_creditors(f, p):
        return
    proceeds = wind_up_proceeds(f, p)
    f.cash += proceeds
    f.cum_invest -= proceeds
    pay_from_cash(f)
    if f.project == 1:
        settle_project(f, 0.0)
    stop(f, t, r.WOUND_UP)


def divert(f: Any, p: Any) -> None:
    """Owners take part of the cash before creditors can."""
    taken = (1.0 - p.recovery_cash_share) * max(f.cash, 0.0)
    f.cash -= taken
    f.cum_dividend += taken


def close(f: Any, p: Any, c: Any, t: float, status: int, log: Any, cursor: Any) -> None:
    """The firm closes; what it still owes is a default."""
    before = f.balance
    draw_at_default(f, p)
    pay_from_cash(f)
    settle_default(f, p, c, max(before, f.balance), t)
    if f.defaulted == 1:
        note(f, t, r.DEFAULTED, f.exposure_at_default, log, cursor)
    if f.project == 1:
        settle_project(f, 0.0)
    stop(f, t, status)


def stop(f: Any, t: float, status: int) -> None:
    """The end: nothing flows any more."""
    f.status = status
    f.end = t
    f.request = 0
    f.project = 0
    f.arrears = 0
    end_right(f)
    f.balance = 0.0
    f.limit = 0.0
    f.rate = 0.0
    f.term = 0.0
    f.beside = 0.0
    f.charge = 0.0
    f.flow = 0.0
    f.sales = 0.0
    f.cost = 0.0
    f.invest = 0.0
    f.royalty = 0.0
    f.delivery = 0.0
    for cause in range(r.N_CAUSES):
        f.speed[cause] = 0.0


def on_arrears_end(f: Any, p: Any, c: Any, t: float, log: Any, cursor: Any) -> None:
    """The window is over: cured, or closed."""
    pay_due(f)
    pay_overdue(f)
    if is_cured(f):
        f.arrears = 0
    else:
        close(f, p, c, t, r.FAILED_CASH, log, cursor)
