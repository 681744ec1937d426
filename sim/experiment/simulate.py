"""Simulate: every replication is one set of random numbers, met by each arrangement.

The history before the start date is simulated once under plain lending and branched, so
that opening books are identical. Replications run side by side through the interface of
`concurrent.futures`, in this process, in local processes, or on a cluster.
"""

import gc
import multiprocessing
import os
import platform
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import (
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)
from contextlib import contextmanager
from functools import partial
from threading import Thread
from typing import Any

import numpy as np
import pandas as pd

from sim.base.errors import SimError, WorkersError
from sim.base.language import tr
from sim.base.version import VERSION
from sim.engine.committee import line_factors, mean_lines, with_desk, with_lines
from sim.engine.history import BANK_COLUMNS, BANK_LEVELS, History
from sim.engine.kernel import must_compile
from sim.engine.processes import run_world, set_market_conditions
from sim.engine.settled import world_from
from sim.engine.settlement import settle
from sim.engine.world import World, new_world
from sim.experiment.controls import controls_of, follow, watches_of
from sim.experiment.elsewhere import elsewhere, finished
from sim.experiment.facts import facts_of
from sim.experiment.identity import identity
from sim.experiment.observers import (
    END,
    LIFE,
    Observation,
    Packed,
    check_observers,
    hears_events,
    packed,
    unpacked,
)
from sim.experiment.openings import announcement, make, missing, opening
from sim.experiment.progress import ProgressOption, meter
from sim.experiment.replication_file import Replication
from sim.experiment.results import RECORDS, TABLES, Reduced, Results, joined, names
from sim.experiment.workers import usual_workers
from sim.model.contracts.loss_sharing import MOST_LENDERS
from sim.model.firms.flows import RELATION
from sim.model.firms.record import EVENT_NAMES, FIRM, LOG
from sim.outcomes.contracts import contract_frame
from sim.outcomes.mark import evaluate
from sim.outcomes.own import sent, with_own
from sim.outcomes.series import all_series
from sim.scenario.scenario import EQUAL_FIRMS, EQUAL_LENDING, Scenario

# --- What a replication leaves of its banks and of its events, as tables -------------------------


def bank_frame(history: History) -> pd.DataFrame:
    """One row for each bank and settlement of the experiment, and one for its opening.

    Where there is a common past the opening comes first, at date 0: levels without flows.
    """
    opening = np.abs(history.dates) <= 1e-9
    rows = history.during(run_off=True) | opening
    dates, panel = history.dates[rows], history.panel[rows]
    panel[opening[rows]] *= np.isin(BANK_COLUMNS, BANK_LEVELS)
    names = history.facts["banks"]
    frame = pd.DataFrame(panel.reshape(-1, len(BANK_COLUMNS)), columns=list(BANK_COLUMNS))
    frame.insert(0, "bank", np.tile(np.array(names), dates.size))
    frame.insert(1, "year", np.repeat(dates, len(names)))
    return frame


def event_frame(w: World) -> pd.DataFrame:
    """The event log, in order of firm and date."""
    rows = np.concatenate([LOG.empty(0), *w.events]) if w.events else LOG.empty(0)
    frame = LOG.frame(rows)
    frame["event"] = frame["event"].map(EVENT_NAMES)
    return frame.sort_values(["firm", "date"], kind="stable", ignore_index=True)


# --- The manifest: what a reader needs to trust a run and to repeat it ---------------------------


def manifest_of(scenario: Scenario, done: Sequence[Reduced | Replication]) -> dict[str, Any]:
    """What a reader needs to trust and to repeat the run."""
    return {
        "seed": scenario.experiment.seed,
        "largest_accounting_residual": max((part.residual for part in done), default=0.0),
        "identities_checked": sum(part.checks for part in done),
        "seconds_per_replication": [round(part.seconds, 3) for part in done],
        "version": VERSION,
        **identity(),
        "machine": {
            "system": platform.system(), "processor": platform.machine(), "cores": os.cpu_count(),
        },
    }  # fmt: skip


# --- Processes of this machine that run replications side by side --------------------------------


