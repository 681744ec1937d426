"""A stated precision: which outcome, and how narrow its interval shall be."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from sim.base.errors import SimError
from sim.outcomes.mark import Mark
from sim.outcomes.wording import unit_style

_TEXT = re.compile(r"^(?P<name>[^=]+)=(?P<size>[^=]*?)\s*(?P<unit>pp|%|)$")
_CURE = "for example bank.raroc=0.1pp, bank.profit=50 or bank.profit=2%"


class TargetError(SimError):
    """A stated precision that cannot be aimed at."""


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


def parse_target(text: str, marks: Mapping[str, Mark]) -> Target:
    """Read ``outcome=half-width``.

    Parameters
    ----------
    text : str
        A plain number stands in the outcome's unit, ``pp`` for percentage points of a
        share or of a rate, ``%`` for per cent of the baseline's mean.
    marks : mapping of str to Mark
        Outcomes that can be aimed at.

    Raises
    ------
    TargetError
        If the outcome is unknown or the half-width is not a positive number.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> marks = {"bank.raroc": SimpleNamespace(unit="per year")}
    >>> parse_target("bank.raroc=0.1pp", marks)
    Target(outcome='bank.raroc', size=0.001, is_share=False)
    """
    found = _TEXT.match(text.strip())
    if found is None:
        raise TargetError(f"--until {text}", "must be outcome=half-width", _CURE)
    name, unit = found["name"].strip(), found["unit"]
    if name not in marks:
        near = get_close_matches(name, list(marks), n=1)
        cure = f'did you mean "{near[0]}"?' if near else "crosscycle list outcomes shows all"
        raise TargetError(f"--until {text}", f'"{name}" is not an outcome', cure)
    size = _number(found["size"], text)
    if unit == "pp" and not unit_style(marks[name].unit).step:
        what = f"pp is for shares and rates; {name} is in {marks[name].unit}"
        raise TargetError(f"--until {text}", what, "give a plain number or per cent of the mean")
    return Target(name, size / 100.0 if unit else size, unit == "%")


def parse_targets(texts: Iterable[str], marks: Mapping[str, Mark]) -> tuple[Target, ...]:
    """Read several targets; one for each outcome.

    Raises
    ------
    TargetError
        As `parse_target`, or if an outcome is given twice.
    """
    targets = tuple(parse_target(text, marks) for text in texts)
    refuse_doubles(targets)
    return targets


def refuse_doubles(targets: Sequence[Target]) -> None:
    """Refuse two half-widths for one outcome."""
    names = [target.outcome for target in targets]
    for name in names:
        if names.count(name) > 1:
            raise TargetError(f"--until {name}", "is given twice", "give one half-width for it")


def _number(text: str, whole: str) -> float:
    try:
        size = float(text)
    except ValueError:
        size = float("nan")
    if not 0.0 < size < float("inf"):
        raise TargetError(f"--until {whole}", "half-width must be a positive number", _CURE)
    return size
