"""The mark that turns a function into an outcome, and the register of all of them.

An outcome is one function of the history of one arrangement in one replication.  Its
mark says what the number is: unit, direction, time basis, formula in words and source.
A number without a mark cannot reach a table, a figure or the report.
"""

import math
import pkgutil
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache, partial, update_wrapper
from importlib import import_module
from inspect import signature, unwrap
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, TypeVar, get_args

from sim.base.errors import OutcomeError
from sim.base.parameter import Within

Better = Literal["higher", "lower", "neither"]
Basis = Literal["flow", "stock", "vintage", "count"]
Function = TypeVar("Function", bound=Callable[..., float])
Members = Mapping[Any, Mapping[str, Any]]
"""A family: last argument of its function -> words of the member."""

_BOUNDS = {
    "share": Within(0.0, 1.0),
    "ratio": Within(low=0.0),
    "years": Within(low=0.0),
    "stages": Within(0.0, 3.0),
    "correlation": Within(-1.0, 1.0),
    "firms per 1,000": Within(0.0, 1000.0),
}
BETTER: tuple[Better, ...] = get_args(Better)
BASES: tuple[Basis, ...] = get_args(Basis)


@dataclass(frozen=True)
class Sample:
    """Observations within one history that an outcome's name promises.

    `unit` says what is counted, in the plural (``"bank-years"``), `least` how few of them are
    enough; `count` gives the most that a history of a scenario can hold, and `label` is the name
    for readers where a history holds fewer.
    """

    unit: str
    least: int
    count: Callable[[Any], int]
    label: str


@dataclass(frozen=True)
class Mark:
    """What an outcome is, in the words that every table and figure uses.

    Parameters
    ----------
    name : str
        Dotted name, group first, for example ``"bank.raroc"``.
    unit : str
        Unit in words: ``"CNY million"``, ``"share"``, ``"per year"``, ``"years"``.
    better : {"higher", "lower", "neither"}
        Direction that is better for the party the outcome belongs to.
    basis : {"flow", "stock", "vintage", "count"}
        Time basis.
    formula, source : str
        The formula in words, and where the definition comes from.
    label : str
        Name for readers, for example ``"RAROC"``.
    function : callable
        ``function(history)`` or, where paired, ``function(history, baseline)``.
    heavy_tailed : bool
        True where one firm can dominate a replication; then the median of differences is told
        with its interval, and the mean has none.
    paired : bool
        True where the function also takes the baseline's history of the replication.
    low, high : float, optional
        Least and greatest value, infinite where there is none; by default what the unit says.
    binary : bool
        True where the value is 1 for yes or 0 for no, so that its mean is a probability;
        intervals are then those of proportions.
    needs : Sample, optional
        What a history must hold before the outcome deserves its name.
    held : int, optional
        What a history of the run at hand holds of it, where that is too little.
    whole, by, member : str
        Of an outcome that tells a part: name of what it is a part of, what the parts are by
        (``"stage"``, ``"regime"``), and which of them it is; empty otherwise.
    """

    name: str
    unit: str
    better: Better
    basis: Basis
    formula: str
    source: str
    label: str
    function: Callable[..., float]
    heavy_tailed: bool = False
    paired: bool = False
    low: float | None = None
    high: float | None = None
    binary: bool = False
    needs: Sample | None = None
    held: int | None = None
    whole: str = ""
    by: str = ""
    member: str = ""

    def of_run(self, scenario: Any) -> "Mark":
        """Give the mark as a run of a scenario can state it: by a humbler name if need be."""
        if self.needs is None or (held := self.needs.count(scenario)) >= self.needs.least:
            return self
        return replace(self, label=self.needs.label, held=held)

    @property
    def bounds(self) -> Within:
        """Range of the values, as declared or as the unit says."""
        usual = _BOUNDS.get(self.unit, Within())
        low, high = (
            (None if math.isinf(own) else own) if own is not None else other
            for own, other in ((self.low, usual.low), (self.high, usual.high))
        )
        return Within(low, high)

    @property
    def group(self) -> str:
        """The party the outcome belongs to: the first part of its name."""
        return self.name.partition(".")[0]

    @property
    def interval_method(self) -> str:
        """How the interval of a difference is made, in words."""
        if self.binary:
            return "Tango's score interval of paired proportions"
        if self.heavy_tailed:
            return "order statistics of paired differences, for their median"
        return "Student's t on paired differences"


_FIELDS = {field.name for field in fields(Mark)} - {"name", "function"}
_MARKS: dict[str, Mark] = {}


def outcome(name: str, **words: Any) -> Callable[[Function], Function]:
    """Mark a function as an outcome and register it, unchanged, under a unique dotted name.

    Words are fields of `Mark`: unit, better, basis, formula and source; where wanted label
    (otherwise the last part of the name), heavy_tailed, paired, low, high, binary, needs.

    Raises ValueError if the name is not dotted, is taken by another function, or a field is empty
    or not one of its allowed words.

    >>> @outcome("bank.example_loss", unit="CNY million", better="lower", basis="flow",
    ...          formula="sum of write-offs less recoveries", source="house definition")
    ... def example_loss(history):
    ...     return sum(history)
    >>> mark = _MARKS.pop("bank.example_loss")
    >>> mark.label, mark.group, mark.function([1.0, 2.0])
    ('Example loss', 'bank', 3.0)
    """
    words.setdefault("label", label_of(name))

    def register(function: Function) -> Function:
        mark = Mark(name=name, function=function, **words)
        _check(mark)
        _MARKS[name] = mark
        return function

    return register