def local_pool(workers: int) -> ProcessPoolExecutor:
    """Processes of this machine that share what they import and the compiled rules."""
    method = "forkserver" if sys.platform != "win32" else "spawn"
    context = multiprocessing.get_context(method)
    if method == "forkserver":
        context.set_forkserver_preload(["sim.experiment.simulate"])
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_begin_worker)


@contextmanager
def lost_workers() -> Iterator[None]:
    """Say in words a user can act on that processes have died, by a WorkersError."""
    try:
        yield
    except MemoryError as error:
        raise WorkersError("workers", "ran out of memory", "take fewer workers") from error
    except BrokenExecutor as error:
        what, cure = "ended before they had finished", "where memory ran out, take fewer workers"
        # A command has a module; a script is read anew by each of its processes.
        if getattr(sys.modules.get("__main__"), "__spec__", None) is None:
            what += "; a script starts itself anew in each of them"
            beneath = 'put what a script does beneath if __name__ == "__main__":'
            cure = f"{beneath}, or take workers=1; {cure}"
        raise WorkersError("workers", what, cure) from error


def _begin_worker() -> None:
    """Leave signals to the parent, which cancels what has not begun, and end when it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Wait until the parent has ended, even killed, and end without finishing anything."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


# --- Load or compile every entry point before a run, so that the wait is told and counted --------


def prepare(scenario: Scenario, say: Callable[[str], None]) -> None:
    """Compile the rules where no cached code is there, and say so before and after.

    Processes that start later then find it, and need not all compile at once.
    """
    if must_compile(entries_of(scenario)):
        say(tr("compiling the rules (once for this version of them; under a minute) ..."))
        say(tr("compiled in {seconds} s", seconds=f"{warm_up(scenario):.0f}"))


def entries_of(scenario: Scenario) -> tuple[str, ...]:
    """The entry points of the rules that a run of the scenario calls."""
    settings = scenario.experiment
    names: tuple[str, ...] = (
        "advance", "switch_regime", "close_quarter", "hold_meeting",
    )  # fmt: skip
    if settings.footing in (EQUAL_LENDING, EQUAL_FIRMS):
        names += ("repeat_judge", "repeat_sign", "repeat_reduction")
    return names + tuple(watch.rule for watch in watches_of(scenario))


def warm_up(scenario: Scenario) -> float:
    """Compile or load what a run of the scenario needs; returns seconds taken.

    Beside what it calls only its shape matters: sectors and banks.
    """
    start = time.perf_counter()
    before = gc.get_threshold()
    # A compiler makes millions of objects that stay: seldom looked at, a tenth less time.
    gc.set_threshold(20_000, *before[1:])
    _call_once(scenario)
    gc.set_threshold(*before)
    return time.perf_counter() - start


def _call_once(scenario: Scenario) -> None:
    w = new_world(
        scenario.with_values({"population.firms": 0, "population.entries_a_year": 0.0}), 0
    )
    set_market_conditions(w, 0.0)
    w.advance(0.0)
    w.rules.switch_regime(w.firms, w.next_time, w.params, w.market_conditions, 0.0)
    settle(w, 0.0)
    nobody = np.zeros(0, dtype=np.int64)
    given: dict[str, tuple[Any, ...]] = {
        "repeat_judge": (nobody, nobody), "repeat_sign": (nobody, w.book.rows),
        "repeat_reduction": (nobody, np.zeros((0, 2 + MOST_LENDERS))),
    }  # fmt: skip
    needed = entries_of(scenario)
    # Whoever has nothing to repeat takes what is written down already: nothing.
    with_desk(w, 1, lambda *_: None, 0.0)
    for name, arguments in given.items():
        if name in needed:
            with_desk(w, 1, getattr(w.rules, name), *arguments, 0.0)
    for watch in watches_of(scenario):
        watch.look(w, 0.0)


# --- Replications, side by side or one after another ---------------------------------------------


FIRMS, EVENTS, CONTRACTS = RECORDS


def simulate(
    scenario: Scenario,
    *,
    workers: int | None = None,
    keep: Sequence[str] = (),
    progress: ProgressOption = None,
    executor: Executor | None = None,
    observers: Sequence[Any] = (),
) -> Results:
    """Run all replications of a scenario.

    Parameters
    ----------
    scenario : Scenario
    workers : int, optional
        Processes that run replications side by side, by default all cores, one for what is short;
        of a single replication, threads that run its arrangements side by side.
    keep : sequence of str
        ``"firms"``, ``"events"`` and ``"contracts"`` keep those records; large.
    progress : callable or bool, optional
        A function that is told how many replications are done, of how many; or whether to
        show it. By default it is shown in a notebook and nowhere else.
    executor : concurrent.futures.Executor, optional
        Where to run instead of local processes: any executor, or that of `sim.cluster`.
    observers : sequence of objects
        What looks at the lives of the experiment, see `sim.experiment.observers.Observer`; rows
        that they give are kept in `Results.seen`.

    Raises
    ------
    AccountingError
        If an accounting identity breaks.
    SimError
        If there is nothing of that name to keep, or an observer fails.
    """
    check_keep(keep)
    check_observers(observers)
    numbers = range(scenario.experiment.replications)
    workers = workers or usual_workers(scenario)
    done: list[Reduced] = []
    tell = meter(progress)
    if executor is None:
        prepare(scenario, tell.say)
        make_openings(scenario, numbers, tell.say, workers)
    tell(0, len(numbers))
    given: dict[str, Any] = {"workers": workers, "keep": keep, "executor": executor}
    for one in replicate(scenario, numbers, **given, observers=observers):
        done.append(one)
        tell(len(done), len(numbers))
    return gather(scenario, done, keep=keep)


def check_keep(keep: Sequence[str]) -> None:
    """Refuse records that there are not: a word alone would be read letter by letter."""
    for name in [keep] if isinstance(keep, str) else keep:
        if isinstance(keep, str) or name not in RECORDS:
            known = ", ".join(f'"{one}"' for one in RECORDS)
            raise SimError("keep", f"takes a sequence of {known}; got {keep!r}", "mend the names")


def replicate(
    scenario: Scenario,
    numbers: Iterable[int],
    *,
    workers: int = 1,
    keep: Sequence[str] = (),
    executor: Executor | None = None,
    observers: Sequence[Any] = (),
) -> Iterator[Reduced]:
    """Run the given replications as `simulate` does, and yield each as it is finished."""
    todo = list(numbers)
    if executor is None and (workers <= 1 or len(todo) <= 1):
        for number in todo:
            yield one_replication(scenario, number, tuple(keep), workers, observers)
        return
    given: dict[str, Any] = {"keep": tuple(keep), "observers": packed(observers)}
    task = partial(one_replication, scenario, **given)
    yield from _side_by_side(task, todo, workers, executor)


def make_openings(
    scenario: Scenario, numbers: Iterable[int], say: Callable[[str], None], workers: int = 1
) -> None:
    """Make the openings that replications go on from, where none are on disk, and say so.

    Time and megabytes of them are told apart from those of the run.
    """
    start, found = time.perf_counter(), missing(scenario, numbers)
    if not found.numbers:
        return
    say(announcement(scenario, found))
    if workers <= 1 or len(found.numbers) <= 1:
        sizes = [make(scenario, n) for n in found.numbers]
    else:
        sizes = list(_side_by_side(partial(make, scenario), found.numbers, workers, None))
    seconds, megabytes = time.perf_counter() - start, sum(sizes) / 1e6
    told = {"seconds": f"{seconds:.0f}", "megabytes": f"{megabytes:.1f}"}
    say(tr("made in {seconds} s, {megabytes} MB on disk", **told))


def _side_by_side(
    task: Callable[[int], Any], numbers: Sequence[int], workers: int, executor: Executor | None
) -> Iterator[Any]:
    """Do a task for each number in other processes, in any order."""
    if executor is not None:
        with lost_workers():
            yield from elsewhere(executor, workers).each(task, numbers)
        return
    own, pool = sent(), local_pool(min(workers, len(numbers)))
    try:
        with lost_workers():
            ask = partial(pool.submit, with_own, own, task)
            yield from finished(ask, numbers, len(numbers))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def one_replication(
    scenario: Scenario,
    replication: int,
    keep: tuple[str, ...] = (),
    threads: int = 1,
    observers: Sequence[Any] | Packed = (),
) -> Reduced:
    """Every arrangement once, reduced to outcomes, series and the tables to `keep`.

    So many arrangements live side by side after the common history, with the same bits.
    """
    start = time.perf_counter()
    watching, seen = unpacked(observers), dict[str, list[pd.DataFrame]]()
    trace = EVENTS in keep or hears_events(watching)
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in TABLES}
    residual, checks = 0.0, 0
    for world, history, baseline in histories(scenario, replication, trace, threads, watching):
        values = evaluate(history, baseline) | world.controls
        parts["outcomes"].append(outcome_rows(world.name, replication, values))
        tags: dict[str, Any] = {"arrangement": world.name, "replication": replication}
        for name, frame in _frames(world, history, baseline, keep):
            parts[name].append(frame.assign(**tags))
        for name, frame in world.seen.items():
            seen.setdefault(name, []).append(frame)
        residual = max(residual, world.ledger.residual)
        checks += world.ledger.checks
        # Its memory is given back before the next one lives.
        del world, history
    seconds = time.perf_counter() - start
    return Reduced(
        replication, **_stacked(parts, keep), residual=residual, checks=checks, seconds=seconds,
        seen={name: joined(frames, LIFE) for name, frames in seen.items()},
    )  # fmt: skip


def outcome_rows(name: str, replication: int, values: Mapping[str, float]) -> pd.DataFrame:
    """The table of outcomes of one arrangement in one replication."""
    tags = {"arrangement": name, "replication": replication}
    return pd.DataFrame({**tags, "outcome": list(values), "value": list(values.values())})


def _frames(
    world: World, history: History, baseline: History, keep: Sequence[str]
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Tables of one arrangement beside that of outcomes, by name."""
    yield "series", all_series(history, baseline)
    yield "banks", bank_frame(history)
    if FIRMS in keep:
        yield FIRMS, FIRM.frame(world.firms)
    if EVENTS in keep:
        yield EVENTS, event_frame(world)
    if CONTRACTS in keep:
        yield CONTRACTS, contract_frame(history)


