"""Parameters of a scenario that outcomes need, since a history holds arrays alone."""

from typing import Any

from sim.model.banks.capital import demanded_ratio, required_ratio
from sim.model.banks.conditions import belief_of
from sim.model.contracts.loss_sharing import cover_shares
from sim.scenario.scenario import Menu, Scenario, terms_of


def facts_of(s: Scenario, menu: Menu) -> dict[str, Any]:
    """Parameters that outcomes need of a scenario and of what is on offer in a world."""
    return {
        "discount_rate": s.measurement.discount_rate,
        "relative_risk_aversion": s.measurement.relative_risk_aversion,
        "registration_lag": s.measurement.registration_lag_years,
        "outside_wealth": s.measurement.outside_wealth,
        "private_value_share": s.measurement.private_value_share,
        "minimum_ratio": s.capital.minimum_ratio, "hurdle_rate": s.capital.hurdle_rate,
        "demanded_ratio": tuple(
            demanded_ratio(s.capital, bank.surcharge) for bank in s.bank.values()
        ),
        "required_ratio": tuple(
            required_ratio(s.capital, bank.surcharge) for bank in s.bank.values()
        ),
        "income_tax_rate": s.taxation.income_tax_rate, "funding_rate": s.underwriting.funding_rate,
        "operating_cost": s.underwriting.operating_cost,
        "regimes": tuple(s.macro.regime), "sectors": tuple(s.sector), "banks": tuple(s.bank),
        "believed_loss": tuple(
            (belief.loss_secured, belief.loss_unsecured)
            for belief in (belief_of(s.belief, terms_of(menu, code)[0])
                           for code in range(1 + len(menu)))
        ),
        "menu": tuple(item.name for item in menu),
        "cover": tuple(cover_shares(item.arrangement.loss_sharing) for item in menu),
    }  # fmt: skip
