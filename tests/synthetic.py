"""Made-up results, small and with known answers, for the tests of outcomes and figures.

Nothing here is simulated by the engine: the numbers are drawn so that the true difference
of every arrangement from plain lending is known.
"""

from dataclasses import dataclass, field, replace
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.outcomes_table import Outcomes
from sim.analysis.tables import Held
from sim.outcomes.mark import Mark

ARRANGEMENTS = ("plain", "common_growth", "consortium", "loan_with_warrant", "revenue_swap")
STAGES = ("startup", "growth", "expansion", "mature")
BANKS = ("city_commercial", "joint_stock", "large_state")

# name: (unit, better, basis, label, heavy_tailed, paired, mean, spread, steps)
_KINDS: dict[str, tuple[Any, ...]] = {
    "bank.raroc": (
        "per year", "higher", "flow", "RAROC", False, False, 0.021, 0.02,
        (0.0, -0.004, 0.0002, 0.006, 0.009),
    ),
    "bank.interest_income": (
        "CNY million", "higher", "flow", "Interest income", False, False, 2400.0, 180.0,
        (0.0, 260.0, 310.0, 5.0, -140.0),
    ),
    "bank.credit_loss": (
        "CNY million", "lower", "flow", "Credit loss", False, False, 620.0, 140.0,
        (0.0, 60.0, 4.0, 30.0, -45.0),
    ),
    "bank.npl_ratio": (
        "share", "lower", "stock", "NPL ratio", False, False, 0.031, 0.006,
        (0.0, 0.0, -0.002, 0.001, -0.004),
    ),
    "firm.survival_5y": (
        "share", "higher", "vintage", "Alive after five years", False, False, 0.62, 0.03,
        (0.0, 0.018, 0.021, 0.012, 0.026),
    ),
    "firm.funding_gap": (
        "share", "lower", "flow", "Funding gap", False, False, 0.41, 0.04,
        (0.0, -0.06, -0.09, -0.03, -0.07),
    ),
    "firm.founder_wealth": (
        "CNY million", "higher", "vintage", "Founder wealth", True, False, 14.0, 6.0,
        (0.0, 0.5, 0.7, -0.9, 0.2),
    ),
    "system.credit_outstanding": (
        "CNY million", "neither", "stock", "Credit outstanding", False, False, 9000.0,
        700.0, (0.0, 1900.0, 2600.0, 900.0, 1700.0),
    ),
    "system.additional_survivors": (
        "firms per 1,000", "higher", "count", "Additional survivors", False, True, 0.0, 0.0,
        (0.0, 17.0, 21.0, 12.0, 27.0),
    ),
    "cycle.profit_boom": (
        "CNY million per year", "higher", "flow", "Profit in a boom", False, False, 46.0,
        9.0, (0.0, -3.0, 2.0, 4.0, 1.0),
    ),
    "cycle.profit_bust": (
        "CNY million per year", "higher", "flow", "Profit in a bust", False, False, -38.0,
        16.0, (0.0, -8.0, 1.0, -3.0, 11.0),
    ),
    "cycle.crossover_years": (
        "years", "lower", "vintage", "Years to overtake plain lending", False, True,
        np.nan, 1.2, (np.nan, np.nan, 8.5, 9.5, 6.5),
    ),
}  # fmt: skip


def nothing(history: object) -> float:
    """Stand in for the function of a mark."""
    return float("nan")


def marks() -> dict[str, Mark]:
    """Give the marks of the made-up outcomes."""
    return {
        name: Mark(
            name=name,
            unit=kind[0],
            better=kind[1],
            basis=kind[2],
            formula=f"made-up formula of {kind[3].lower()}",
            source="made up",
            label=kind[3],
            heavy_tailed=kind[4],
            paired=kind[5],
            function=nothing,
        )
        for name, kind in _KINDS.items()
    }


