"""Legal but extreme scenarios run to the end, or say why they cannot."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from sim.base.errors import AccountingError, ScenarioError, SimError
from sim.engine.world import World
from sim.experiment.simulate import simulate, worlds
from sim.model.firms.record import (
    ALIVE,
    BIRTH,
    FAILED_CASH,
    FAILED_TECHNICAL,
    QUARTER,
    REGISTERED,
    STARTUP,
    UNBORN,
)
from sim.scenario.declared import locate
from sim.scenario.scenario import Scenario
from tests.capital import desks, with_one_weight
from tests.house.small import alike, shipped, study

NONE, BANKS = [0.0] * 4, tuple(shipped().bank)
TINY = {
    "population.firms": 60, "experiment.warm_up_years": 1.0,
    "experiment.horizon_years": 1.5, "experiment.replications": 1,
}  # fmt: skip
STILL = alike("lifecycle", "equity", "relationship") | {
    "lifecycle.progress_hazard": NONE, "lifecycle.regress_hazard": NONE,
    "lifecycle.setback_hazard": NONE, "lifecycle.failure_hazard": NONE,
    "lifecycle.setback_failure_hazard": 0.0, "lifecycle.recovery_hazard": 0.0,
    "lifecycle.diversion_hazard": 0.0, "equity.round_hazard": NONE,
    "equity.listing_hazard": NONE, "equity.acquisition_hazard": NONE,
    "relationship.offer_hazard": NONE,
}  # fmt: skip
EXTREMES: dict[str, dict[str, Any]] = {
    "no firm": {"population.firms": 0},
    "one firm": {"population.firms": 1, "population.initial_share": 1.0},
    "no hazard": STILL,
    "certain failure": alike("lifecycle") | {"lifecycle.failure_hazard": [1e9] * 4},
    "no capital": desks(BANKS, 0.0),
    "no line": {"underwriting.line_cap": NONE},
    "no risk weight": with_one_weight(0.0, defaulted=0.0),
    "a weight above any": with_one_weight(12.5, defaulted=12.5),
    "all is taxed away": {"taxation.income_tax_rate": 0.99, "taxation.vat_rate": 1.0},
    "a horizon of a month and a bit": {"experiment.horizon_years": 0.1},
    "a horizon of a day": {"experiment.horizon_years": 1.0 / 365.0},
    "no history": {"experiment.warm_up_years": 0.0},
    "a history that ends inside no quarter": {"experiment.warm_up_years": 0.1},
    "a run-off of a day": {"experiment.run_off_years": 1.0 / 365.0},
    "one cohort of mature firms": {
        "population.initial_share": 1.0, "population.first_stage": 3
    },
    "a frailty that is nearly always nothing": {"macro.frailty_variance": 100.0},
    "equal lending": {"experiment.footing": "equal_lending"},
    "two firms": {"population.firms": 2, "population.initial_share": 1.0},
    "money and rates of nothing": {
        "measurement.discount_rate": 0.0, "loan_prime_rate.one_year_rate": 0.0,
        "underwriting.funding_rate": 0.0, "operations.opening_cash": 1e-6,
        "operations.venture_opening_cash": 1e-6, "operations.opening_scale": 1e-6,
        "measurement.outside_wealth": 1e-6,
    },
    "amounts of a thousand billions, and rates of one": {
        "measurement.discount_rate": 1.0, "loan_prime_rate.one_year_rate": 1.0,
        "underwriting.funding_rate": 1.0, "operations.opening_cash": 1e9,
        "operations.venture_opening_cash": 1e9, "operations.opening_scale": 1e9,
        "measurement.outside_wealth": 1e9,
    },
    "hazards of a billionth of a thousandth": alike("lifecycle") | {
        "lifecycle.failure_hazard": [1e-12] * 4, "lifecycle.setback_hazard": [1e-12] * 4,
        "lifecycle.progress_hazard": [1e-12] * 4,
    },
    "hazards of a thousand": alike("lifecycle") | {
        "lifecycle.setback_hazard": [1e3] * 4, "lifecycle.failure_hazard": [1e3] * 4,
        "lifecycle.progress_hazard": [1e3] * 4,
    },
    "equal capital and none of it": {
        "experiment.footing": "equal_capital",
        **desks(BANKS, 0.0),
    },
}  # fmt: skip


def without(table: str, share: str, keep: str, run: tuple[str, ...]) -> Scenario:
    """The small scenario with one bank or one sector only."""
    values = study(TINY).model_dump(mode="python")
    values[table] = {keep: values[table][keep] | {share: 1.0}}
    values["arrangement"] = {name: values["arrangement"][name] for name in run}
    values["experiment"] |= {"arrangements": run}
    return Scenario.model_validate(values)


def ends(values: dict[str, Any]) -> Iterator[World]:
    return worlds(study(TINY | values), 0, trace=True)


@pytest.mark.parametrize("words", EXTREMES)
def test_it_runs_and_is_measured(words: str) -> None:
    results = simulate(study(TINY | EXTREMES[words]))
    run = results.scenario.experiment.arrangements
    assert set(results.outcomes["arrangement"]) == set(run)
    assert results.manifest["largest_accounting_residual"] < 1e-12
    assert results.manifest["identities_checked"] > 0
    # An outcome that is not defined is nan; one that overflows is a fault.
    assert not np.any(np.isinf(results.outcomes["value"]))


def test_without_firms_nobody_lends_and_nothing_happens() -> None:
    for w in ends(EXTREMES["no firm"]):
        assert w.book.used == 0
        assert not w.events
        assert not np.any(w.banks.loans[: w.scenario.n_banks])


def test_one_firm_has_a_life() -> None:
    for w in ends(EXTREMES["one firm"]):
        assert np.concatenate(w.events)["event"][0] == BIRTH


def test_without_hazards_only_cash_ends_a_firm() -> None:
    for w in ends(STILL):
        assert set(w.firms.status.tolist()) <= {UNBORN, ALIVE, FAILED_CASH}
        assert np.all(w.firms.stage[w.firms.status == ALIVE] == STARTUP)


def test_certain_failure_leaves_nobody() -> None:
    for w in ends(EXTREMES["certain failure"]):
        born = w.firms.status != UNBORN
        assert np.all(w.firms.status[born] == FAILED_TECHNICAL)
        assert np.all(w.firms.end[born] - w.firms.birth[born] < 1e-6)
        assert w.book.used == 0


@pytest.mark.parametrize("words", ["no capital", "no line"])
def test_banks_without_capital_or_without_lines_do_not_lend(words: str) -> None:
    for w in ends(EXTREMES[words]):
        assert not np.any(w.banks.loans[: w.scenario.n_banks])
        assert not np.any(w.firms.limit[w.firms.stratum == REGISTERED])


def test_a_horizon_shorter_than_a_quarter_is_settled_at_its_end() -> None:
    for w in ends(EXTREMES["a horizon of a month and a bit"]):
        assert w.panel[-1][0] == w.settled == 0.1
        assert np.all(w.firms.now <= 0.1)


def test_without_history_banks_open_with_empty_books() -> None:
    for w in ends(EXTREMES["no history"]):
        assert w.panel[0][0] == 0.25
        assert np.all(w.firms.birth[w.firms.status != UNBORN] >= 0.0)


def test_one_bank_lends_alone_and_loses_no_client() -> None:
    run = ("plain", "common_growth", "loan_with_warrant", "revenue_swap")
    for w in worlds(without("bank", "market_share", "joint_stock_bank", run), 0):
        assert w.book.used > 0
        assert not np.any(w.firms.switched_bank)
        assert set(np.unique(w.share[w.firms.limit > 0.0])) <= {0.0, 1.0}


def test_a_consortium_of_more_banks_than_there_are_says_why_not() -> None:
    with pytest.raises(ValueError, match="names 3 banks, the scenario has 1"):
        without("bank", "market_share", "joint_stock_bank", ("plain", "consortium"))


def test_one_sector_is_an_economy() -> None:
    run = shipped().experiment.arrangements
    for w in worlds(without("sector", "share", "biopharma", run), 0):
        assert not np.any(w.firms.sector)
        assert w.firms.status.max() >= ALIVE


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("population.firms", -1), ("experiment.horizon_years", 0.0),
        ("experiment.warm_up_years", -1.0), ("experiment.replications", 0),
        ("lifecycle.failure_hazard", [-0.1, 0.0, 0.0, 0.0]),
        ("operations.opening_cash", 0.0), ("equity.dilution", [1.0] * 4),
        ("workout.recovery_tangible", 1.5), ("capital.required_ratio", 0.0),
        ("bank.joint_stock_bank.market_share", 1.0),
        ("sector.biopharma.share", 1.0), ("macro.opening", "tomorrow"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_by_name(key: str, value: Any) -> None:
    with pytest.raises(ScenarioError) as caught:
        study({key: value})
    assert key.partition(".")[0] in str(caught.value)


def numbers(values: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every number and every vector of numbers in a scenario, with its path."""
    if isinstance(values, dict):
        for key, value in values.items():
            yield from numbers(value, (*path, key))
    else:
        first = values[0] if isinstance(values, tuple) and values else values
        if isinstance(first, int | float) and not isinstance(first, bool):
            yield path, values


