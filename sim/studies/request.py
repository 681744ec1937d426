"""What a study is asked for, checked by name before anything runs, all mistakes at once.

Names of outcomes and arrangements are given one by one or joined by commas, in Python as on
the command line, and the same mistake has the same words in every study.
"""

import functools
import inspect
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sim.base.errors import Problem, ScenarioError
from sim.experiment.progress import ProgressOption
from sim.experiment.workers import cores
from sim.outcomes.mark import Mark, registry
from sim.scenario.read import similar
from sim.scenario.scenario import Scenario

if TYPE_CHECKING:
    from sim.experiment.store import Store

ARRANGEMENTS, OUTCOMES, POINTS = "--arrangements", "--outcomes", "--points"
REPLICATIONS = "--replications"
HEADLINES = (
    "bank.raroc", "bank.profit", "bank.credit_loss_rate", "firm.survival_5y",
    "firm.funding_gap", "system.credit_outstanding",
)  # fmt: skip
"""What a study looks at unless it is told otherwise."""
COUNTS = ("at least one", "one", "two")

Names = str | Iterable[str]
R = TypeVar("R")


def keywords(**groups: Callable[..., Any]) -> Callable[[Callable[..., R]], Callable[..., R]]:
    """Make a study take as keywords what the small objects of its parameters are made of.

    `groups` names the parameters and what makes each object. A caller gives an object whole, or
    its parts by name, or neither; what is made here and has an end is ended with the study.
    Raises ScenarioError for a keyword that is none, with the nearest that is.

    >>> @keywords(plan=lambda points=7, seed=0: (points, seed))
    ... def study(scenario, *, plan):
    ...     return scenario, plan
    >>> study("a.toml", points=3)
    ('a.toml', (3, 0))
    >>> study("a.toml", point=3)
    Traceback (most recent call last):
    sim.base.errors.ScenarioError: point
      is no argument of study
      did you mean "points"?
    """
    parts = {name: inspect.signature(make).parameters for name, make in groups.items()}

    def made(function: Callable[..., R]) -> Callable[..., R]:
        own = inspect.signature(function).parameters
        known = {*own, *(key for group in parts.values() for key in group)}

        @functools.wraps(function)
        def study(*given: Any, **named: Any) -> R:
            for key in named:
                if key not in known:
                    rule = f"is no argument of {function.__name__}"
                    raise refused(key, rule, "", nearest(key, sorted(known)))
            with ExitStack() as ends:
                for name, make in groups.items():
                    _put_together(named, name, make, ends)
                return function(*given, **named)

        shown = [one for name, one in own.items() if name not in groups]
        shown += [
            one.replace(kind=inspect.Parameter.KEYWORD_ONLY)
            for name, one in {k: v for group in parts.values() for k, v in group.items()}.items()
            if name not in own
        ]
        study.__signature__ = inspect.Signature(shown)  # type: ignore[attr-defined]
        return study

    return made


def _put_together(
    named: dict[str, Any], name: str, make: Callable[..., Any], ends: ExitStack
) -> None:
    """Replace the parts of an object among keywords by the object, unless it is given whole."""
    found = [key for key in inspect.signature(make).parameters if key in named]
    if named.get(name) is not None:
        if found:
            raise refused(found[0], f"cannot be given beside {name}", "", "give one of the two")
        return
    built = make(**{key: named.pop(key) for key in found})
    named[name] = ends.enter_context(built) if hasattr(built, "__exit__") else built


def study_store(
    folder: str | Path | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: ProgressOption = None,
) -> "Store":
    """Give the store in which a study keeps its runs.

    Parameters
    ----------
    folder
        Where they stay for later studies; in memory by default.
    workers
        Processes that simulate side by side; all cores by default.
    executor, progress
        As in `sim.experiment.simulate.simulate`.
    """
    from sim.experiment.store import Store

    place = None if folder is None else Path(folder)
    return Store(place, workers or cores(), executor, progress)


def refused(option: str, rule: str, value: object = "", cure: str = "") -> ScenarioError:
    """Give the error of one mistake in what a study is asked for."""
    return ScenarioError([Problem(option, None, "", rule, str(value), cure)])


def together(*checks: Callable[[], Any]) -> list[Any]:
    """Make several checks and give what each gives.

    Raises ScenarioError with the problems of all checks.
    """
    problems: list[Problem] = []
    found = []
    for check in checks:
        try:
            found.append(check())
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)
    return found


def names_of(given: Names | None) -> list[str]:
    """Read names that are given one by one or joined by commas, each once.

    >>> names_of(["bank.raroc, firm.survival_5y", "bank.profit"])
    ['bank.raroc', 'firm.survival_5y', 'bank.profit']
    >>> names_of("plain,swap")
    ['plain', 'swap']
    """
    parts = [given] if isinstance(given, str) else given or ()
    found = [name.strip() for part in parts for name in part.split(",")]
    return [name for name in dict.fromkeys(found) if name]


def numbers_of(option: str, given: Names | None, usual: tuple[float, ...]) -> tuple[float, ...]:
    """Read numbers that are given one by one or joined by commas; the usual ones if none are.

    Raises ScenarioError if one is no number.

    >>> numbers_of("--starts", "0, 2.5", (5.0,)), numbers_of("--starts", None, (5.0,))
    ((0.0, 2.5), (5.0,))
    """
    try:
        return tuple(float(text) for text in names_of(given)) or usual
    except ValueError as error:
        cure = f"for example {option} {','.join(f'{one:g}' for one in usual)}"
        raise refused(option, "must be numbers", ", ".join(names_of(given)), cure) from error


