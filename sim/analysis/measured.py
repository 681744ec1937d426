"""Results with what they mean: outcomes, comparison and banks, each made when first asked for."""

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from sim.analysis import bank_tails, compare, loss_parts, outcomes_table
from sim.analysis.compare import Comparison
from sim.analysis.outcomes_table import Outcomes, ResultsView


@dataclass(frozen=True, eq=False, repr=False)
class Measured:
    """Results, measured and compared as their scenario asks."""

    results: ResultsView

    @cached_property
    def outcomes(self) -> Outcomes:
        """Every outcome in every replication."""
        return outcomes_table.measure(self.results)

    @cached_property
    def comparison(self) -> Comparison:
        """Differences from the scenario's baseline."""
        given = self.results.scenario.experiment
        share = given.half_width_share
        return compare.compare(self.outcomes, given.baseline, half_width_share=share)

    @cached_property
    def all_compared(self) -> pd.DataFrame:
        """The rows of the comparison and, below them, those of neighbours from the baseline.

        Neighbours are judged by themselves, so that what is run beside arms takes nothing from
        what is said of them.
        """
        told, baseline = self.comparison, self.comparison.baseline
        if not self.outcomes.neighbours:
            return told.frame()
        own = self.outcomes.among(baseline, *self.outcomes.neighbours)
        share = self.results.scenario.experiment.half_width_share
        beside = compare.compare(own, baseline, told.confidence, half_width_share=share)
        return pd.concat([told.frame(), beside.frame()], ignore_index=True)

    @cached_property
    def by_bank(self) -> pd.DataFrame:
        """Each bank alone, in the columns of `sim.analysis.outcomes_table.TABLE`."""
        baseline = self.results.scenario.experiment.baseline
        return outcomes_table.by_bank(self.results, baseline, self.comparison.confidence)

    @cached_property
    def loss_parts(self) -> pd.DataFrame:
        """Why credit losses differ, in the columns of `sim.analysis.loss_parts.LOSS_PARTS`."""
        told = self.comparison
        return loss_parts.loss_parts(self.outcomes, told.baseline, told.confidence)

    @cached_property
    def bank_tails(self) -> pd.DataFrame:
        """Tails of banks' yearly losses, in the columns of `sim.analysis.bank_tails.TAILS`."""
        return bank_tails.bank_tails(self.results, confidence=self.comparison.confidence)
