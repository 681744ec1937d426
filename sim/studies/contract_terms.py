"""What a design of a contract is asked for: its terms, its aim, and the bounds that it keeps.

Terms belong to one arrangement. A key may be written whole, ``arrangement.swap.tenor.years``, or,
where the arrangement is named beside it, from the clause on: ``tenor.years``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from sim.base.errors import ScenarioError
from sim.base.wording import inside
from sim.experiment.store import Floats, OutcomeArray
from sim.outcomes.mark import Mark
from sim.scenario.declared import look_up
from sim.scenario.scenario import Scenario
from sim.scenario.toml_text import join_key, split_key
from sim.studies.condition import Condition, condition_of
from sim.studies.optimum import Observed, Rule
from sim.studies.ranges import VARY, Range, Vary, parse_range, ranges_of
from sim.studies.request import (
    ARRANGEMENTS,
    Names,
    arms_alone,
    arrangements_of,
    at_least_two,
    marks_of,
    refused,
    together,
)

OVER, ARRANGEMENT = "--over", "--arrangement"
MAXIMISE, MINIMISE, SUBJECT_TO = "--maximise", "--minimise", "--subject-to"
CONTRACT = "arrangement"
"""First part of the keys of contracts."""
_INSTEAD = {VARY: OVER, ARRANGEMENTS: ARRANGEMENT}
T = TypeVar("T")


@dataclass(frozen=True)
class Aim:
    """An outcome whose mean is to be as large as can be, or as small."""

    outcome: str
    is_least: bool = False

    @property
    def mark(self) -> Mark:
        """The outcome's mark."""
        return marks_of(self.outcome)[self.outcome]

    @property
    def words(self) -> str:
        """Name it in a sentence: ``"largest net margin"``."""
        return f"{'smallest' if self.is_least else 'largest'} {inside(self.mark.label)}"

    def gain(self, values: Floats) -> Floats:
        """Turn values so that more is better, same shape."""
        return -values if self.is_least else values


@dataclass(frozen=True)
class Task:
    """A design that can be made.

    Parameters
    ----------
    scenario
        Running the baseline and the arrangement alone.
    whole
        Running all arrangements, whose shipped terms are shown beside.
    """

    scenario: Scenario
    whole: Scenario
    arrangement: str
    ranges: tuple[Range, ...]
    aim: Aim
    bounds: tuple[Condition, ...]

    @property
    def baseline(self) -> str:
        """The arrangement that ``baseline`` stands for in a bound."""
        return self.scenario.experiment.baseline

    def gain(self, found: OutcomeArray) -> Floats:
        """Give what is to be large, shape (n_scenarios, n_histories)."""
        return self.aim.gain(found.levels(self.arrangement, self.aim.outcome))

    def slacks(self, found: OutcomeArray) -> Floats:
        """Give what is above zero where a bound is kept, (n_bounds, n_scenarios, n_histories)."""
        every = [one.slack(self.values(found, one)) for one in self.bounds]
        return np.array(every).reshape(len(every), *found.values.shape[:2])

    def values(self, found: OutcomeArray, bound: Condition) -> Floats:
        """Give what a bound speaks of: levels, or differences from the baseline."""
        if bound.is_relative:
            return found.differences(self.arrangement, self.baseline, bound.outcome)
        return found.levels(self.arrangement, bound.outcome)

    def observed(self, places: Floats, found: OutcomeArray, confidence: float) -> Observed:
        """Give what was simulated at places of the unit cube."""
        rule = Rule(confidence, len(self.bounds))
        return Observed(places, self.gain(found), self.slacks(found), rule)


@dataclass(frozen=True, eq=False)
class Box:
    """The unit cube of the ranges.

    Parameters
    ----------
    low, high : shape (n_ranges,)
    whole
        Which terms take whole numbers alone.
    """

    low: Floats
    high: Floats
    whole: tuple[bool, ...]

    @staticmethod
    def of(scenario: Scenario, ranges: Sequence[Range]) -> "Box":
        """Give the box of some ranges of a scenario."""
        low, high = (np.array([getattr(one, end) for one in ranges]) for end in ("low", "high"))
        whole = tuple(type(_present(scenario, one)) is int and not one.is_factor for one in ranges)
        return Box(low, high, whole)

    def values(self, places: Floats) -> Floats:
        """Give places of the unit cube in the units of the ranges, same shape."""
        found = self.low + places * (self.high - self.low)
        return np.asarray(np.where(self.whole, np.round(found), found))

    def places(self, values: Floats) -> Floats:
        """Give values in the units of the ranges as places of the unit cube, same shape."""
        return np.asarray((values - self.low) / (self.high - self.low))

    def snapped(self, places: Floats) -> Floats:
        """Move places to whole numbers where terms take no others, same shape."""
        return self.places(self.values(places)) if any(self.whole) else places


def shipped_terms(scenario: Scenario, ranges: Sequence[Range]) -> Floats:
    """Give the present values of terms, shape (n_ranges,); nan where one is no single number."""
    found = [1.0 if one.is_factor else _present(scenario, one) for one in ranges]
    is_number = [isinstance(value, int | float) for value in found]
    pairs = zip(found, is_number, strict=True)
    return np.array([value if known else np.nan for value, known in pairs], dtype=np.float64)