def outcome_frame(replications: int = 40, seed: int = 11) -> pd.DataFrame:
    """Give a tidy outcome table whose expected differences are the steps above."""
    generator = np.random.default_rng(seed)
    parts = []
    for name, kind in _KINDS.items():
        heavy, mean, spread, steps = kind[4], kind[6], kind[7], kind[8]
        common = generator.standard_normal(replications)
        for arrangement, step in zip(ARRANGEMENTS, steps, strict=True):
            own = 0.25 * generator.standard_normal(replications)
            shared = np.exp(common + own) if heavy else common + own
            level = 0.0 if kind[5] else mean
            value = level + step + (spread or 0.1) * shared
            if kind[5] and arrangement == "plain":
                value = np.zeros(replications) + step
            parts.append(_rows(arrangement, replications, outcome=name, value=value))
    return pd.concat(parts, ignore_index=True)


def _rows(arrangement: str, replications: int, **columns: Any) -> pd.DataFrame:
    """Give one block of a tidy table."""
    block = {"arrangement": arrangement, "replication": np.arange(replications)}
    return pd.DataFrame({**block, **columns})


@cache
def outcomes(replications: int = 40, seed: int = 11) -> Outcomes:
    """Give made-up outcomes with their marks; shared, so change a copy."""
    return Outcomes(outcome_frame(replications, seed), marks(), ARRANGEMENTS)


@cache
def outcomes_with_beliefs(replications: int = 40, seed: int = 13) -> Outcomes:
    """Give outcomes on beliefs: a fifth more start-ups default than banks believe."""
    generator = np.random.default_rng(seed)
    model = marks()["bank.raroc"]
    words = {
        "bank.belief_gap_loss": ("Gap of losses", 1.0),
        "bank.belief_gap_own": ("Own gap", 0.9),
        "bank.belief_gap_default_startup": ("Gap of defaults", 1.2),
    }
    parts = [
        _rows(
            arrangement,
            replications,
            outcome=name,
            value=mean + 0.05 * generator.standard_normal(replications),
        )
        for name, (_, mean) in words.items()
        for arrangement in ARRANGEMENTS
    ]
    known = {
        name: replace(model, name=name, label=label, unit="ratio", better="neither")
        for name, (label, _) in words.items()
    }
    return Outcomes(pd.concat(parts, ignore_index=True), known, ARRANGEMENTS)


def series_frame(replications: int = 40, seed: int = 12) -> pd.DataFrame:
    """Give made-up curves under the names that the engine uses."""
    generator = np.random.default_rng(seed)
    parts: list[pd.DataFrame] = []
    for replication in range(replications):
        shared = generator.standard_normal(4)
        for place, arrangement in enumerate(ARRANGEMENTS):
            own = shared + 0.2 * generator.standard_normal(4)
            parts += _curves(arrangement, replication, place, own)
            parts += _bank_curves(arrangement, replication, place, generator)
    return pd.concat(parts, ignore_index=True)


def _curve(key: tuple[str, int], series: str, x: Any, value: Any, bank: str = "") -> pd.DataFrame:
    """Give one curve of one replication."""
    columns = {"series": series, "bank": bank, "x": x, "value": value}
    return pd.DataFrame({"arrangement": key[0], "replication": key[1], **columns})


