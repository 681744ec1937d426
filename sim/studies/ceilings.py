"""Ceilings: the most that lines, and that money of any kind, could do for survival.

What an arrangement does for survival is read against what finance could do at all. In one world
every registered firm may sign, whatever banks believe; in another owners make up whatever cash is
missing. Both have the luck of the run and, up to its start date, its past, and both differ from
the baseline in nothing else. What is missing in the first and not in the second are losses that no
line covers, and would have to be equity.

References
----------
Holmstrom and Tirole (1998), Private and public supply of liquidity, Journal of Political Economy
106(1), for firms that close for want of cash alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.estimates import FloatArray
from sim.analysis.ratios import ratio_of_means
from sim.base.language import tr
from sim.base.wording import arrangement_text, spoken
from sim.experiment.store import Store
from sim.scenario.scenario import Scenario
from sim.scenario.toml_text import join_key
from sim.studies.findings import Findings, estimate_text, label_of, level_row, step_row
from sim.studies.request import arms_alone, at_least_two, keywords, marks_of, study_store

KEY = "ceilings"
OUTCOMES = ("firm.survival_5y", "firm.survival_10y", "firm.liquidity_closures")
LINES, LIQUID = CEILINGS = ("everybody_has_a_line", "everybody_is_liquid")
SWITCHES = {LINES: "underwriting.everybody_served", LIQUID: "cash.everybody_liquid"}
"""What is on from the start date, by ceiling."""


@dataclass(frozen=True, eq=False)
class Ceilings:
    """Effects of arrangements on survival, and the most that finance could do.

    Parameters
    ----------
    arrangements
        Those that are compared with the baseline.
    effects
        Differences from the baseline by outcome, and by arrangement or ceiling; shape (n,), one
        for each independent observation.
    """

    arrangements: tuple[str, ...]
    effects: Mapping[str, Mapping[str, FloatArray]]
    confidence: float = 0.95

    @property
    def table(self) -> pd.DataFrame:
        """Columns outcome, arrangement (or ceiling), difference, low, high, unit, verdict."""
        marks = marks_of(OUTCOMES)
        rows = [
            {"outcome": outcome, "arrangement": name,
             **step_row(marks[outcome], values[np.isfinite(values)], self.confidence)}
            for outcome, each in self.effects.items() for name, values in each.items()
        ]  # fmt: skip
        columns = ["outcome", "arrangement", "part", "low", "high", "unit", "verdict"]
        return pd.DataFrame(rows, columns=columns).rename(columns={"part": "difference"})

    @property
    def reached(self) -> pd.DataFrame:
        """Part of a ceiling that an arrangement reaches, where the ceiling is told from zero.

        Columns outcome, arrangement, ceiling, value, low, high, unit.
        """
        table = self.table
        told = table[table["verdict"].str.startswith("better")]
        found = [
            {"outcome": outcome, "arrangement": name, "ceiling": spoken(ceiling),
             **self._part(outcome, name, ceiling)}
            for outcome, ceiling in told[["outcome", "arrangement"]].itertuples(index=False)
            if ceiling in CEILINGS for name in self.arrangements
        ]  # fmt: skip
        columns = ["outcome", "arrangement", "ceiling", "value", "low", "high", "unit"]
        return pd.DataFrame(found, columns=columns)

    def _part(self, outcome: str, name: str, ceiling: str) -> dict[str, Any]:
        """Give the effect of an arrangement over that of a ceiling, as columns of a table."""
        sign = -1.0 if marks_of(outcome)[outcome].better == "lower" else 1.0
        pairs = sign * np.column_stack([self.effects[outcome][one] for one in (ceiling, name)])
        known = pairs[np.isfinite(pairs).all(axis=1)]
        return level_row(ratio_of_means(known, self.confidence), "share")

    def sentences(self) -> Iterator[str]:
        """Say what finance could do at most, and of each arrangement what part of it it reaches.

        Sentences are of the first outcome that is defined; the tables have all.
        """
        if not self.effects:
            yield tr("No outcome of survival is defined in this run: give it more years.")
            return
        outcome = next(iter(self.effects))
        own = self.table.set_index(["outcome", "arrangement"]).loc[outcome]
        shown = {name: estimate_text(row, "difference") for name, row in own.iterrows()}
        yield tr(
            "{label}: {lines} where everybody has a line, and {liquid} where everybody is liquid;"
            " this is the most that lines, and that money of any kind, could do.",
            label=tr(label_of(outcome)), lines=shown[LINES], liquid=shown[LIQUID],
        )  # fmt: skip
        reached = self.reached[self.reached["outcome"] == outcome]
        for name in self.arrangements:
            mine = reached[reached["arrangement"] == name]
            yield tr(
                "{arrangement}: {effect}, {reached}.",
                arrangement=arrangement_text(name), effect=shown[name],
                reached=tr("; ").join(_reached(mine, spoken(one)) for one in CEILINGS),
            )  # fmt: skip

    def findings(self) -> Findings:
        """What was found, for files and the report."""
        tables = {"ceilings": self.table, "reached": self.reached}
        captions = {
            "ceilings": "Differences from the baseline, and the most that finance could do",
            "reached": "Part of a ceiling that is reached, where the ceiling is told from zero",
        }
        title = "How much could finance do for survival?"
        return Findings(KEY, title, tuple(self.sentences()), tables, captions)


def _reached(parts: pd.DataFrame, ceiling: str) -> str:
    """Say which part of a ceiling is reached, or that the ceiling is not told from zero."""
    for _, row in parts[parts["ceiling"] == ceiling].iterrows():
        share = estimate_text(row, "value")
        return tr("{share} of what is gained where {ceiling}", share=share, ceiling=ceiling)
    return tr("what is gained where {ceiling} is not told from zero", ceiling=ceiling)


def worlds_of(scenario: Scenario) -> list[Scenario]:
    """What a study of ceilings runs: the arrangements, and the baseline under each ceiling.

    Raises ScenarioError if there are fewer than two replications.
    """
    at_least_two(scenario)
    alone = scenario.with_values({"experiment.arrangements": (scenario.experiment.baseline,)})
    on = [{"years_from_start": 0.0, "value": True}]
    return [
        arms_alone(scenario),
        *(alone.with_values({join_key(("dated", SWITCHES[one])): on}) for one in CEILINGS),
    ]


@keywords(store=study_store)
def ceilings(scenario: Scenario, confidence: float = 0.95, *, store: Store) -> Ceilings:
    """Measure what arrangements do for survival, and the most that finance could do.

    Parameters
    ----------
    confidence : in (0, 1)
    workers, folder, executor, progress
        As in `sim.studies.request.study_store`.

    Raises
    ------
    ScenarioError
        If there are fewer than two replications.
    """
    first, *bounds = worlds_of(scenario)
    numbers = range(scenario.experiment.replications)
    arms, most = store.outcome_array([first], numbers), store.outcome_array(bounds, numbers)
    baseline = scenario.experiment.baseline
    names = tuple(name for name in scenario.experiment.arrangements if name != baseline)
    effects = {}
    for outcome in OUTCOMES:
        level = arms.levels(baseline, outcome)
        each = {name: arms.differences(name, baseline, outcome)[0] for name in names}
        each |= dict(zip(CEILINGS, most.levels(baseline, outcome) - level, strict=True))
        if all(np.isfinite(values).any() for values in each.values()):
            effects[outcome] = each
    return Ceilings(names, effects, confidence)