def _stacked(
    parts: Mapping[str, Iterable[pd.DataFrame | None]], keep: Sequence[str]
) -> dict[str, Any]:
    """Stack tables by name, with the declared columns; what is not to be kept is None."""
    return {
        name: None if name in RECORDS and name not in keep
        else joined(parts[name], names(columns))[list(names(columns))]
        for name, columns in TABLES.items()
    }  # fmt: skip


def histories(
    scenario: Scenario,
    replication: int,
    trace: bool = False,
    threads: int = 1,
    observers: Sequence[Any] = (),
) -> Iterator[tuple[World, History, History]]:
    """Each of the `worlds` of one replication, its history, and that of the baseline."""
    baseline: History | None = None
    for world in worlds(scenario, replication, trace, threads, observers):
        history = freeze(world)
        baseline = baseline or history
        yield world, history, baseline
        del world, history


def worlds(
    scenario: Scenario,
    replication: int,
    trace: bool = False,
    threads: int = 1,
    observers: Sequence[Any] = (),
) -> Iterator[World]:
    """The worlds of one replication at their end, the baseline first; `trace` keeps the log."""
    settings = scenario.experiment
    history = run_history(scenario, replication, trace)
    firms = history.firms.shape[0]
    others = [name for name in settings.all_run if name != settings.baseline]
    live = partial(run_arrangement, history, observers=observers)
    if settings.footing not in (EQUAL_LENDING, EQUAL_FIRMS):
        names = (settings.baseline, *others)
        yield from side_by_side(live, names, threads)
        return
    baseline = live(settings.baseline)
    # Callers keep arrays of the world, not the world: its loans are remembered here.
    decisions, lines = baseline.decisions, mean_lines(baseline.book.rows, firms)
    yield baseline
    del baseline

    def repeat(name: str) -> World:
        imposed = list(decisions)
        if settings.footing == EQUAL_FIRMS:
            own = mean_lines(run_arrangement(history, name).book.rows, firms)
            imposed = with_lines(decisions, line_factors(own, lines))
        return live(name, imposed=imposed)

    yield from side_by_side(repeat, others, threads)


