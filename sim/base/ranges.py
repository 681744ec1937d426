"""Legal ranges of numbers, checked in single numbers, vectors and tables alike."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from sim.base.language import tr

_LARGE = 10_000
OUT_OF_RANGE = "out_of_range"
"""Type of the validation error that :func:`within` gives, for the loader's wording."""


def within(
    *,
    low: float | None = None,
    high: float | None = None,
    above: float | None = None,
    below: float | None = None,
) -> AfterValidator:
    """Refuse numbers outside a range, alone or anywhere in a vector or a table.

    Parameters
    ----------
    low, high : float, optional
        Inclusive bounds.
    above, below : float, optional
        Strict bounds.

    Returns
    -------
    AfterValidator
        For use in ``Annotated``; its error carries the bounds and every offending element.

    Examples
    --------
    >>> from typing import Annotated
    >>> from pydantic import TypeAdapter
    >>> TypeAdapter(Annotated[float, within(low=0.0, high=1.0)]).validate_python(0.5)
    0.5
    """
    return AfterValidator(Within(low, high, above, below))


@dataclass(frozen=True)
class Within:
    """A legal range that checks values and can be read; bounds as in `within`."""

    low: float | None = None
    high: float | None = None
    above: float | None = None
    below: float | None = None

    def __call__(self, value: Any) -> Any:
        """Give the value back, or refuse it."""
        bounds = asdict(self)
        outside = [leaf for leaf in _numbers(value, ()) if not _inside(leaf[1], bounds)]
        if outside:
            got = ", ".join(f"{number:g}" for _, number in outside)
            rule = f"{range_in_words(bounds)}; got {got}"
            context = {**bounds, "outside": outside, "rule": rule}
            raise PydanticCustomError(OUT_OF_RANGE, "{rule}", context)
        return value

    def __and__(self, other: "Within") -> "Within":
        """Give the range of the numbers that lie in both.

        Examples
        --------
        >>> Within(above=0.0) & Within(high=100.0)
        Within(low=None, high=100.0, above=0.0, below=None)
        """
        return Within(
            low=_furthest(max, self.low, other.low),
            high=_furthest(min, self.high, other.high),
            above=_furthest(max, self.above, other.above),
            below=_furthest(min, self.below, other.below),
        )

    def __str__(self) -> str:
        """Write the range in the signs of the field.

        Examples
        --------
        >>> str(Within(low=0.0, high=1.0)), str(Within(above=0.0)), str(Within())
        ('[0, 1]', '(0, ∞)', 'any number')
        """
        if self == Within():
            return tr("any number")
        left = f"({_number(self.above)}" if self._is_open_below else _end("[", self.low)
        right = f"{_number(self.below)})" if self._is_open_above else _end("]", self.high)
        return f"{left}, {right}"

    @property
    def _is_open_below(self) -> bool:
        return self.above is not None and (self.low is None or self.above >= self.low)

    @property
    def _is_open_above(self) -> bool:
        return self.below is not None and (self.high is None or self.below <= self.high)


def _end(bracket: str, bound: float | None) -> str:
    """Write one end of a range, open where there is no bound."""
    if bracket == "[":
        return "(−∞" if bound is None else f"[{_number(bound)}"
    return "∞)" if bound is None else f"{_number(bound)}]"


def _number(bound: float | None) -> str:
    """Write a bound; a large whole number in full."""
    is_large = isinstance(bound, int) and abs(bound) >= _LARGE
    return f"{bound:,}".replace(",", "\u202f") if is_large else f"{bound:g}"


def _furthest(pick: Any, first: float | None, second: float | None) -> float | None:
    """Give the stricter of two bounds of one side, where there are any."""
    given = [bound for bound in (first, second) if bound is not None]
    return pick(given) if given else None


def range_in_words(bounds: Mapping[str, Any]) -> str:
    """Say a range as a rule.

    Examples
    --------
    >>> range_in_words({"low": 0, "high": 1})
    'must be at least 0 and at most 1'
    >>> range_in_words({"above": 0})
    'must be above 0'
    """
    words = {"low": "at least", "above": "above", "high": "at most", "below": "below"}
    parts = [
        f"{phrase} {bounds[name]:g}"
        for name, phrase in words.items()
        if bounds.get(name) is not None
    ]
    return "must be " + " and ".join(parts)


def _inside(number: float, bounds: Mapping[str, float | None]) -> bool:
    low, high = bounds["low"], bounds["high"]
    above, below = bounds["above"], bounds["below"]
    return (
        (low is None or number >= low)
        and (high is None or number <= high)
        and (above is None or number > above)
        and (below is None or number < below)
    )


def _numbers(value: Any, at: tuple[str | int, ...]) -> list[tuple[tuple[str | int, ...], float]]:
    """List every number in a value with its place; None, text and groups are passed by."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return [(at, value)]
    if isinstance(value, Mapping):
        return [leaf for key, item in value.items() for leaf in _numbers(item, (*at, key))]
    if isinstance(value, tuple | list):
        return [leaf for k, item in enumerate(value) for leaf in _numbers(item, (*at, k))]
    return []