def label_of(name: str) -> str:
    """Give the label of an outcome that states none.

    >>> label_of("bank.credit_loss")
    'Credit loss'
    """
    return name.rpartition(".")[2].replace("_", " ").capitalize()


def family(name: str, over: Members, **words: Any) -> Callable[[Function], Function]:
    """Mark a function as several outcomes, one for each member of a family.

    In the order of `over`, which holds what the function is given as its last argument and the
    member's words: those in braces in the name and in texts, and fields of `Mark` of its own.
    Where members are parts of a `whole`, the word that `by` names says which of them.

    Raises ValueError as `outcome` does, or if two members have the same name.

    >>> @family("bank.example_y{year}", over={1: {"year": "1"}, 2: {"year": "2"}},
    ...         unit="CNY million", better="lower", basis="flow",
    ...         formula="loss of year {year}", source="house definition")
    ... def example(history, year):
    ...     return history[year - 1]
    >>> marks = [_MARKS.pop(f"bank.example_y{year}") for year in (1, 2)]
    >>> marks[1].formula, marks[1].function([3.0, 4.0])
    ('loss of year 2', 4.0)
    """

    def register(function: Function) -> Function:
        last = list(signature(function).parameters)[-1]
        names = [name.format_map(own) for own in over.values()]
        if len(set(names)) < len(names):
            raise ValueError(f'the members of "{name}" need names that differ')
        for one, (argument, own) in zip(names, over.items(), strict=True):
            told = {**words, **{key: own[key] for key in own.keys() & _FIELDS}}
            told = {k: v.format_map(own) if isinstance(v, str) else v for k, v in told.items()}
            told["member"] = own[words["by"]] if "by" in words else ""
            member = update_wrapper(partial(function, **{last: argument}), function)
            outcome(one, **told)(member)
        return function

    return register


def _check(mark: Mark) -> None:
    """Refuse a mark that would leave a reader without unit, direction or source."""
    if not all(mark.name.partition(".")):
        raise ValueError(f'outcome "{mark.name}" needs a dotted name such as "bank.raroc"')
    for field, words in (("better", BETTER), ("basis", BASES)):
        if (given := getattr(mark, field)) not in words:
            raise ValueError(f"{mark.name}: {field} must be in {words}, got {given!r}")
    for field in ("unit", "formula", "source"):
        if not getattr(mark, field).strip():
            raise ValueError(f"{mark.name}: {field} must not be empty")
    if mark.binary and mark.unit != "share":
        raise ValueError(f'{mark.name}: a binary outcome is a share of histories, so unit="share"')
    known = _MARKS.get(mark.name)
    if known is not None and _origin(known) != _origin(mark):
        raise ValueError(f'outcome "{mark.name}" is already defined by {_origin(known)}')


def _origin(mark: Mark) -> str:
    """Say where a function is defined; a notebook cell run twice defines the same one."""
    return f"{mark.function.__module__}.{mark.function.__qualname__}"


def adopt(dropped: Iterable[str], marks: Iterable[Mark]) -> None:
    """Take over outcomes as another process has them, in place of some of this one."""
    for name in dropped:
        _MARKS.pop(name, None)
    for mark in marks:
        _MARKS[mark.name] = mark


def registry() -> Mapping[str, Mark]:
    """Give every registered outcome by name, after loading the files that define them.

    A read-only view, in the order of files and lines.

    >>> "no.such_outcome" in registry()
    False
    """
    _load()
    # By file and line, so that the order does not depend on who imported what first; the
    # members of a family share a line and keep the order in which they were registered.
    return MappingProxyType(dict(sorted(_MARKS.items(), key=lambda item: _place(item[1]))))


@cache
def _load() -> None:
    """Load the files of this folder, once."""
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        import_module(f"sim.outcomes.{module.name}")


def _place(mark: Mark) -> tuple[str, int]:
    """File and line of an outcome's function."""
    code = getattr(unwrap(mark.function), "__code__", None)
    return mark.function.__module__, code.co_firstlineno if code is not None else 0


def evaluate(
    history: object, baseline: object | None = None, names: Collection[str] | None = None
) -> dict[str, float]:
    """Compute every outcome of one arrangement in one replication, in the unit of its mark.

    Those that are named, where some are. Undefined outcomes are nan, and so are paired ones
    without the baseline's history of the replication. Raises OutcomeError if an outcome is
    infinite, or a binary one neither 0 nor 1.
    """
    return {
        name: _value(mark, history, baseline)
        for name, mark in registry().items()
        if names is None or name in names
    }


def _value(mark: Mark, history: object, baseline: object | None) -> float:
    """Compute one outcome; an infinite value would poison every mean without a word."""
    if mark.paired and baseline is None:
        return math.nan
    arguments = (history, baseline) if mark.paired else (history,)
    value = float(mark.function(*arguments))
    if math.isinf(value):
        raise OutcomeError(
            mark.name,
            f"must be finite, or nan where it is undefined; got {value}",
            f"let {_origin(mark)} return nan where its denominator is zero",
        )
    if mark.binary and value not in (0.0, 1.0) and not math.isnan(value):
        what = f"is binary, so 0, 1 or nan; got {value}"
        raise OutcomeError(mark.name, what, f"mend {_origin(mark)} or drop binary=True")
    return value