def side_by_side(
    live: Callable[[str], World], names: Iterable[str], threads: int
) -> Iterator[World]:
    """The world of each arrangement, in order; no more are alive than threads, and the one read.

    Compiled rules let go of the interpreter, so that threads gain where firms are many.

    >>> list(side_by_side(str.upper, "abc", 2))
    ['A', 'B', 'C']
    """
    if threads <= 1:
        yield from map(live, names)
        return
    waiting: deque[Future[World]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        for name in names:
            done = waiting.popleft() if len(waiting) == threads else None
            waiting.append(pool.submit(live, name))
            if done is not None:
                yield done.result()
            del done
        while waiting:
            yield waiting.popleft().result()


def open_world(scenario: Scenario, replication: int, trace: bool = False) -> World:
    """The world of one replication on the first day of its dated history: settled, or empty."""
    if scenario.experiment.settling_years > 0.0:
        return world_from(opening(scenario, replication), scenario, replication, trace)
    return new_world(scenario, replication, trace)


def run_history(scenario: Scenario, replication: int, trace: bool = False) -> World:
    """The common history of one replication, from which every arrangement branches."""
    history = open_world(scenario, replication, trace)
    history.keeps_decisions = False
    years = scenario.experiment.warm_up_years
    if years > 0.0:
        run_world(history, -years, 0.0)
    return history


def run_arrangement(
    history: World, name: str, imposed: list[Any] | None = None, observers: Sequence[Any] = ()
) -> World:
    """The world of one arrangement at its end, branched from a common history."""
    settings = history.scenario.experiment
    world = history.branch(name)
    world.imposed = imposed
    is_repeated = settings.footing in (EQUAL_LENDING, EQUAL_FIRMS)
    world.keeps_decisions = is_repeated and name == settings.baseline
    end = settings.horizon_years + settings.run_off_years
    watches = watches_of(history.scenario)
    looks = [follow(watches)] if watches else []
    witness = Observation(observers, world) if observers else None
    run_world(world, 0.0, end, close=settings.horizon_years, observers=looks, witness=witness)
    if witness is not None:
        witness(END, world, end)
        world.seen = witness.frames(world.name, world.replication)
    world.controls = controls_of(world, watches)
    return world


def freeze(w: World) -> History:
    """The history of a finished world."""
    settings = w.scenario.experiment
    w.firms["cum_relation"] = w.posted[:, RELATION]
    w.firms["last_lender"], w.firms["last_share"] = w.lender, w.share
    return History(
        arrangement=w.name, replication=w.replication, firms=w.firms, book=w.book.rows,
        dates=np.array([date for date, _ in w.panel]),
        panel=np.stack([rows for _, rows in w.panel]),
        system=np.stack([row for _, row in w.system]),
        macro=w.macro, market=w.market, horizon=settings.horizon_years,
        end=settings.horizon_years + settings.run_off_years, residual=w.ledger.residual,
        facts=facts_of(w.scenario, w.menu, np.array([date for date, _ in w.panel])),
        pages=tuple(page for _, page in sorted(w.pages.items())),
        lent=tuple(w.lent),
    )  # fmt: skip


def gather(scenario: Scenario, parts: Iterable[Reduced], keep: Sequence[str] = ()) -> Results:
    """Put finished replications together, in order; `keep` as in `simulate`."""
    done = sorted(parts, key=lambda part: part.replication)
    tables = {name: [getattr(part, name) for part in done] for name in TABLES}
    seen = {name: joined([part.seen[name] for part in done], LIFE) for name in _observed(done)}
    manifest = manifest_of(scenario, done)
    return Results(scenario, **_stacked(tables, keep), manifest=manifest, seen=seen)


def _observed(done: Iterable[Reduced]) -> Iterable[str]:
    """Names of observers, in the order in which they were given."""
    return dict.fromkeys(name for part in done for name in part.seen)