def counted(option: str, given: list[Any], count: int = 0) -> None:
    """Refuse too few or too many of what an option takes; 0 asks for one at least."""
    if len(given) != count if count else not given:
        cure = "join them by commas, or repeat the option" if count > 1 else ""
        names = ", ".join(str(one) for one in given)
        raise refused(option, f"must name {COUNTS[count]}", names or "none", cure)


def marks_of(names: Names, count: int = 0, option: str = OUTCOMES) -> dict[str, Mark]:
    """Give the marks of outcomes, by name.

    Parameters
    ----------
    count
        How many there must be; 0 for any number.
    option
        What stands for the file in messages.

    Raises
    ------
    ScenarioError
        For every name that is no outcome, with the nearest that is.

    Examples
    --------
    >>> marks_of("bank.raroc")["bank.raroc"].label
    'RAROC'
    >>> marks_of("bank.raro")
    Traceback (most recent call last):
        ...
    sim.base.errors.ScenarioError: --outcomes
      is no outcome; got bank.raro
      did you mean "bank.raroc"?
    """
    known, asked = registry(), names_of(names)
    cures = {n: nearest(n, known, "see: list outcomes") for n in asked if n not in known}
    if cures:
        rule = "is no outcome"
        raise ScenarioError(Problem(option, None, "", rule, n, cure) for n, cure in cures.items())
    counted(option, asked, count)
    return {name: known[name] for name in asked}


def arrangements_of(
    scenario: Scenario, names: Names, count: int = 0, *, run: bool = False, clauses: bool = False
) -> tuple[str, ...]:
    """Give the names of arrangements and programmes of a scenario.

    Parameters
    ----------
    count
        How many there must be; 0 for any number.
    run
        Whether the scenario must run them.
    clauses
        Whether each must be an arrangement, since a programme has no clauses.

    Raises
    ------
    ScenarioError
        For every name that cannot be, with the nearest that can.
    """
    asked = names_of(names)
    found = [_misnamed(scenario, name, run, clauses) for name in asked]
    if any(found):
        raise ScenarioError(problem for problem in found if problem)
    counted(ARRANGEMENTS, asked, count)
    return tuple(asked)


def _misnamed(scenario: Scenario, name: str, run: bool, clauses: bool) -> Problem | None:
    """Why an arrangement cannot be named; None where it can."""
    known, own = [*scenario.arrangement, *scenario.programmes], scenario.experiment.all_run
    if name not in known:
        rule, cure = "is no arrangement of the scenario", nearest(name, known)
    elif clauses and name in scenario.programmes:
        offered = dict.fromkeys(p.arrangement for p in scenario.policy if p.programme == name)
        rule = "is a programme, and only an arrangement has clauses"
        cure = f"name one that it offers: {', '.join(offered)}"
    elif run and name not in own:
        rule, cure = "is not run by the scenario", f"it runs {', '.join(own)}"
    else:
        return None
    return Problem(ARRANGEMENTS, None, "", rule, name, cure)


def at_least(option: str, value: int, least: int = 2) -> int:
    """Give a number back that is large enough; an interval needs two replications.

    Raises ScenarioError if it is too small.
    """
    if value < least:
        raise refused(option, f"must be at least {least}", value, "give more")
    return value


def at_least_two(scenario: Scenario) -> int:
    """Give the replications of a scenario, of which an interval needs two."""
    return at_least(REPLICATIONS, scenario.experiment.replications)


def several_arrangements(scenario: Scenario) -> None:
    """Refuse a scenario, by a ScenarioError, that runs one arrangement only."""
    run = scenario.experiment.arrangements
    if len(run) < 2:
        cure = "run two or more: experiment.arrangements"
        raise refused(ARRANGEMENTS, "must be at least two", ", ".join(run), cure)


def comparable(scenario: Scenario) -> None:
    """Refuse a scenario whose run could compare nothing.

    Raises ScenarioError if it runs one arrangement, or one replication.
    """
    together(lambda: at_least_two(scenario), lambda: several_arrangements(scenario))


@dataclass(frozen=True)
class Scope:
    """What is compared.

    Parameters
    ----------
    arrangements
        Without the baseline.
    every
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


def arms_alone(scenario: Scenario) -> Scenario:
    """The scenario without neighbours, of which a study tells nothing and which cost time."""
    run = {"experiment.arrangements": scenario.experiment.arrangements}
    return scenario.with_values(run) if scenario.experiment.neighbours else scenario


def scope_of(
    scenario: Scenario,
    outcomes: Names | None = None,
    arrangements: Names | None = None,
    count: int = 0,
) -> Scope:
    """Check names and fill in what was left out.

    Parameters
    ----------
    outcomes
        `HEADLINES` by default.
    arrangements
        All of the scenario but the baseline by default.
    count
        How many outcomes there must be; 0 for any number.

    Raises
    ------
    ScenarioError
        With every name that does not exist and the nearest that does.
    """
    first, every = scenario.experiment.baseline, tuple(scenario.experiment.arrangements)
    arms = names_of(arrangements) or [name for name in every if name != first]
    names, others, _ = together(
        lambda: tuple(marks_of(names_of(outcomes) or HEADLINES, count)),
        lambda: arrangements_of(scenario, arms, run=True),
        lambda: _without(first, arms),
    )
    return Scope(names, others, first, every)


def _without(first: str, arms: list[str]) -> None:
    if first in arms:
        cure = "name others than the baseline"
        raise refused(ARRANGEMENTS, "is compared with itself", first, cure)


def nearest(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """Give the cure of a misspelt name: the known one that was probably meant, or all."""
    near = similar(name, list(known))
    return f'did you mean "{near}"?' if near else otherwise or f"choose one of: {', '.join(known)}"