def bounds(path: tuple[Any, ...]) -> tuple[float | None, float | None]:
    """Least and greatest legal value that the declaration names."""
    field = locate(Scenario, path).field
    extra = field.json_schema_extra if field else None
    if not isinstance(extra, dict):
        return None, None
    # Shares have their range in their type.
    whole = 1.0 if str(extra["unit"]).startswith("share") else None
    low, high = extra.get("low"), extra.get("high")
    return (
        0.0 if whole and low is None else low,  # type: ignore[return-value]
        whole if high is None else high,
    )


APART = {"experiment", "sources", "sector", "macro", "population", "arrangement"}


def at_the_edge(pick: int) -> dict[str, Any]:
    """Every number of the rules at its least (0) or greatest (1) declared value."""
    tree = {k: v for k, v in shipped().model_dump(mode="python").items() if k not in APART}
    found: dict[str, Any] = {}
    for path, value in numbers(tree):
        edge = bounds(path)[pick]
        if edge is not None and path[-1] != "market_share":
            key, kind = ".".join(path), type(value)
            legal = (edge,) * len(value) if kind is tuple else kind(edge)
            try:
                study({key: legal})
            except ScenarioError:
                continue
            found[key] = legal
    return found


@pytest.mark.parametrize("pick", [0, 1], ids=["least", "greatest"])
def test_everything_at_the_edge_of_what_is_declared_runs(pick: int) -> None:
    values = at_the_edge(pick)
    assert len(values) > 40
    results = simulate(study(TINY | values))
    assert results.manifest["largest_accounting_residual"] < 1e-9


