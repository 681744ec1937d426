"""In which one part does an arrangement differ from what is run beside it?

A difference from the baseline hangs on a part of a contract as far as the same contract without
that part differs less.  What is run is paired here by its clauses, not by its name: with and
without the promise of banking business, or, beside a neighbour, with and without one clause.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sim.model.contracts.arrangement import PLAIN, differing_clauses
from sim.model.contracts.commitment import Agreement, without_promise
from sim.scenario.scenario import Item, Menu, Scenario, menu_of
from sim.scenario.toml_text import join_key

PROMISE = "promise"
"""The part of a commitment that `Part` tells apart; all other parts are whole clauses."""


@dataclass(frozen=True)
class Part:
    """The one part in which `arm`, which is compared, differs from `other`, which is run too.

    `name` is `PROMISE` or that of a clause, and `is_added` where `other` is the one that has it.
    Of a promise in one contract alone, `key` is the dotted key of its hazard and `hazard` its
    value per year; otherwise they are empty and 0.
    """

    arm: str
    other: str
    name: str
    is_added: bool
    key: str = ""
    hazard: float = 0.0

    @property
    def pair(self) -> tuple[str, str]:
        """The one that has the part, and the one that lacks it."""
        return (self.other, self.arm) if self.is_added else (self.arm, self.other)


def parts_of(scenario: Scenario) -> dict[str, tuple[Part, ...]]:
    """Give the parts that what is run tells apart, by arrangement but the baseline."""
    experiment = scenario.experiment
    arms = [name for name in experiment.arrangements if name != experiment.baseline]
    menus = {name: menu_of(scenario, name) for name in (*arms, *experiment.neighbours)}
    return {arm: tuple(_parts(arm, menus, experiment.neighbours)) for arm in arms}


def has_promise(menu: Menu) -> bool:
    """Whether anything on a menu promises business beside another clause."""
    return any(_hazard(item) > 0.0 and without_promise_of(item) != PLAIN for item in menu)


def without_promise_of(item: Item) -> Any:
    """The arrangement of an item without its promise."""
    own = item.arrangement
    return own.model_copy(update={"commitment": without_promise(own.commitment)})


def _parts(arm: str, menus: Mapping[str, Menu], neighbours: tuple[str, ...]) -> Iterator[Part]:
    """Give the parts of one arm; a promise is told apart once, by what comes first."""
    others = [name for name in (*neighbours, *menus) if name != arm]
    promises = (one for name in others if (one := _promise(arm, name, menus)) is not None)
    if (first := next(promises, None)) is not None:
        yield first
    for name in neighbours:
        if (clause := _clause(arm, name, menus)) is not None:
            yield clause


def _promise(arm: str, other: str, menus: Mapping[str, Menu]) -> Part | None:
    """Give the promise as the one part in which two menus differ; None where it is not."""
    one, two = menus[arm], menus[other]
    if len(one) != len(two) or list(map(_terms, one)) != list(map(_terms, two)):
        return None
    steps = [_hazard(a) - _hazard(b) for a, b in zip(one, two, strict=True)]
    moved = [place for place, step in enumerate(steps) if step]
    if not moved or min(steps) < 0.0 < max(steps):
        return None
    is_added = min(steps) < 0.0
    with_it, without = (two, one) if is_added else (one, two)
    if len(moved) > 1 or _hazard(without[moved[0]]) > 0.0:
        return Part(arm, other, PROMISE, is_added)
    item = with_it[moved[0]]
    key = join_key(("arrangement", item.name, "commitment", "promised_move_hazard"))
    return Part(arm, other, PROMISE, is_added, key, _hazard(item))


def _clause(arm: str, other: str, menus: Mapping[str, Menu]) -> Part | None:
    """Give the one clause that only one of two contracts has; None where they differ in more."""
    if not len(menus[arm]) == len(menus[other]) == 1 or _terms_differ(menus[arm], menus[other]):
        return None
    one, two = menus[arm][0].arrangement, menus[other][0].arrangement
    names = differing_clauses(one, two)
    if len(names) != 1 or _terms(menus[arm][0]) == _terms(menus[other][0]):
        return None
    neutral = getattr(PLAIN, names[0])
    if neutral not in (getattr(one, names[0]), getattr(two, names[0])):
        return None
    return Part(arm, other, names[0], is_added=getattr(one, names[0]) == neutral)


def _terms_differ(one: Menu, two: Menu) -> bool:
    """Whether two single offers differ in dates, reach or who may apply under a policy."""
    return _terms(one[0])[:-1] != _terms(two[0])[:-1]


def _terms(item: Item) -> tuple[Any, ...]:
    """What an item is but for its names and its promise: dates, policy, clauses."""
    policy = item.policy
    if policy is not None:
        policy = policy.model_copy(update={"programme": "", "arrangement": ""})
    return item.start, item.end, policy, without_promise_of(item)


def _hazard(item: Item) -> float:
    clause = item.arrangement.commitment
    return clause.promised_move_hazard if isinstance(clause, Agreement) else 0.0
