"""Which outcomes and which arrangements a study compares, checked before anything runs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from sim.base.errors import Problem, ScenarioError
from sim.outcomes.mark import Mark, registry
from sim.scenario.faults import listed
from sim.scenario.model import Scenario

ARRANGEMENTS, OUTCOMES = "--arrangements", "--outcomes"
HEADLINES = (
    "bank.raroc", "bank.profit", "bank.credit_loss_rate", "firm.survival_5y",
    "firm.funding_gap", "system.credit_outstanding",
)  # fmt: skip
"""What a study looks at unless it is told otherwise."""


@dataclass(frozen=True)
class Aims:
    """What is compared.

    Parameters
    ----------
    outcomes : tuple of str
    arrangements : tuple of str
        Without the baseline.
    baseline : str
    every : tuple of str
        All arrangements of the scenario, whose places give the colours of figures.
    """

    outcomes: tuple[str, ...]
    arrangements: tuple[str, ...]
    baseline: str
    every: tuple[str, ...]

    def contrasts(self) -> list[tuple[str, str]]:
        """Every outcome with every arrangement that has a difference from the baseline."""
        return [(name, arm) for name in self.outcomes for arm in self.arrangements]

    def fitting(self, scenario: Scenario) -> Scenario:
        """The scenario with these arrangements alone, its own baseline first."""
        first = scenario.experiment.baseline
        run = tuple(dict.fromkeys((first, self.baseline, *self.arrangements)))
        return scenario.with_values({"experiment.arrangements": run})


def aims_of(
    scenario: Scenario,
    outcomes: Iterable[str] | None = None,
    arrangements: Iterable[str] | None = None,
    baseline: str | None = None,
) -> Aims:
    """Check names and fill in what was left out.

    Parameters
    ----------
    scenario : Scenario
    outcomes : iterable of str, optional
        `HEADLINES` by default.
    arrangements : iterable of str, optional
        All of the scenario but the baseline by default.
    baseline : str, optional
        The scenario's own by default.

    Returns
    -------
    Aims

    Raises
    ------
    ScenarioError
        With every name that does not exist and the nearest that do.
    """
    first = baseline or scenario.experiment.baseline
    arms = list(arrangements or (n for n in scenario.experiment.arrangements if n != first))
    names = list(outcomes or HEADLINES)
    problems = [*unknown_arrangements(scenario, [first, *arms]), *unknown_outcomes(names)]
    if first in arms:
        problems.append(_same(first))
    if problems:
        raise ScenarioError(problems)
    every = tuple(scenario.experiment.arrangements)
    return Aims(tuple(dict.fromkeys(names)), tuple(dict.fromkeys(arms)), first, every)


def unknown_outcomes(names: Iterable[str], origin: str = OUTCOMES) -> list[Problem]:
    """A problem for each name that is no outcome."""
    known = list(registry())
    return [
        Problem(origin, None, "", "is no outcome", name, _nearest(name, known, "list outcomes"))
        for name in names
        if name not in known
    ]


def unknown_arrangements(scenario: Scenario, names: Iterable[str]) -> list[Problem]:
    """A problem for each name that the scenario does not run."""
    known = list(scenario.experiment.arrangements)
    cure = f"the scenario runs {listed(known)}"
    return [
        Problem(
            ARRANGEMENTS, None, "", "is not run by the scenario", name, _near(name, known, cure)
        )
        for name in names
        if name not in known
    ]


def marks_of(names: Sequence[str]) -> dict[str, Mark]:
    """The marks of some outcomes, by name."""
    known = registry()
    return {name: known[name] for name in names}


def _same(name: str) -> Problem:
    return Problem(ARRANGEMENTS, None, "", "is compared with itself", name, "name two of them")


def _nearest(name: str, known: list[str], command: str) -> str:
    return _near(name, known, f"see: {command}")


def _near(name: str, known: list[str], otherwise: str) -> str:
    near = get_close_matches(name, known, n=3)
    return f"did you mean {' or '.join(near)}?" if near else otherwise
