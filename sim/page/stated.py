"""Values that a scenario states and where they come from, by the path of a parameter."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.scenario.dump import value_text
from sim.scenario.parameters import NAME, matches
from sim.scenario.positions import Path as Key
from sim.scenario.positions import join_key
from sim.scenario.sources import SOURCES, read_whole, source_texts

ECONOMY = Path("scenarios/base/china_technology.toml")
"""The default economy, from the top of the project."""

MOST_TOLD = 4
"""How many named values are told one by one."""


@dataclass(frozen=True)
class Stated:
    """Values of a scenario by path, every table also as a whole, and sources by dotted key."""

    values: dict[Key, Any] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)

    def of(self, path: Key) -> tuple[str, str]:
        """Give value and source of a parameter, as text; empty where there is none.

        Examples
        --------
        >>> file = Stated({("macro", "regime", "boom", "mean_years"): 3.5}, {})
        >>> file.of(("macro", "regime", "NAME", "mean_years"))
        ('boom 3.5', '')
        """
        found = {at: value for at, value in self.values.items() if matches(path, at)}
        if NAME not in path:
            at = next(iter(found), None)
            return (value_text(found[at]), self._source(at)) if at is not None else ("", "")
        names = {at[path.index(NAME)]: at for at in found}
        told = [f"{name} {value_text(found[at])}" for name, at in names.items()]
        return _joined(told), "; ".join(self._by_source(path, found))

    def _source(self, at: Key) -> str:
        """Give the source of a value, or of the list or table in which it stands."""
        places = (join_key(at[:depth]) for depth in range(len(at), 0, -1))
        return next((self.sources[key] for key in places if key in self.sources), "")

    def _by_source(self, path: Key, found: dict[Key, Any]) -> Iterator[str]:
        """Give each source once, with the names that share it where there are several."""
        names = defaultdict(list)
        for at in found:
            names[self._source(at)].append(str(at[path.index(NAME)]))
        names.pop("", None)
        for source, own in names.items():
            yield source if len(names) == 1 else f"{_joined(own)}: {source}"


def of_file(file: Path) -> Stated:
    """Read what a scenario file and those that it extends state.

    Raises
    ------
    ScenarioError
        If it cannot be read.
    """
    raw = read_whole(file)
    return of_values(raw.values, source_texts(raw))


def of_values(values: Mapping[str, Any], sources: Mapping[str, str]) -> Stated:
    """Give what a scenario states, from its values by table."""
    own = {key: value for key, value in values.items() if key != SOURCES}
    return Stated(dict(_leaves(own, ())), dict(sources))


def _leaves(values: dict[str, Any], above: Key) -> Iterator[tuple[Key, Any]]:
    """Give every value with its path; a table is also given whole, for fields of tables."""
    for key, value in values.items():
        if value is None:
            continue
        yield (*above, key), value
        if isinstance(value, dict):
            yield from _leaves(value, (*above, key))


def _joined(parts: list[str]) -> str:
    more = f" … ({len(parts)})" if len(parts) > MOST_TOLD else ""
    return "; ".join(parts[:MOST_TOLD]) + more
