"""A stated precision: which outcome, and how narrow its interval shall be."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from sim.outcomes.wording import unit_style
from sim.study.aims import marks_of, refused, together

UNTIL = "--until"

_TEXT = re.compile(r"^(?P<name>[^=]+)=(?P<size>[^=]*?)\s*(?P<unit>pp|%|)$")
_CURE = "for example bank.raroc=0.1pp, bank.profit=50 or bank.profit=2%"


@dataclass(frozen=True)
class Target:
    """The half-width that the interval of an outcome shall have.

    Parameters
    ----------
    outcome : str
    size : float
        In the outcome's unit, or as a share of the baseline's mean.
    is_share : bool
        Whether `size` is a share of the absolute mean under the baseline.
    """

    outcome: str
    size: float
    is_share: bool = False

    def width(self, baseline_mean: float) -> float:
        """Half-width in the outcome's unit.

        Examples
        --------
        >>> Target("bank.profit", 0.02, True).width(-500.0)
        10.0
        """
        return self.size * abs(baseline_mean) if self.is_share else self.size


def parse_target(text: str) -> Target:
    """Read ``outcome=half-width``.

    Parameters
    ----------
    text : str
        A plain number stands in the outcome's unit, ``pp`` for percentage points of a
        share or of a rate, ``%`` for per cent of the baseline's mean.

    Raises
    ------
    ScenarioError
        If the outcome is unknown or the half-width is not a positive number.

    Examples
    --------
    >>> parse_target("bank.raroc=0.1pp")
    Target(outcome='bank.raroc', size=0.001, is_share=False)
    """
    found = _TEXT.match(text.strip())
    if found is None:
        raise refused(UNTIL, "must be outcome=half-width", text, _CURE)
    unit = found["unit"]
    ((name, mark),) = marks_of(found["name"], 1, UNTIL).items()
    size = number_of(found["size"])
    if not 0.0 < size < float("inf"):
        raise refused(UNTIL, "half-width must be a positive number", text, _CURE)
    if unit == "pp" and not unit_style(mark.unit).step:
        rule = f"pp is for shares and rates; {name} is in {mark.unit}"
        raise refused(UNTIL, rule, text, "give a plain number or per cent of the mean")
    return Target(name, size / 100.0 if unit else size, unit == "%")


def number_of(text: str) -> float:
    """Read a number, ``8%`` as 0.08; nan where it is none.

    Examples
    --------
    >>> number_of("8%"), number_of("much")
    (0.08, nan)
    """
    try:
        size = float(text.strip().removesuffix("%"))
    except ValueError:
        return float("nan")
    return size / 100.0 if "%" in text else size


def parse_targets(texts: Iterable[str]) -> tuple[Target, ...]:
    """Read several half-widths; one for each outcome.

    Raises
    ------
    ScenarioError
        As `parse_target`, or if an outcome is given twice.
    """
    targets = tuple(together(*(partial(parse_target, text) for text in texts)))
    refuse_doubles(targets)
    return targets


def refuse_doubles(targets: Sequence[Target]) -> None:
    """Refuse two half-widths for one outcome."""
    names = [target.outcome for target in targets]
    for name in names:
        if names.count(name) > 1:
            raise refused(UNTIL, "is given twice", name, "give one half-width for it")
