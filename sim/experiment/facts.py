"""Parameters of a scenario that outcomes need, since a history holds arrays alone."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.base.calendar import EDGE
from sim.model.banks.capital import demanded_ratio, required_ratio
from sim.model.banks.conditions import belief_of
from sim.scenario.dated import changes, mean_of, present
from sim.scenario.scenario import Menu, Scenario, terms_of

Floats = NDArray[np.float64]


def facts_of(s: Scenario, menu: Menu, dates: Floats) -> dict[str, Any]:
    """Parameters that outcomes need of a scenario and of what is on offer in a world.

    Parameters
    ----------
    s
    menu
    dates : array, shape (n_dates,), years
        Of settlements. What is demanded of banks may change on dates: it has a row for each.
        The transfer price is the mean over the experiment.
    """
    s = s.on_clock()
    return {
        "discount_rate": s.measurement.discount_rate,
        "relative_risk_aversion": s.measurement.relative_risk_aversion,
        "registration_lag": s.measurement.registration_lag_years,
        "outside_wealth": s.measurement.outside_wealth,
        "assets_per_sales": s.sme_register.assets_per_sales,
        "sales_per_staff": s.sme_register.sales_per_staff,
        "private_value_share": s.measurement.private_value_share,
        **ratios_of(s, dates), "hurdle_rate": s.capital.hurdle_rate,
        "income_tax_rate": s.taxation.income_tax_rate,
        "funding_rate": mean_of(
            s, "underwriting.funding_rate", 0.0, s.experiment.horizon_years
        ),
        "operating_cost": s.underwriting.operating_cost,
        "regimes": tuple(s.macro.regime), "sectors": tuple(s.sector), "banks": tuple(s.bank),
        "believed_loss": tuple(
            (belief.loss_secured, belief.loss_unsecured)
            for belief in (belief_of(s.belief, terms_of(menu, code)[0])
                           for code in range(1 + len(menu)))
        ),
        "menu": tuple(item.name for item in menu),
    }  # fmt: skip


def ratios_of(s: Scenario, dates: Floats) -> dict[str, Floats]:
    """What banks must hold at settlements, each of shape (n_dates, n_banks)."""
    rules = {"demanded_ratio": demanded_ratio, "required_ratio": required_ratio}
    found = {name: np.zeros((len(dates), s.n_banks)) for name in ("minimum_ratio", *rules)}
    # Between two changes of anything dated all rows are those of the first date.
    epochs = np.searchsorted(np.array(changes(s)) - EDGE, dates, side="right")
    for epoch in np.unique(epochs):
        rows = epochs == epoch
        now = present(s, dates[rows][0])
        found["minimum_ratio"][rows] = now.capital.minimum_ratio
        for name, rule in rules.items():
            found[name][rows] = [rule(now.capital, bank.surcharge) for bank in now.bank.values()]
    return found
