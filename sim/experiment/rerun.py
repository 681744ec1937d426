"""A changed contract on histories that are kept: an answer while somebody waits.

Before the start date everybody borrows plainly, so a change of a contract leaves that
history and the life under the baseline as they were. Both are kept, and only arrangements
whose terms have changed are simulated anew. Everything else, and a footing that ties one
arrangement to another, begins again.
"""

from dataclasses import dataclass, field, replace

import pandas as pd

from sim.engine.history import History
from sim.engine.world import World
from sim.experiment.progress import ProgressOption, meter
from sim.experiment.results import SERIES, Results, joined, names
from sim.experiment.simulate import (
    freeze,
    histories,
    outcome_rows,
    prepare,
    run_arrangement,
    run_history,
)
from sim.outcomes.mark import evaluate
from sim.scenario.scenario import AS_OFFERED, Menu, Scenario, menu_of

Values = dict[str, float]


@dataclass
class _Kept:
    """What is kept of one replication."""

    history: World
    baseline: History
    known: dict[str, tuple[Menu, Values]] = field(default_factory=dict)


class Rerun:
    """Runs a scenario again and again, and keeps what a change leaves as it was.

    In one process, so that nothing is sent: the histories are large.

    >>> Rerun().kept
    0
    """

    def __init__(self) -> None:
        self._economy: Scenario | None = None
        self._kept: dict[int, _Kept] = {}

    @property
    def kept(self) -> int:
        """How many histories are kept."""
        return len(self._kept)

    def __call__(self, scenario: Scenario, progress: ProgressOption = None) -> Results:
        """Run a scenario as `sim.simulate` does, for its outcomes alone, without series."""
        tell, count = meter(progress), scenario.experiment.replications
        prepare(scenario, tell.say)
        economy = _without_contracts(scenario)
        if economy != self._economy:
            self._economy, self._kept = economy, {}
        parts = []
        tell(0, count)
        for n in range(count):
            rows = self._replication(scenario, n)
            parts += [outcome_rows(name, n, values) for name, values in rows.items()]
            tell(n + 1, count)
        return Results(
            scenario, pd.concat(parts, ignore_index=True),
            series=joined([], names(SERIES)), banks=joined([], ()), firms=None, events=None,
            manifest={"seed": scenario.experiment.seed, "replications": count},
        )  # fmt: skip

    def _replication(self, scenario: Scenario, number: int) -> dict[str, Values]:
        """Outcomes of one replication by arrangement, in the order of a simulation."""
        settings = scenario.experiment
        if settings.footing != AS_OFFERED:
            return _all(scenario, number)
        first = settings.baseline
        kept = self._kept.get(number)
        # Paired outcomes of all others are told the life under the baseline.
        if kept is None or kept.known.get(first, (None,))[0] != menu_of(scenario, first):
            kept = self._kept[number] = _begun(scenario, number)
        names = [first, *(name for name in settings.arrangements if name != first)]
        for name in names:
            menu = menu_of(scenario, name)
            if name not in kept.known or kept.known[name][0] != menu:
                kept.known[name] = menu, _values(kept, scenario, name)
        return {name: kept.known[name][1] for name in names}


def _begun(scenario: Scenario, number: int) -> _Kept:
    """Live the history of one replication, and the baseline after it."""
    name = scenario.experiment.baseline
    history = run_history(scenario, number)
    world = run_arrangement(history, name)
    baseline = freeze(world)
    values = evaluate(baseline, baseline) | world.controls
    return _Kept(history, baseline, {name: (menu_of(scenario, name), values)})


def _values(kept: _Kept, scenario: Scenario, name: str) -> Values:
    """Live one arrangement after a history that is kept."""
    world = run_arrangement(replace(kept.history, scenario=scenario), name)
    return evaluate(freeze(world), kept.baseline) | world.controls


def _all(scenario: Scenario, number: int) -> dict[str, Values]:
    """Live a replication from its beginning."""
    return {
        world.name: evaluate(history, baseline) | world.controls
        for world, history, baseline in histories(scenario, number)
    }


def _without_contracts(scenario: Scenario) -> Scenario:
    """The scenario without what a history cannot depend on: contracts, and words."""
    settings = scenario.experiment
    few = settings.model_copy(update={"replications": 1, "arrangements": ()})
    words = {"title": "", "question": "", "sources": {}}
    return scenario.model_copy(
        update={**words, "arrangement": {}, "policy": (), "experiment": few}
    )
