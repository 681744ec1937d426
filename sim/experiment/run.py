"""Simulate: every replication is one luck, lived through under each arrangement.

The history before the start date is simulated once under plain lending and branched, so
that opening books are identical. Replications run side by side through the interface of
`concurrent.futures`, in this process, in local processes, or on a cluster.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, as_completed
from typing import Any

import numpy as np
import pandas as pd

from sim.clauses.loss_sharing import cover_shares
from sim.engine.processes import run_world
from sim.engine.warm import prepare
from sim.engine.watch import follow
from sim.engine.world import World, new_world
from sim.experiment import tables
from sim.experiment.controls import controls_of, watches_of
from sim.experiment.frames import bank_frame, event_frame
from sim.experiment.manifest import manifest_of
from sim.experiment.pool import local_pool, lost_workers
from sim.experiment.progress import Asked, meter
from sim.experiment.results import Reduced, Results, joined
from sim.experiment.same_firms import line_factors, mean_lines, with_lines
from sim.experiment.tables import names
from sim.firms.record import FIRM
from sim.outcomes.mark import evaluate
from sim.outcomes.series import all_series
from sim.scenario.model import EQUAL_FIRMS, EQUAL_LENDING, Scenario
from sim.state.history import History

FIRMS, EVENTS = "firms", "events"
OUTCOME_COLUMNS, SERIES_COLUMNS = names(tables.OUTCOMES), names(tables.SERIES)


def simulate(
    scenario: Scenario,
    *,
    workers: int = 1,
    keep: Sequence[str] = (),
    progress: Asked = None,
    executor: Executor | None = None,
) -> Results:
    """Run all replications of a scenario.

    Parameters
    ----------
    scenario : Scenario
    workers : int
        Processes that run replications side by side.
    keep : sequence of str
        ``"firms"`` and ``"events"`` keep those records; large.
    progress : callable or bool, optional
        A function that is told how many replications are done, of how many; or whether to
        show it. By default it is shown in a notebook and nowhere else.
    executor : concurrent.futures.Executor, optional
        Where to run instead of local processes, for example a Dask client's executor.

    Returns
    -------
    Results

    Raises
    ------
    AccountingError
        If an accounting identity breaks.
    """
    numbers = range(scenario.experiment.replications)
    done: list[Reduced] = []
    tell = meter(progress)
    if executor is None:
        prepare(scenario, tell.say)
    tell(0, len(numbers))
    for one in replicate(scenario, numbers, workers=workers, keep=keep, executor=executor):
        done.append(one)
        tell(len(done), len(numbers))
    return gather(scenario, done, keep=keep)


def replicate(
    scenario: Scenario,
    numbers: Iterable[int],
    *,
    workers: int = 1,
    keep: Sequence[str] = (),
    executor: Executor | None = None,
) -> Iterator[Reduced]:
    """Run the given replications and yield each as it is finished.

    Parameters
    ----------
    scenario : Scenario
    numbers : iterable of int
        Which replications.
    workers, keep, executor
        As in `simulate`.

    Yields
    ------
    Reduced
    """
    todo = list(numbers)
    if executor is None and (workers <= 1 or len(todo) <= 1):
        for number in todo:
            yield one_replication(scenario, number, tuple(keep))
        return
    pool = executor or local_pool(min(workers, len(todo)))
    try:
        with lost_workers():
            futures = [pool.submit(one_replication, scenario, n, tuple(keep)) for n in todo]
            for future in as_completed(futures):
                yield future.result()
    finally:
        if executor is None:
            pool.shutdown(wait=False, cancel_futures=True)


def one_replication(scenario: Scenario, replication: int, keep: tuple[str, ...] = ()) -> Reduced:
    """One luck under every arrangement, reduced to outcomes and series.

    Parameters
    ----------
    scenario : Scenario
    replication : int
    keep : tuple of str

    Returns
    -------
    Reduced
    """
    start = time.perf_counter()
    parts: dict[str, list[Any]] = {name: [] for name in ("outcomes", "series", "banks")}
    kept: dict[str, list[Any]] = {FIRMS: [], EVENTS: []}
    residual, checks = 0.0, 0
    baseline: History | None = None
    for world in worlds(scenario, replication, EVENTS in keep):
        history = freeze(world)
        baseline = history if baseline is None else baseline
        tags: dict[str, Any] = {"arrangement": world.name, "replication": replication}
        values = evaluate(history, baseline) | world.controls
        parts["outcomes"].append(
            pd.DataFrame({**tags, "outcome": list(values), "value": list(values.values())})
        )
        parts["series"].append(all_series(history, baseline).assign(**tags))
        parts["banks"].append(bank_frame(history).assign(**tags))
        if FIRMS in keep:
            kept[FIRMS].append(FIRM.frame(world.firms).assign(**tags))
        if EVENTS in keep:
            kept[EVENTS].append(event_frame(world).assign(**tags))
        residual = max(residual, world.ledger.residual)
        checks += world.ledger.checks
    return Reduced(
        replication=replication,
        outcomes=joined(parts["outcomes"], OUTCOME_COLUMNS)[list(OUTCOME_COLUMNS)],
        series=joined(parts["series"], SERIES_COLUMNS)[list(SERIES_COLUMNS)],
        banks=joined(parts["banks"], ("arrangement", "replication", "bank", "year")),
        firms=joined(kept[FIRMS], ()) if FIRMS in keep else None,
        events=joined(kept[EVENTS], ()) if EVENTS in keep else None,
        residual=residual, checks=checks, seconds=time.perf_counter() - start,
    )  # fmt: skip


def worlds(scenario: Scenario, replication: int, trace: bool = False) -> Iterator[World]:
    """The worlds of one replication at their end, the baseline first.

    Parameters
    ----------
    scenario : Scenario
    replication : int
    trace : bool
        Whether to keep the event log.
    """
    settings = scenario.experiment
    history = past(scenario, replication, trace)
    others = [name for name in settings.arrangements if name != settings.baseline]
    baseline = lived(history, settings.baseline)
    # Callers keep arrays of the world, not the world: its loans are remembered here.
    decisions, book = baseline.decisions, baseline.book.rows.copy()
    yield baseline
    del baseline
    for name in others:
        imposed = None
        if settings.footing == EQUAL_LENDING:
            imposed = list(decisions)
        elif settings.footing == EQUAL_FIRMS:
            firms = scenario.population.firms
            own = mean_lines(lived(history, name).book.rows, firms)
            imposed = with_lines(decisions, line_factors(own, mean_lines(book, firms)))
        yield lived(history, name, imposed)


def past(scenario: Scenario, replication: int, trace: bool = False) -> World:
    """The common history of one replication, from which every arrangement branches."""
    history = new_world(scenario, replication, trace)
    years = scenario.experiment.warm_up_years
    if years > 0.0:
        run_world(history, -years, 0.0)
    return history


def lived(history: World, name: str, imposed: list[Any] | None = None) -> World:
    """The world of one arrangement at its end, branched from a common history."""
    settings = history.scenario.experiment
    world = history.branch(name)
    world.imposed = imposed
    end = settings.horizon_years + settings.run_off_years
    watches = watches_of(history.scenario)
    observers = [follow(watches)] if watches else []
    run_world(world, 0.0, end, close=settings.horizon_years, observers=observers)
    world.controls = controls_of(world, watches)
    return world


def freeze(w: World) -> History:
    """The history of a finished world."""
    settings = w.scenario.experiment
    return History(
        arrangement=w.name, replication=w.replication, firms=w.firms, book=w.book.rows,
        dates=np.array([date for date, _ in w.panel]),
        panel=np.stack([rows for _, rows in w.panel]),
        system=np.stack([row for _, row in w.system]),
        macro=w.macro, market=w.market, horizon=settings.horizon_years,
        end=settings.horizon_years + settings.run_off_years, residual=w.ledger.residual,
        facts=facts_of(w), pages=tuple(page for _, page in sorted(w.pages.items())),
    )  # fmt: skip


def facts_of(w: World) -> dict[str, Any]:
    """Parameters that outcomes need."""
    s = w.scenario
    belief = s.belief.by_arrangement.get(w.name, s.belief.default)
    return {
        "discount_rate": s.measurement.discount_rate,
        "relative_risk_aversion": s.measurement.relative_risk_aversion,
        "registration_lag": s.measurement.registration_lag_years,
        "outside_wealth": s.measurement.outside_wealth,
        "private_value_share": s.measurement.private_value_share,
        "required_ratio": s.capital.required_ratio, "failure_ratio": s.capital.failure_ratio,
        "risk_weight": s.capital.risk_weight, "hurdle_rate": s.capital.hurdle_rate,
        "funding_rate": s.underwriting.funding_rate,
        "operating_cost": s.underwriting.operating_cost,
        "believed_default": belief.default_rate, "believed_loss_secured": belief.loss_secured,
        "believed_loss_unsecured": belief.loss_unsecured,
        "regimes": tuple(s.macro.regime), "sectors": tuple(s.sector), "banks": tuple(s.bank),
        "n_sectors": len(s.sector), "menu": tuple(item.name for item in w.menu),
        "cover": tuple(cover_shares(item.arrangement.loss_sharing) for item in w.menu),
    }  # fmt: skip


def gather(scenario: Scenario, parts: Iterable[Reduced], keep: Sequence[str] = ()) -> Results:
    """Put finished replications together, in order.

    Parameters
    ----------
    scenario : Scenario
    parts : iterable of Reduced
    keep : sequence of str

    Returns
    -------
    Results
    """
    done = sorted(parts, key=lambda part: part.replication)
    return Results(
        scenario=scenario,
        outcomes=joined((part.outcomes for part in done), OUTCOME_COLUMNS),
        series=joined((part.series for part in done), SERIES_COLUMNS),
        banks=joined((part.banks for part in done), ("arrangement", "replication", "bank")),
        firms=joined((part.firms for part in done), ()) if FIRMS in keep else None,
        events=joined((part.events for part in done), ()) if EVENTS in keep else None,
        manifest=manifest_of(scenario, done),
    )  # fmt: skip
