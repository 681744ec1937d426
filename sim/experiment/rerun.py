"""A changed contract after a history that is kept: only what has changed is simulated.

Before the start date everybody borrows plainly, so a change of a contract leaves that
history and the life under the baseline as they were. Each process keeps both for the
replications that it met last, with what was read of every arrangement, and simulates only
arrangements whose terms have changed. Everything else, and a footing that ties one
arrangement to another, begins again.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, is_dataclass, replace
from threading import Lock
from typing import Any

import numpy as np

from sim.engine.history import History
from sim.engine.world import World
from sim.experiment.simulate import freeze, histories, run_arrangement, run_history
from sim.outcomes.own import own_digest
from sim.scenario.scenario import EQUAL_FIRMS, EQUAL_LENDING, Menu, Scenario, menu_of

Read = Callable[[History, History], Mapping[str, float]]
"""Gives numbers of a history, told the baseline's history too, by name."""

Values = dict[str, float]
Address = tuple[Read, str, int]
"""What is read, the hash of what a history depends on, and the replication."""

KEPT_BYTES = 2**28
"""Bytes that a process keeps, less than its libraries take: with six and six years about 100
histories of 300 firms, 20 of 2,000 firms; one of 89,000. A break-even asks for all its
replications again at every step, so that a few of them would be lost before they are needed.
"""
WORDS = {"title": "", "question": "", "sources": {}}
"""Values of a scenario without the words that no replication depends on."""


@dataclass
class Kept:
    """One history, the life under the baseline, and by arrangement what was read under which menu.

    The baseline is None until it has been lived.
    """

    history: World
    baseline: History | None = None
    known: dict[str, tuple[Menu, Values]] = field(default_factory=dict)


class HistoryCache:
    """Keeps what was used last, by address, within some bytes; the last one of all in any case.

    >>> cache = HistoryCache(most=0)
    >>> cache.take("a") is None, len(cache)
    (True, 0)
    """

    def __init__(self, most: int = KEPT_BYTES) -> None:
        self._most, self._lock = most, Lock()
        self._kept: dict[Any, tuple[Kept, int]] = {}

    def __len__(self) -> int:
        """How many are kept."""
        return len(self._kept)

    @property
    def size(self) -> int:
        """Bytes of all that is kept."""
        return sum(size for _, size in self._kept.values())

    def take(self, address: Any) -> Kept | None:
        """Give what is kept there and keep it no longer, so that no two threads change it."""
        with self._lock:
            kept, _ = self._kept.pop(address, (None, 0))
            # What is too large to stand beside others leaves before another one is made.
            self._shrink(0)
            return kept

    def put(self, address: Any, kept: Kept) -> None:
        """Keep something, in place of what was not used for longest."""
        with self._lock:
            size = size_of((kept.history, kept.history.book.store, kept.baseline))
            self._kept[address] = kept, size
            self._shrink(1)

    def _shrink(self, least: int) -> None:
        while len(self._kept) > least and self.size > self._most:
            del self._kept[next(iter(self._kept))]


CACHE = HistoryCache()
"""What this process keeps."""


def read_arrangements(scenario: Scenario, replication: int, read: Read) -> dict[str, Values]:
    """What `read` gives of each life of one replication, and its controls, the baseline first."""
    if scenario.experiment.footing in (EQUAL_LENDING, EQUAL_FIRMS):
        return {
            world.name: {**read(history, baseline), **world.controls}
            for world, history, baseline in histories(scenario, replication)
        }
    # What was read holds for the outcomes that were there.
    address = read, history_key(scenario) + own_digest(), replication
    kept = CACHE.take(address) or Kept(run_history(scenario, replication))
    found = _values(kept, scenario, read)
    CACHE.put(address, kept)
    return found


def _values(kept: Kept, scenario: Scenario, read: Read) -> dict[str, Values]:
    """Numbers by arrangement; those whose menu is another one are lived again."""
    first = scenario.experiment.baseline
    names, clocked = dict.fromkeys((first, *scenario.experiment.all_run)), scenario.on_clock()
    for name in names:
        menu = menu_of(scenario, name)
        if name in kept.known and kept.known[name][0] == menu:
            continue
        world = run_arrangement(replace(kept.history, scenario=clocked), name)
        history = freeze(world)
        if name == first:
            # Paired outcomes of all others are told the life under the baseline.
            kept.baseline, kept.known = history, {}
        assert kept.baseline is not None, "the baseline is lived before all others"
        kept.known[name] = menu, {**read(history, kept.baseline), **world.controls}
        # Its memory is given back before the next one lives.
        del world, history
    return {name: kept.known[name][1] for name in names}


def history_key(scenario: Scenario) -> str:
    """The hash of what history and baseline depend on: all but contracts, words and how many.

    Terms of the baseline itself are compared apart.
    """
    few = scenario.experiment.model_copy(
        update={"replications": 1, "arrangements": (), "neighbours": ()}
    )
    return digest_of(scenario, {"arrangement": {}, "policy": (), "experiment": few})


def digest_of(scenario: Scenario, instead: Mapping[str, Any]) -> str:
    """The hash, 64 digits, of a scenario without its words and with other values instead."""
    bare = scenario.model_copy(update={**WORDS, **instead})
    return hashlib.sha256(bare.model_dump_json().encode()).hexdigest()


def size_of(thing: Any) -> int:
    """Bytes of all arrays within something.

    >>> size_of({"a": [np.zeros(2), np.zeros((1, 3))], "b": "word"})
    40
    """
    if isinstance(thing, np.ndarray):
        return thing.nbytes
    if isinstance(thing, dict):
        return size_of(list(thing.values()))
    if isinstance(thing, (list, tuple)):
        return sum(map(size_of, thing))
    return size_of(vars(thing)) if is_dataclass(thing) else 0
