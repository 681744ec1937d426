"""What makes a firm fail, and how it ends.

A firm closes in one of four ways, and a clause of a contract enters none of them:

1. technical failure, a competing cause: rare in a healthy firm, likely in a setback;
2. a trial that fails and closes the firm (`sim.model.firms.project.trial_closes`);
3. no cash: a firm that cannot pay enters arrears, and closes where money has not come by the
   end of the window (`sim.model.firms.credit_line.enter_arrears`);
4. diversion: owners of a highly indebted firm that nobody watches strip it.

What it then owes goes into a workout (`sim.model.firms.workout`).
"""

from typing import Any

from sim.model.firms import record as r
from sim.model.firms.credit_line import is_cured, pay_due
from sim.model.firms.record import note
from sim.model.firms.right import end_right
from sim.model.firms.workout import draw_at_default, pay_from_cash, settle_default


def failure_hazard(f: Any, p: Any, c: Any) -> float:
    """Technical failure, of a healthy firm or of one in a setback."""
    if f.setback == 1:
        return p.setback_failure_hazard / f.quality_on_recovery
    return p.failure_hazard[f.stage] * f.quality_on_failure * c.setback


def diversion_hazard(f: Any, p: Any, c: Any) -> float:
    """Diversion rises with debt over equity value and falls where a lender monitors."""
    if f.balance <= 0.0 or p.diversion_hazard == 0.0:
        return 0.0
    leverage = min(f.balance / max(f.value, 0.1), 5.0)
    watched = p.monitoring_effect if f.monitored == 1 else 0.0
    return p.diversion_hazard * leverage * (1.0 - watched)


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
        f.cum_gap += f.demand
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
    if is_cured(f):
        f.arrears = 0
    else:
        close(f, p, c, t, r.FAILED_CASH, log, cursor)
