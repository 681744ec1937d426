"""Where every number of a scenario comes from: what its ``sources`` table says.

A source is written in one of five ways:

- ``"MK12"`` or ``"MK12; LB07: the value of 2025"``: published figures, by fact id, perhaps
  with a range of what may be tried: ``"MK12 0.02 to 0.05: the value of 2025"``;
- ``"reference: Cochrane 2005, volatility of venture returns"``;
- ``"assumption 0.2 to 0.6: reason"``, with the range that is plausible;
- ``"fitted 0.05 to 0.25: target"``: moved inside a range to meet a target;
- ``"design choice: reason"``, for sizes and seeds that say nothing about the world.

A range may be relative to the value, as in ``"assumption x0.5 to x1.6 each: reason"``.
A number must have its source in the file in which it stands: a value that replaces one
of an extended file does not inherit the reason for the other.
"""

import math
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from sim.base.errors import ScenarioError
from sim.scenario.facts import ID
from sim.scenario.faults import look_up
from sim.scenario.positions import Path, join_key
from sim.scenario.read import RawScenario, resolve

Kind = Literal["fact", "reference", "assumption", "fitted", "design choice"]

SOURCES = "sources"
"""Name of the table."""


_NUMBER = r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"
_RANGE = rf"(?P<x>x?)(?P<low>{_NUMBER}) to (?P=x)(?P<high>{_NUMBER})(?: each)?"
_FORMS = (
    re.compile(rf"(?P<kind>{ID})(?:; {ID})*(?: {_RANGE})?(?:: (?P<words>\S.*))?"),
    re.compile(r"(?P<kind>reference): (?P<words>\S.*\b\d{4}\b.*)"),
    re.compile(rf"(?P<kind>assumption|fitted) {_RANGE}: (?P<words>\S.*)"),
    re.compile(r"(?P<kind>design choice): (?P<words>\S.*)"),
)
_SLACK = 1e-9
"""Rounding error that a value at the end of its range may have, relative."""


@dataclass(frozen=True)
class Source:
    """What stands behind one number.

    Parameters
    ----------
    kind : {"fact", "reference", "assumption", "fitted", "design choice"}
    facts : tuple of str
        Fact ids, wherever in the text they stand.
    low, high : float or None
        Ends of the plausible range, in the unit of the number, or factors on it.
    relative : bool
        True where `low` and `high` are factors.
    words : str
        Reason, target or reference.
    """

    kind: Kind
    facts: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    relative: bool = False
    words: str = ""

    def ends(self, value: float) -> tuple[float, float] | None:
        """Plausible range of a number that is stated as `value`; None where none is given.

        Examples
        --------
        >>> parse_source("assumption x0.5 to x2: no data").ends(0.1)
        (0.05, 0.2)
        """
        if self.low is None or self.high is None:
            return None
        if not self.relative:
            return self.low, self.high
        low, high = sorted((self.low * value, self.high * value))
        return low, high

    def allows(self, value: Any, stated: Any) -> bool:
        """Whether a number, or every number of a list, lies in the plausible range.

        Parameters
        ----------
        value : any
            A number, or lists and tables with numbers.
        stated : any
            What the file with the source has instead: factors refer to it.

        Examples
        --------
        >>> source = parse_source("assumption x0.5 to x2: no data")
        >>> source.allows([0.1, 0.2], [0.1, 0.1]), source.allows(0.3, 0.1)
        (True, False)
        """
        if isinstance(value, Mapping | list | tuple):
            keys = value if isinstance(value, Mapping) else range(len(value))
            return all(self.allows(value[key], look_up(stated, (key,))) for key in keys)
        if not _is_number(value) or (self.relative and not _is_number(stated)):
            return True
        ends = self.ends(stated if self.relative else value)
        if ends is None:
            return True
        slack = _SLACK * max(abs(ends[0]), abs(ends[1]))
        return bool(ends[0] - slack <= value <= ends[1] + slack)


def parse_source(text: str) -> Source:
    """Read one source.

    Parameters
    ----------
    text : str
        In one of the five ways that the head of this file lists.

    Raises
    ------
    ValueError
        If the text is in none of them, or its range is upside down.

    Examples
    --------
    >>> parse_source("MK12; LB07").facts
    ('MK12', 'LB07')
    >>> source = parse_source("assumption 0.2 to 0.6: collateral at hand; see MK17")
    >>> source.kind, source.facts, source.low, source.high
    ('assumption', ('MK17',), 0.2, 0.6)
    """
    match = next((m for form in _FORMS if (m := form.fullmatch(text))), None)
    if match is None:
        raise ValueError(
            'must be fact ids, "reference: ...", "assumption LOW to HIGH: ...", '
            f'"fitted LOW to HIGH: ..." or "design choice: ..."; got {text!r}'
        )
    parts = match.groupdict()
    facts = tuple(dict.fromkeys(re.findall(rf"\b{ID}\b", text)))
    kind: Kind = next((one for one in get_args(Kind) if one == parts["kind"]), "fact")
    source = Source(kind, facts, words=parts["words"] or "")
    if parts.get("low") is None:
        return source
    low, high = float(parts["low"]), float(parts["high"])
    if low > high:
        raise ValueError(f"range must go from low to high; got {text!r}")
    return replace(source, low=low, high=high, relative=parts["x"] == "x")


def read_whole(path: str | os.PathLike[str]) -> RawScenario:
    """Read a file with all that it extends, or say what cannot be read.

    Raises
    ------
    ScenarioError
        With every mistake of reading.
    """
    raw = resolve(path)
    if raw.problems:
        raise ScenarioError(list(raw.problems))
    return raw


def source_texts(raw: RawScenario) -> dict[str, str]:
    """Give the sources as they are written, by the dotted key of their number."""
    return {key: str(text) for key, text in raw.values.get(SOURCES, {}).items()}


def numbers_of(raw: RawScenario) -> Iterator[tuple[Path, str, Any]]:
    """Give path, dotted key and value of every number or list with numbers."""
    for at, value in _leaves({k: v for k, v in raw.values.items() if k != SOURCES}, ()):
        yield at, join_key(at), value


def _leaves(table: Mapping[str, Any], above: Path) -> Iterator[tuple[Path, Any]]:
    for key, value in table.items():
        at = (*above, key)
        if isinstance(value, Mapping):
            yield from _leaves(value, at)
        elif _has_number(value):
            yield at, value


def _has_number(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_has_number(item) for item in value.values())
    if isinstance(value, list | tuple):
        return any(_has_number(item) for item in value)
    return _is_number(value)


def _is_number(value: Any) -> bool:
    """Whether a value is a number; true and false are none."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and math.isfinite(value)
