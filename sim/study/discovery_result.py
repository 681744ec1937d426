"""What scenario discovery found: boxes of worlds, how well they tell, and whether they hold."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
from scipy.stats import binomtest

from sim.outcomes.wording import arrangement_text, percent_text
from sim.study.aims import POINTS, REPLICATIONS, at_least, together
from sim.study.design import OverRanges
from sim.study.findings import Findings
from sim.study.prim import Box, Quality
from sim.study.words import label_of

LOSES, WINS = "worse", "better"
FOUND, CHANCE, NONE = "holds up", "does not hold up on worlds kept apart", "no box"


@dataclass(frozen=True)
class Sample:
    """Which worlds are looked at.

    Parameters
    ----------
    points : int, at least 12
        Worlds: points of a Latin hypercube.
    replications : int, at least 2
        Of each, with the same luck in all.
    seed : int
        Of the hypercube.
    """

    points: int = 96
    replications: int = 4
    seed: int = 0

    def check(self) -> None:
        """Refuse a sample in which nothing can be found."""
        together(
            lambda: at_least(POINTS, self.points, 12),
            lambda: at_least(REPLICATIONS, self.replications),
        )


@dataclass(frozen=True, eq=False)
class Region:
    """The worlds in which one arrangement is worse, or better, and the box found for them.

    Parameters
    ----------
    arrangement, side : str
        Side is ``"worse"`` or ``"better"`` than the baseline.
    box : Box
        Without limits where there is none.
    searched, checked : Quality
        On the worlds of the search, and on those kept apart.
    chance : dict of axis to float
        Quasi-p-value of each limit.
    verdict : str
    clear : int
        Worlds in which the difference is on this side with all of its interval.
    """

    arrangement: str
    side: str
    box: Box
    searched: Quality
    checked: Quality
    chance: dict[int, float]
    verdict: str
    clear: int


@dataclass(frozen=True, eq=False)
class Discovery(OverRanges):
    """In which worlds arrangements lose and win.

    Parameters
    ----------
    regions : tuple of Region
    worlds : DataFrame
        Every world: its values, the difference of each arrangement, and its side.
    """

    regions: tuple[Region, ...]
    worlds: pd.DataFrame

    def frame(self) -> pd.DataFrame:
        """Give the limits of every box that was found.

        Returns
        -------
        DataFrame
            Columns arrangement, side, key, from, to (the limits), range_from, range_to,
            quasi_p, verdict.
        """
        rows = [row for region in self.regions for row in self._limits(region)]
        columns = [
            "arrangement", "side", "key", "from", "to", "range_from", "range_to", "quasi_p",
            "verdict",
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=columns)

    def _limits(self, region: Region) -> list[dict[str, Any]]:
        own = {"arrangement": region.arrangement, "side": region.side}
        found = []
        for axis in region.box.limited():
            one, low, high = self.ranges[axis], region.box.low[axis], region.box.high[axis]
            found.append(
                {**own, "key": one.label, "from": max(float(low), one.low),
                 "to": min(float(high), one.high), "range_from": one.low, "range_to": one.high,
                 "quasi_p": region.chance[axis], "verdict": region.verdict}
            )  # fmt: skip
        return found

    def quality_frame(self) -> pd.DataFrame:
        """Give how well each box tells its worlds, where searched and where checked.

        Returns
        -------
        DataFrame
            Columns arrangement, side, worlds, count, share (of worlds of that side),
            coverage, density, low, high (exact interval of the density), unit, verdict.
        """
        rows = []
        for region in self.regions:
            for worlds, found in (("searched", region.searched), ("kept apart", region.checked)):
                low, high = _exact(found)
                rows.append(
                    {"arrangement": region.arrangement, "side": region.side, "worlds": worlds,
                     "count": found.points, "share": found.base, "coverage": found.coverage,
                     "density": found.density, "low": low, "high": high, "unit": "share",
                     "verdict": region.verdict}
                )  # fmt: skip
        return pd.DataFrame(rows)

    def findings(self) -> Findings:
        """Give words and tables for files and the report."""
        outcome = self.aims.outcomes[0]
        against = arrangement_text(self.aims.baseline).lower()
        tables = {"limits": self.frame(), "boxes": self.quality_frame(), "worlds": self.worlds}
        captions = {
            "limits": f"Limits of the worlds in which {label_of(outcome)} is worse or better",
            "boxes": "Coverage: share of such worlds in the box; density: share of the worlds"
            " in the box that are such",
            "worlds": "Every world that was looked at",
        }
        sentences = [self._sentence(region) for region in self.regions]
        sentences.append(
            f"{len(self.worlds)} worlds of a Latin hypercube over {len(self.ranges)} numbers,"
            f" {self.layout.replications} replications each, in the same luck. Two thirds were"
            " searched; density and its interval are of the last third."
        )
        units = {"share": "share", "coverage": "share", "density": "share"}
        title = f"In which worlds arrangements lose and win against {against}: {label_of(outcome)}"
        key = f"discovery_{outcome.replace('.', '_')}"
        return Findings(key, title, tuple(sentences), tables, captions, units)

    def _sentence(self, region: Region) -> str:
        """Say what was found for one arrangement and side."""
        name, found = arrangement_text(region.arrangement), region.checked
        every = region.searched.points + found.points
        cases = region.searched.cases + found.cases
        start = f"{name} is {region.side} in {cases} of {every} worlds ({region.clear} clearly so)"
        if region.verdict == NONE:
            return f"{start}; no box tells them from the others."
        limits = "; ".join(
            f"{row['key']} {row['from']:.3g} to {row['to']:.3g}" for row in self._limits(region)
        )
        low, high = _exact(found)
        what = (
            f"{found.caught} of {found.inside} worlds kept apart"
            f" ({percent_text(round(low, 2))} to {percent_text(round(high, 2))}), against"
            f" {percent_text(round(found.base, 2))} of all of them"
        )
        text = "with" if region.verdict == FOUND else f"the box found {region.verdict}:"
        return f"{start}; {text} {limits} it is so in {what}."


def _exact(found: Quality) -> tuple[float, float]:
    """Give the Clopper-Pearson interval of the density; all of [0, 1] in an empty box."""
    if not found.inside:
        return 0.0, 1.0
    interval = binomtest(found.caught, found.inside).proportion_ci()
    return float(interval.low), float(interval.high)
