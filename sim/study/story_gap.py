"""One firm's money under two arrangements: what makes the gap.

The identities and their terms stand in `sim.study.story_terms`. Effects are Shapley values
over groups of terms, so they add up to the gap and depend on no order. A term that a world
does not define, such as the rate of a firm without a loan, takes the value of the other
world, so that the gap goes to what made the difference.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.experiment.run import freeze, worlds
from sim.experiment.story import Life, Story, check_firm, life_of, story_of
from sim.outcomes.wording import arrangement_text, plain_number
from sim.scenario.model import Scenario
from sim.study.aims import Names, arrangements_of, together
from sim.study.findings import TOTAL, Findings
from sim.study.shapley import shapley
from sim.study.story_terms import PARTIES, Terms, terms_of

MONEY = "CNY million"
_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class StoryGap:
    """The gap in one firm's money between two arrangements, split into effects.

    Parameters
    ----------
    story : Story
        The firm's life under both.
    arrangements : tuple of two str
        The gap is the second less the first.
    terms : dict of arrangement to dict of str to float
        What stands in the identities; nan where a world does not define it.
    rows : DataFrame
        Columns party, effect, part, unit.
    """

    story: Story
    arrangements: tuple[str, str]
    terms: dict[str, Terms]
    rows: pd.DataFrame

    def frame(self) -> pd.DataFrame:
        """Give one row for each party and effect, and one for their sum."""
        return self.rows.copy()

    def findings(self) -> Findings:
        """Give words and tables for files and the report."""
        first, second = self.arrangements
        life, firm = findings_of(self.story), self.story.firm
        terms = pd.DataFrame(self.terms).rename_axis("term").reset_index()
        captions = {
            "effects": f"{second} less {first}: what makes the gap in money on firm {firm}",
            "terms": "Terms of the identities: rates and shares per year of life or of balance",
            **life.captions,
        }
        sentences = [*(self._sentence(party) for party in PARTIES), *life.sentences]
        title = f"Firm {firm} in replication {self.story.replication}: {second} against {first}"
        tables = {"effects": self.rows, "terms": terms, **life.tables}
        return Findings(f"{life.key}_{second}", title, tuple(sentences), tables, captions)

    def _sentence(self, party: str) -> str:
        """Name the gap of a party and its largest parts."""
        own = self.rows[self.rows["party"] == party].set_index("effect")["part"]
        parts = own.drop(TOTAL)
        parts = parts[parts.abs() > 0.0].sort_values(key=np.abs, ascending=False)
        told = "; ".join(f"{name} {_signed(value)}" for name, value in parts.items())
        of = f": {told}" if told else ""
        first, second = (arrangement_text(name).lower() for name in self.arrangements)
        start = party[:1].upper() + party[1:]
        return f"{start}, {second} less {first}: {_signed(own[TOTAL])} CNY million{of}."


def _signed(value: float) -> str:
    return plain_number(value, 3, sign=True)


def findings_of(story: Story) -> Findings:
    """Give the words and the events of a story, for files and the report."""
    which = f"Firm {story.firm} in replication {story.replication}"
    names = ", ".join(arrangement_text(name).lower() for name in story.events)
    sentences = (
        *story.divergence.split("\n"),
        "One firm in one replication: an account of what happened, with no interval.",
    )
    return Findings(
        f"story_{story.firm}_{story.replication}", f"{which}: {names}", sentences,
        {"events": story.frame()}, {"events": f"{which}: its life under each arrangement"},
    )  # fmt: skip


def story_gap(
    scenario: Scenario, firm: int, arrangements: Names, replication: int = 0
) -> StoryGap:
    """Split the gap in one firm's money between two arrangements.

    Parameters
    ----------
    scenario : Scenario
    firm : int
        Row of the firm, from 0.
    arrangements : two str
        Programmes too. The gap is the second less the first.
    replication : int

    Raises
    ------
    ScenarioError
        If there is no such firm or arrangement.
    """
    first, second = asked(scenario, firm, arrangements)
    run = dict.fromkeys([scenario.experiment.baseline, first, second])
    own = scenario.with_values({"experiment.arrangements": list(run)})
    terms: dict[str, Terms] = {}
    lives: dict[str, Life] = {}
    for world in worlds(own, replication, trace=True):
        if world.name in (first, second):
            terms[world.name] = terms_of(freeze(world), firm)
            lives[world.name] = life_of(world, firm)
    parts = [row for party in PARTIES for row in effects(party, terms[first], terms[second])]
    told = story_of(firm, replication, {name: lives[name] for name in (first, second)})
    return StoryGap(told, (first, second), terms, pd.DataFrame(parts))


def asked(scenario: Scenario, firm: int, arrangements: Names) -> tuple[str, str]:
    """Check what is asked for, and give the two arrangements; as in `story_gap`."""
    pair, _ = together(
        lambda: arrangements_of(scenario, arrangements, 2), lambda: check_firm(scenario, firm)
    )
    return pair[0], pair[1]


def effects(party: str, first: Terms, second: Terms) -> list[dict[str, Any]]:
    """Split one party's gap over its effects."""
    money, groups = PARTIES[party]
    one, two = filled(first, second), filled(second, first)
    names = list(groups)
    worth = np.array([[money(_mixed(one, two, groups, c)) for c in range(1 << len(names))]])
    parts = shapley(worth)[0]
    gap = float(worth[0, -1] - worth[0, 0])
    assert abs(parts.sum() - gap) <= _ROUNDING * np.abs(worth).max(), "effects do not add up"
    told = [*zip(names, parts.tolist(), strict=True), (TOTAL, gap)]
    return [{"party": party, "effect": e, "part": value, "unit": MONEY} for e, value in told]


def filled(own: Terms, other: Terms) -> Terms:
    """Let undefined terms take the other world's value, or zero."""
    return {
        name: next((v for v in (value, other[name]) if np.isfinite(v)), 0.0)
        for name, value in own.items()
    }


def _mixed(
    first: Terms, second: Terms, groups: Mapping[str, tuple[str, ...]], coalition: int
) -> Terms:
    """Give the first world's terms with those of some groups taken from the second."""
    taken = [n for k, names in enumerate(groups.values()) if coalition >> k & 1 for n in names]
    return {**first, **{name: second[name] for name in taken}}