def _curves(arrangement: str, replication: int, place: int, shared: Any) -> list[pd.DataFrame]:
    """Give the curves that belong to no bank."""
    key = (arrangement, replication)
    age = np.arange(0.0, 15.5, 0.5)
    year = np.arange(0.0, 16.0)
    hazard = 0.085 * np.exp(0.12 * shared[0] - 0.05 * place)
    value = -60.0 - 4.0 * place + (14.0 + 2.0 * shared[1] + 2.5 * place) * (age - 5.0)
    vintage = 0.11 * np.exp(0.2 * shared[2] - 0.06 * place)
    parts = [
        _curve(key, "survival", age, np.exp(-hazard * age)),
        _curve(key, "survival_at_risk", year, (800.0 - place - replication) * np.exp(-year / 4)),
        _curve(key, "cumulative_value_by_age", age, value * (1 - np.exp(-age / 2))),
        _curve(key, "vintage_default", age[:11], vintage * (1 - np.exp(-age[:11] / 2.0))),
        _curve(key, "credit_outstanding", year, 900 * (4 + year) * (1 + 0.08 * place)),
        _curve(key, "cumulative_profit", year, (-3 + shared[3] + 2 * place) * year),
    ]
    period = np.arange(3.0, 16.0, 3.0)
    for name, firms in {
        "unborn>startup": 30.0 + 0 * period,
        "startup>startup": 60.0 + 0 * period,
        "startup>growth": 12.0 + place + period,
        "growth>growth": 40.0 + 2.0 * period,
        "growth>mature": 3.0 + place * (1 + shared[0] / 9) + 0 * period,
        "growth>listed": 1.0 + 0 * period,
        "mature>acquired": 2.0 + 0 * period,
        "startup>closed": 9.0 - place + 0 * period,
        "mature>mature": 5.0 + period,
    }.items():
        parts.append(_curve(key, f"stage_flow:{name}", period, firms))
    for name, amount in {
        "sales:customers:firms": 15_000.0 * (1 + 0.02 * place),
        "interest:firms:banks": 900.0 + 60.0 * place + 9.0 * shared[3],
        "royalty:firms:banks": 30.0 * (place == 4),
        # The parent takes back capital: paid the other way, on the whole.
        "capital of the desk:parent banks:banks": -150.0 + 6.0 * shared[2] - 15.0 * place,
    }.items():
        parts.append(_curve(key, f"paid:{name}", [15.0], [amount]))
    for number, stage in enumerate(STAGES):
        stock = 900 / (1 + number) + 25 * number * year + 12 * place * number * (1 + shared[0])
        parts.append(_curve(key, f"stage_count:{stage}", year, stock))
    return parts


def _bank_curves(
    arrangement: str, replication: int, place: int, generator: np.random.Generator
) -> list[pd.DataFrame]:
    """Give the curves of each bank; sharing thins the tail of a single bank."""
    key = (arrangement, replication)
    year = np.arange(0.0, 15.0)
    parts = []
    for size, bank in enumerate(BANKS, start=1):
        shape = 2.0 + 2.0 * (arrangement == "consortium")
        loss = generator.gamma(shape, 12.0 * size / shape, year.size)
        parts.append(_curve(key, "bank_annual_loss", year, loss, bank))
        profit = 14.0 * size + place - loss
        parts.append(_curve(key, "bank_annual_profit", year, profit, bank))
        beside = 0.4 * loss.sum() * (arrangement == "consortium")
        for role, borne in (("lead", loss.sum() - beside), ("beside", beside)):
            parts.append(_curve(key, f"loss_borne:{role}", [15.0], [borne], bank))
    for party in ("guarantors", "insurers", "lessors", "trusts"):
        borne = 20.0 + replication % 3 if (party, place) == ("guarantors", 1) else 0.0
        parts.append(_curve(key, f"loss_borne:{party}", [15.0], [borne]))
    return parts


@dataclass(frozen=True)
class MadeUpResults:
    """Everything that measuring and drawing read from results."""

    outcomes: pd.DataFrame
    series: pd.DataFrame
    scenario: Any = field(
        default_factory=lambda: SimpleNamespace(
            experiment=SimpleNamespace(
                arrangements=ARRANGEMENTS, all_run=ARRANGEMENTS, baseline="plain"
            )
        )
    )
    manifest: dict[str, Any] = field(
        default_factory=lambda: {
            "seed": 20251211,
            "replications": 40,
            "versions": {"python": "3.11.2", "numpy": "2.4.6"},
            "largest_residual": 3.1e-13,
        }
    )

    def table(self, name: str) -> Held:
        """Give a table, to be read by parts."""
        return Held(getattr(self, name))


@cache
def results(replications: int = 40) -> MadeUpResults:
    """Give made-up results of five arrangements; shared, so change a copy."""
    return MadeUpResults(outcome_frame(replications), series_frame(replications))
