"""Arrangements of several scenarios lined up under common luck.

Scenarios that share everything but their arrangements become one, so that their history is
simulated once and outcomes that need the baseline's history have it. Others are simulated
beside each other; an arrangement's name is then followed by its file's where two differ.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from sim.experiment.progress import Asked
from sim.outcomes.mark import registry
from sim.outcomes.measure import Outcomes, measure
from sim.scenario.model import Scenario
from sim.study.aims import ARRANGEMENTS, nearest, refused
from sim.study.luck import economy_values, refuse_different_luck
from sim.study.store import Store


@dataclass(frozen=True)
class Lineup:
    """Arrangements to be compared.

    Parameters
    ----------
    scenarios : tuple of Scenario
        What is simulated.
    labels : tuple of dict of str to str
        For each scenario, the label of each of its arrangements that is compared.
    baseline : str
        Label of the arrangement that the others are compared with.
    """

    scenarios: tuple[Scenario, ...]
    labels: tuple[dict[str, str], ...]
    baseline: str

    @property
    def arrangements(self) -> tuple[str, ...]:
        """Labels, in order."""
        return tuple(label for labels in self.labels for label in labels.values())

    @property
    def unit(self) -> int:
        """Replications that make one independent observation."""
        return self.scenarios[0].variance_reduction.unit

    def outcomes(self, store: Store, numbers: Iterable[int], progress: Asked = None) -> Outcomes:
        """Outcomes of all arrangements; only what the store lacks is simulated.

        Parameters
        ----------
        store : Store
        numbers : iterable of int
            Replications.
        progress : callable, optional
        """
        frames = store.many(self.scenarios, numbers, progress)
        kept = [self._kept(n, frame) for n, frame in enumerate(frames)]
        view = _View(self.scenarios[0], pd.concat(kept, ignore_index=True))
        return replace(measure(view), arrangements=self.arrangements)

    def _kept(self, place: int, frame: pd.DataFrame) -> pd.DataFrame:
        labels = self.labels[place]
        found = frame[frame["arrangement"].isin(labels)]
        if self.baseline not in labels.values():
            # Beside another baseline's history these outcomes would mean something else.
            paired = {name for name, mark in registry().items() if mark.paired}
            found = found[~found["outcome"].isin(paired)]
        return found.assign(arrangement=found["arrangement"].map(labels))


@dataclass(frozen=True)
class _View:
    """What measuring needs of results."""

    scenario: Any
    outcomes: pd.DataFrame

    @property
    def series(self) -> pd.DataFrame:
        """No series are kept."""
        return pd.DataFrame()

    @property
    def manifest(self) -> dict[str, Any]:
        """Nothing is recorded."""
        return {}


def line_up(scenarios: Mapping[str, Scenario], baseline: str | None = None) -> Lineup:
    """Line up the arrangements of scenarios under common luck.

    Parameters
    ----------
    scenarios : mapping of str to Scenario
        By name, for example that of the file; at least one.
    baseline : str, optional
        Label of the baseline; by default the first scenario's.

    Raises
    ------
    ScenarioError
        If the scenarios differ in what makes luck common, the baseline is not among the
        arrangements, or nothing is left to compare.
    """
    refuse_different_luck(scenarios)
    groups = _grouped(scenarios)
    labels = _labels([(name, s.experiment.arrangements) for name, s in groups])
    first = groups[0][1].experiment.baseline
    chosen = baseline or labels[0][first]
    lineup = Lineup(tuple(s for _, s in groups), tuple(labels), chosen)
    known = lineup.arrangements
    if chosen not in known:
        raise refused("--baseline", "is not compared", chosen, nearest(chosen, known))
    if len(known) < 2:
        cure = "name a second one in experiment.arrangements, or a second file"
        raise refused(ARRANGEMENTS, "must be at least two", ", ".join(known), cure)
    return replace(lineup, scenarios=_with_baseline(lineup))


def _with_baseline(lineup: Lineup) -> tuple[Scenario, ...]:
    """Let the scenario that runs the baseline know it, for outcomes that need its history."""
    found = []
    for scenario, labels in zip(lineup.scenarios, lineup.labels, strict=True):
        own = scenario.experiment
        names = [n for n, label in labels.items() if label == lineup.baseline]
        changed = own.model_copy(update={"baseline": (names or [own.baseline])[0]})
        found.append(scenario.model_copy(update={"experiment": changed}))
    return tuple(found)


def _grouped(scenarios: Mapping[str, Scenario]) -> list[tuple[str, Scenario]]:
    """Merge each scenario into the first one with which it shares the economy."""
    groups: list[tuple[str, Scenario]] = []
    for name, scenario in scenarios.items():
        for place, (head, known) in enumerate(groups):
            if economy_values(known) == economy_values(scenario):
                groups[place] = (head, _merged(known, scenario, name))
                break
        else:
            groups.append((name, scenario))
    return groups


def _merged(one: Scenario, two: Scenario, name: str) -> Scenario:
    """One scenario with the arrangements of both; the second's are renamed where they differ."""
    run, tables = list(one.experiment.arrangements), dict(one.arrangement)
    policies, beliefs = list(one.policy), dict(one.belief.by_arrangement)

    def held(own: str) -> str:
        """Carry an arrangement over, under a name of its own where its name means another."""
        table = two.arrangement[own]
        label = own if tables.get(own, table) == table else f"{own} ({name})"
        tables[label] = table
        if own in beliefs:
            beliefs[label] = beliefs[own]
        return label

    for own in two.experiment.arrangements:
        if own in run and definition(one, own) == definition(two, own):
            continue
        if own in two.arrangement:
            run.append(held(own))
            continue
        label = f"{own} ({name})" if own in one.programmes else own
        run.append(label)
        policies += [
            policy.model_copy(update={"programme": label, "arrangement": held(policy.arrangement)})
            for policy in two.policy
            if policy.programme == own
        ]
    experiment = one.experiment.model_copy(update={"arrangements": tuple(run)})
    belief = one.belief.model_copy(update={"by_arrangement": beliefs})
    return one.model_copy(
        update={
            "arrangement": tables,
            "policy": tuple(policies),
            "experiment": experiment,
            "belief": belief,
        }
    )


def definition(scenario: Scenario, name: str) -> tuple[Any, ...]:
    """What an arrangement or programme is: its clauses, or its policies with theirs."""
    if name in scenario.arrangement:
        return (scenario.arrangement[name],)
    return tuple(
        (policy, scenario.arrangement[policy.arrangement])
        for policy in scenario.policy
        if policy.programme == name
    )


def _labels(groups: list[tuple[str, tuple[str, ...]]]) -> list[dict[str, str]]:
    """Labels of arrangements; a name that occurs twice is followed by its scenario's."""
    every = [name for _, names in groups for name in names]
    return [
        {n: n if every.count(n) == 1 else f"{n} ({head})" for n in names} for head, names in groups
    ]
