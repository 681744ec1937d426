"""Compare the arrangements of one scenario or several under common luck."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import pandas as pd

from sim.experiment.progress import Asked
from sim.outcomes.compare import compare
from sim.outcomes.comparison import Comparison
from sim.outcomes.measure import Outcomes
from sim.outcomes.quantiles import tail_table
from sim.outcomes.verdict import is_ranking
from sim.outcomes.wording import percent_text
from sim.scenario.model import Scenario
from sim.study.findings import Findings
from sim.study.lineup import Lineup, line_up
from sim.study.luck import economy_values
from sim.study.precision import MOST, Precision, precision_of, replicate_until
from sim.study.store import Store
from sim.study.target import Target, parse_targets


@dataclass(frozen=True, eq=False)
class ScenarioComparison:
    """Arrangements compared across scenarios.

    Parameters
    ----------
    comparison : Comparison
    outcomes : Outcomes
    precision : Precision or None
        Where a half-width was asked for.
    differing : tuple of str
        Keys beside arrangements in which the scenarios differ.
    """

    comparison: Comparison
    outcomes: Outcomes
    precision: Precision | None
    differing: tuple[str, ...]

    def frame(self) -> pd.DataFrame:
        """One row an outcome and arrangement: difference, interval, verdict."""
        return self.comparison.frame()

    def sentences(self) -> tuple[str, ...]:
        """What was compared and how sure it is."""
        c, rows = self.comparison, self.comparison.rows
        ranked = int(rows["verdict"].map(is_ranking).sum())
        head = (
            f"{len(c.arrangements)} arrangements under common luck in"
            f" {self.outcomes.replications} replications, against {c.baseline}: {ranked} of"
            f" {len(rows)} differences are clear of zero at {percent_text(c.confidence)},"
            " each by itself."
        )
        found = [head]
        if self.differing:
            keys = ", ".join(self.differing[:8])
            more = f" and {len(self.differing) - 8} more" if len(self.differing) > 8 else ""
            found.append(f"Beside their arrangements the scenarios differ in {keys}{more}.")
        return (*found, *(self.precision.sentences() if self.precision else ()))

    def findings(self) -> Findings:
        """The comparison in the form that all studies share."""
        tables = {"comparison": self.comparison.frame()}
        captions = {"comparison": f"Differences from {self.comparison.baseline}"}
        if self.precision is not None:
            tables = {"precision": self.precision.frame(), **tables}
            captions["precision"] = "Half-widths against those asked for"
        title = "Arrangements compared under common luck"
        return Findings("compare", title, self.sentences(), tables, captions)


@dataclass(frozen=True)
class Precisely:
    """How precise a comparison shall be.

    Parameters
    ----------
    until : sequence of str
        ``"bank.raroc=0.1pp"`` and the like; none for a fixed number of replications.
    most : int
        No more replications than these.
    confidence : float, in (0, 1)
        Of all intervals together.
    with_levels : bool
        Whether levels count beside differences.
    """

    until: Sequence[str] = ()
    most: int = MOST
    confidence: float = 0.95
    with_levels: bool = False

    def targets(self) -> tuple[Target, ...]:
        """The half-widths, read and checked."""
        return parse_targets(self.until)


def compare_scenarios(
    scenarios: Scenario | Mapping[str, Scenario],
    baseline: str | None = None,
    precisely: Precisely | None = None,
    store: Store | None = None,
    progress: Asked = None,
) -> ScenarioComparison:
    """Compare the arrangements of one scenario or several under common luck.

    Parameters
    ----------
    scenarios : Scenario or mapping of str to Scenario
        By name. The first one's number of replications counts.
    baseline : str, optional
        Label of the arrangement that the others are compared with.
    precisely : Precisely, optional
        Half-widths until which replications are added.
    store : Store, optional
        Where replications are kept; in memory by default.
    progress : callable or bool, optional
        Who is told how many runs are done, of how many; as in `Store`.

    Raises
    ------
    ScenarioError
        If the scenarios differ in what makes luck common, or the baseline or a half-width
        cannot be used.
    """
    named = {"scenario": scenarios} if isinstance(scenarios, Scenario) else dict(scenarios)
    aim = precisely or Precisely()
    targets = aim.targets()
    lineup = line_up(named, baseline)
    runs = store or Store()
    count = next(iter(named.values())).experiment.replications

    def look(n: int) -> Outcomes:
        return lineup.outcomes(runs, range(n), progress)

    found = None
    if targets:
        check = partial(
            precision_of, baseline=lineup.baseline, targets=targets,
            confidence=aim.confidence, with_levels=aim.with_levels,
        )  # fmt: skip
        outcomes, found = replicate_until(look, check, count, aim.most)
    else:
        outcomes = look(count)
    share = next(iter(named.values())).experiment.half_width_share
    comparison = compare(outcomes, lineup.baseline, half_width_share=share)
    return ScenarioComparison(comparison, outcomes, found, differing(lineup))


def differing(lineup: Lineup) -> tuple[str, ...]:
    """Keys beside arrangements in which what is compared differs."""
    values = [economy_values(scenario) for scenario in lineup.scenarios]
    keys = dict.fromkeys(key for part in values for key in part)
    return tuple(key for key in keys if len({repr(part.get(key)) for part in values}) > 1)


def tail_findings(outcomes: Outcomes, tails: Sequence[tuple[str, float]]) -> Findings:
    """Quantiles and expected shortfalls in the form that all studies share.

    Parameters
    ----------
    outcomes : Outcomes
    tails : sequence of (outcome, level)

    Raises
    ------
    OutcomeError
        If there are too few histories, or a tail is too heavy.
    """
    frame = pd.concat([tail_table(outcomes, *tail) for tail in tails], ignore_index=True)
    words = (
        "Over whole histories, on the side that is bad; quantiles have intervals from order"
        " statistics, expected shortfalls from the spread beyond the quantile.",
    )
    captions = {"tails": "Quantiles and expected shortfalls over histories"}
    return Findings("tails", "How bad it can turn out", words, {"tails": frame}, captions)
