"""Parameters of a scenario that outcomes need, since a history holds arrays alone."""

from typing import Any

from sim.model.contracts.loss_sharing import cover_shares
from sim.scenario.scenario import Menu, Scenario


def facts_of(s: Scenario, menu: Menu) -> dict[str, Any]:
    """Parameters that outcomes need of a scenario and of what is on offer in a world."""
    return {
        "discount_rate": s.measurement.discount_rate,
        "relative_risk_aversion": s.measurement.relative_risk_aversion,
        "registration_lag": s.measurement.registration_lag_years,
        "outside_wealth": s.measurement.outside_wealth,
        "private_value_share": s.measurement.private_value_share,
        "required_ratio": s.capital.required_ratio, "failure_ratio": s.capital.failure_ratio,
        "funding_rate": s.underwriting.funding_rate,
        "operating_cost": s.underwriting.operating_cost,
        "regimes": tuple(s.macro.regime), "sectors": tuple(s.sector), "banks": tuple(s.bank),
        "menu": tuple(item.name for item in menu),
        "cover": tuple(cover_shares(item.arrangement.loss_sharing) for item in menu),
    }  # fmt: skip