def grown(factor: float) -> dict[str, Any]:
    """Every hazard of a cause `factor` times as high."""
    rules = shipped().model_dump(mode="python")
    keys = [
        (path, value)
        for path, value in numbers({k: rules[k] for k in ("lifecycle", "equity", "relationship")})
        if "hazard" in path[-1]
    ]
    return {
        ".".join(path): tuple(factor * v for v in value) if isinstance(value, tuple)
        else factor * value
        for path, value in keys
    }  # fmt: skip


@pytest.mark.parametrize("factor", [1e3, 1e6])
def test_a_firm_to_which_everything_happens_at_once_comes_to_an_end(factor: float) -> None:
    for w in ends(grown(factor)):
        born = w.firms.status != UNBORN
        assert np.mean(w.firms.status[born] == ALIVE) < 0.05
        assert w.ledger.residual < 1e-9


def test_an_overflow_is_refused_or_stops_the_run_instead_of_spreading() -> None:
    with pytest.raises((AccountingError, ScenarioError)):
        list(ends({"macro.regime.boom.drift": 5000.0, "macro.regime.bust.drift": 5000.0}))


@pytest.mark.slow
@pytest.mark.parametrize("change", [0.0, 1.0, -1.0, 1e3])
def test_every_number_alone_may_be_extreme(change: float) -> None:
    """What is legal runs; a number that no run can bear must be refused by its bounds."""
    fewest = TINY | {"population.firms": 40, "population.initial_share": 0.5}
    tree = shipped().model_dump(mode="python")
    tables = {k: v for k, v in tree.items() if k not in {"experiment", "population"}}
    broken = {}
    for path, value in numbers(tables):
        kind = type(value)
        legal = (change,) * len(value) if kind is tuple else kind(change)
        try:
            scenario = shipped().with_values(fewest | {".".join(map(str, path)): legal})
        except ScenarioError:
            continue
        try:
            simulate(scenario)
        except (SimError, ArithmeticError, ValueError, RuntimeWarning) as error:
            broken[".".join(map(str, path))] = repr(error)
    assert broken == {}


def test_the_calendar_of_a_quarter_does_not_stall() -> None:
    # Events exactly on a boundary: births, quarters and settlements on the same dates.
    still = STILL | {"population.initial_share": 1.0, "experiment.warm_up_years": 1.0}
    for w in ends(still):
        events = np.concatenate(w.events)
        quarters = events[(events["event"] == QUARTER) & (events["firm"] == 0)]
        dates = quarters["date"]
        assert dates.tolist() == [0.25 * n for n in range(-3, -3 + dates.size)]