def _present(scenario: Scenario, one: Range) -> object:
    return look_up(scenario.model_dump(mode="python"), split_key(one.key))


@dataclass(frozen=True)
class Wish:
    """What a contract is to be good for.

    Parameters
    ----------
    maximise, minimise
        The outcome that is to be as large, or as small, as can be; one of the two.
    subject_to
        Bounds on means over replications: ``"bank.net_margin >= 0.2 %"``, or, no worse than under
        the baseline in the same histories, ``"bank.net_margin >= baseline"``.
    arrangement
        Whose terms; needed where keys do not say it.
    """

    maximise: Names | None = None
    subject_to: Names | None = None
    arrangement: str | None = None
    minimise: Names | None = None

    @property
    def bounds(self) -> list[str]:
        """The bounds, one text each."""
        given = self.subject_to
        return [given] if isinstance(given, str) else list(given or ())


def check_request(scenario: Scenario, over: Vary, wish: Wish) -> Task:
    """Check what is asked for, all mistakes at once; as in `sim.studies.design.design`.

    Raises ScenarioError.
    """
    given = [over] if isinstance(over, Range | str) else list(over or ())
    aim, bounds, (ranges, name), _ = together(
        lambda: _aim(wish.maximise, wish.minimise),
        lambda: together(*(_reading(text) for text in wish.bounds)),
        lambda: _renamed(lambda: _terms(scenario, given, wish.arrangement)),
        lambda: at_least_two(scenario),
    )
    bounds = tuple(dict.fromkeys(bounds))
    first = scenario.experiment.baseline
    together(*(_comparing(one, name, first) for one in bounds))
    run = tuple(dict.fromkeys((first, name)))
    lean = scenario.with_values({"experiment.arrangements": run})
    return Task(arms_alone(lean), arms_alone(scenario), name, ranges, aim, bounds)


def _reading(text: str) -> Callable[[], Condition]:
    def read() -> Condition:
        found = condition_of(text, SUBJECT_TO, may_be_relative=True)
        _refuse_without_mean(found.mark, SUBJECT_TO)
        return found

    return read


def _comparing(bound: Condition, name: str, baseline: str) -> Callable[[], None]:
    def check() -> None:
        if bound.is_relative and name == baseline:
            rule = "compares the arrangement with itself"
            raise refused(SUBJECT_TO, rule, str(bound), "give a number")
        if bound.is_relative and bound.mark.paired:
            rule = "is a difference from the baseline already"
            raise refused(SUBJECT_TO, rule, bound.outcome, "give a number")

    return check


def _aim(maximise: Names | None, minimise: Names | None) -> Aim:
    if bool(maximise) == bool(minimise):
        got = "both" if maximise else "none"
        cure = "for example --maximise bank.net_margin"
        raise refused(MAXIMISE, "or --minimise must name one outcome", got, cure)
    option = MAXIMISE if maximise else MINIMISE
    ((outcome, mark),) = marks_of(maximise or minimise or (), 1, option).items()
    _refuse_without_mean(mark, option)
    return Aim(outcome, is_least=not maximise)


def _refuse_without_mean(mark: Mark, option: str) -> None:
    """Refuse outcomes whose mean has no t interval, on which all that is told rests."""
    if mark.heavy_tailed:
        rule = "has no interval of a mean: one firm can dominate a history"
        raise refused(option, rule, mark.name, "choose another outcome")
    if mark.binary:
        rule = "is a yes or no, whose mean has no interval of Student's kind"
        raise refused(option, rule, mark.name, "choose another outcome")


def _renamed(check: Callable[[], T]) -> T:
    """Make a check whose messages name the options of this study."""
    try:
        return check()
    except ScenarioError as error:
        told = (replace(p, file=_INSTEAD.get(p.file, p.file)) for p in error.problems)
        raise ScenarioError(told) from None


def _terms(
    scenario: Scenario, given: Sequence[Range | str], arrangement: str | None
) -> tuple[tuple[Range, ...], str]:
    """Read terms, written whole, and the one arrangement that they belong to."""
    read = [one if isinstance(one, Range) else parse_range(one) for one in given]
    whole = [replace(one, key=_whole(one.key, arrangement)) for one in read]
    owners = [str(split_key(one.key)[1]) for one in whole]
    named = list(dict.fromkeys([*owners, *([arrangement] if arrangement else ())]))
    if len(named) > 1:
        rule = "must be terms of one arrangement"
        raise refused(OVER, rule, ", ".join(named), "leave the others out")
    ranges, _ = together(
        lambda: ranges_of(scenario, whole),
        lambda: arrangements_of(scenario, named, run=True, clauses=True) if named else (),
    )
    return ranges, named[0]


def _whole(key: str, arrangement: str | None) -> str:
    """Write a key whole; refuse one that belongs to no arrangement."""
    try:
        path = split_key(key)
    except ValueError:
        raise refused(OVER, "must be a dotted key", key, "see: show SCENARIO") from None
    if path[0] == CONTRACT and len(path) > 2:
        return key
    if arrangement is None or path[0] == CONTRACT:
        cure = f"give {ARRANGEMENT} NAME and a term such as tenor.years"
        raise refused(OVER, "belongs to no arrangement", key, cure)
    return join_key((CONTRACT, arrangement, *path))
