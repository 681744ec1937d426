"""How often intervals hold the truth where differences between histories have heavy tails.

``python -m tests.mean_coverage`` runs the study and writes its log beside this file.

For each law and number of histories: how often Student's interval of the mean holds the mean, were
it always given; in how many samples the rule gives it to an outcome that is not marked
heavy-tailed, and how often it holds the mean then; and how often the interval of the median, which
is all that a marked outcome has, holds the median.
"""

import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.analysis.estimates import mean_interval, quantile_interval
from sim.analysis.mean_rule import difference_interval
from tests import synthetic

FILE = Path(__file__).with_suffix(".log")
HISTORIES = (12, 40)
INDICES = (1.5, 1.8, 2.5)
FIRMS = 500
"""Firms whose mean is the value of a history."""
TRIALS = 2000
LOW, HIGH = 0.92, 0.98

Floats = NDArray[np.float64]
Draw = Callable[[np.random.Generator, tuple[int, ...]], Floats]


@dataclass(frozen=True)
class Law:
    """A law of a difference in one history; `mean` is known, the median unless it is nan."""

    name: str
    draw: Draw
    mean: float
    median: float = math.nan

    def known_median(self) -> float:
        """The median, from many draws where no formula gives it."""
        return _median(self) if math.isnan(self.median) else self.median


@cache
def _median(law: Law) -> float:
    return float(np.median(law.draw(np.random.default_rng(2), (40_000,))))


def pareto(index: float) -> Draw:
    """Pareto numbers of at least one."""
    return lambda generator, shape: (1.0 - generator.random(shape)) ** (-1.0 / index)


def apart(draw: Draw) -> Draw:
    """Differences of two independent numbers of a law."""
    return lambda generator, shape: draw(generator, shape) - draw(generator, shape)


def of_firms(draw: Draw) -> Draw:
    """Means over the firms of a history."""

    def drawn(generator: np.random.Generator, shape: tuple[int, ...]) -> Floats:
        # In parts, so that memory stays small.
        flat = [draw(generator, (1000, FIRMS)).mean(axis=1)
                for _ in range(-(-math.prod(shape) // 1000))]  # fmt: skip
        return np.concatenate(flat)[: math.prod(shape)].reshape(shape)

    return drawn


def heavy_laws() -> Iterator[Law]:
    """Pareto tails on one side and on both, raw and as means over firms."""
    for index in INDICES:
        one, mean = pareto(index), index / (index - 1.0)
        yield Law(f"Pareto {index:g}, one side", one, mean, 2.0 ** (1.0 / index))
        yield Law(f"Pareto {index:g}, both sides", apart(one), 0.0, 0.0)
        yield Law(f"Pareto {index:g}, one side, mean of {FIRMS} firms", of_firms(one), mean)
        yield Law(
            f"Pareto {index:g}, both sides, mean of {FIRMS} firms", of_firms(apart(one)), 0.0, 0.0
        )


def light_laws() -> Iterator[Law]:
    """Laws of outcomes that are not marked heavy-tailed."""
    yield Law("normal", lambda g, shape: g.normal(size=shape), 0.0, 0.0)
    yield Law(
        f"lognormal, mean of {FIRMS} firms",
        of_firms(lambda g, shape: g.lognormal(0.0, 1.0, shape)), math.exp(0.5),
    )  # fmt: skip
    yield Law("Student, 5 degrees of freedom", lambda g, shape: g.standard_t(5.0, shape), 0.0, 0.0)


@dataclass(frozen=True)
class Covered:
    """Shares of samples, each in [0, 1]: what held the truth, and what was given at all."""

    always: float
    given: float
    when_given: float
    median: float
    marked: float


USUAL = synthetic.marks()["bank.raroc"]
MARKED = replace(USUAL, heavy_tailed=True)


def covered(law: Law, histories: int, trials: int, seed: int = 3) -> Covered:
    """Draw samples of a law and see which intervals hold the truth."""
    samples = law.draw(np.random.default_rng(seed), (trials, histories))
    middle = law.known_median()
    counts = np.zeros(5)
    for values in samples:
        always, usual = mean_interval(values), difference_interval(USUAL, values)
        median = quantile_interval(values)
        counts += (
            always.low <= law.mean <= always.high, math.isfinite(usual.low),
            usual.low <= law.mean <= usual.high, median.low <= middle <= median.high,
            math.isfinite(difference_interval(MARKED, values).low),
        )  # fmt: skip
    always, given, when, median, marked = counts
    share = when / given if given else math.nan
    return Covered(always / trials, given / trials, share, median / trials, marked / trials)


def lines(trials: int = TRIALS) -> Iterator[str]:
    """Tell the study line by line."""
    yield f"{trials} samples each; standard error of a share of 0.95: {error(trials):.4f}"
    yield "mean: always given | given by the rule, and covers then (not marked) | median (marked)"
    for histories in HISTORIES:
        for law in (*light_laws(), *heavy_laws()):
            one = covered(law, histories, trials)
            yield (
                f"{histories:2} histories, {law.name:46}: {one.always:.3f} |"
                f" {one.given:.3f}, {one.when_given:.3f} | {one.median:.3f}"
            )


def error(trials: int) -> float:
    """Standard error of a coverage of 0.95."""
    return math.sqrt(0.95 * 0.05 / trials)


def main() -> None:
    """Run the study, print it and keep it."""
    told = []
    for line in lines():
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
        told.append(line)
    FILE.write_text("\n".join(told) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
