"""Dates of the calendar, and how they stand to the clock of a run: years from its start date.

A step of any path in a scenario is a `Dated` group: it says by date of the calendar, or else in
years from the start date, when it comes into force. The engine knows years alone, so a path is
put on the clock of its experiment before anything is run.
"""

from collections.abc import Iterator, Sequence
from datetime import date as Date  # noqa: N812 -- a type among dates in years
from itertools import pairwise
from typing import Self

from sim.base.parameter import Broken, Frozen, param

EDGE = 1e-9
"""Calendar dates are twelfths of a year; two of them are never closer than this."""


def years_between(start: Date, date: Date) -> float:
    """Time from one date to another in years; first days of months are whole twelfths.

    Examples
    --------
    >>> years_between(Date(2023, 1, 1), Date(2025, 3, 1)) * 12
    26.0
    """
    months = 12 * (date.year - start.year) + date.month - start.month
    return months / 12 + (date.day - start.day) / 365.25


class Dated(Frozen):
    """Something that comes into force: on a day, or some years from the start date.

    >>> Dated(date=Date(2022, 1, 1)).since(Date(2025, 1, 1))
    -3.0
    """

    date: Date | None = param(None, unit="", meaning="day from which it holds")
    years_from_start: float | None = param(
        None, unit="years", meaning="instead of a date: years from the start date"
    )

    def broken_rules(self) -> Iterator[Broken]:
        """It has one of the two."""
        if (self.date is None) == (self.years_from_start is None):
            rule = "must have a date, or else years_from_start"
            yield "", rule, "give one of the two: date = 2022-01-20, or years_from_start = 2.0"

    def since(self, first: Date) -> float:
        """Years from the first day of the experiment."""
        if self.date is not None:
            return years_between(first, self.date)
        return self.years

    @property
    def years(self) -> float:
        """Years from the start date; of what is on the clock, see `on_clock`."""
        if self.years_from_start is None:
            raise TypeError(f"{self.date} is not on the clock of an experiment")
        return self.years_from_start

    def on_clock(self, first: Date) -> Self:
        """The same in years from the first day of an experiment."""
        return self.model_copy(update={"date": None, "years_from_start": self.since(first)})


def unordered(key: str, path: Sequence[Dated]) -> Iterator[Broken]:
    """Give the steps of a path that do not begin after the one before them.

    >>> steps = [Dated(years_from_start=year) for year in (0.0, 2.0, 2.0)]
    >>> [place for place, _, _ in unordered("path", steps)]
    ['path[2].years_from_start']
    """
    for n, (before, step) in enumerate(pairwise(path), start=1):
        column = "years_from_start" if step.date is None else "date"
        if (before.date is None) != (step.date is None):
            rule = "must be dated like the step before"
            yield f"{key}[{n}].{column}", rule, "give all steps dates, or years_from_start"
        elif step.since(Date.min) <= before.since(Date.min):
            earlier, own = getattr(before, column), getattr(step, column)
            rule = f"must be later than the step before ({_shown(earlier)}); got {_shown(own)}"
            yield f"{key}[{n}].{column}", rule, "put the steps in order, one for each date"


def _shown(when: Date | float) -> str:
    return f"{when:g}" if isinstance(when, float) else when.isoformat()
