"""A designed contract over draws of the posterior: are bounds kept, is it better than shipped?

At each draw the answer and the shipped terms live the same histories. A share of draws counts
means over these, so that it holds luck too; its interval is that of a share of independent draws.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.estimates import proportion_interval
from sim.experiment.store import Floats, Store, means
from sim.scenario.scenario import Scenario
from sim.studies.contract_terms import Task
from sim.studies.draws import Draws
from sim.studies.over_parameters import histories_of

BETTER, TOGETHER = "better than the shipped terms", "all together"


@dataclass(frozen=True, eq=False)
class AtDraws:
    """What holds at draws.

    Parameters
    ----------
    gain : shape (n_draws,)
        Mean advantage over the shipped terms in what is to be best, more is better.
    slacks, shipped_slacks : shape (n_bounds, n_draws)
        Mean slack of each bound at the answer, and at the shipped terms.
    histories
        Of each draw.
    said
        What is to be known of the draws, in sentences.
    """

    gain: Floats
    slacks: Floats
    shipped_slacks: Floats
    histories: int
    said: tuple[str, ...]

    def frame(self, bounds: Sequence[str]) -> pd.DataFrame:
        """One row for each bound, named by its words, for the gain, and for all together.

        Columns statement, value (share of draws), low, high, unit, shipped (share at the shipped
        terms; nan of the gain), draws.
        """
        kept, now = self.slacks >= 0.0, self.shipped_slacks >= 0.0
        gains = self.gain > 0.0
        rows = [self._row(*one) for one in zip(bounds, kept, now, strict=True)]
        rows.append(self._row(BETTER, gains, None))
        whole = gains & kept.all(axis=0)
        return pd.DataFrame([*rows, self._row(TOGETHER, whole, None)])

    def _row(self, words: str, holds: Any, now: Any) -> dict[str, Any]:
        share = proportion_interval(holds.astype(np.float64))
        return {
            "statement": words, "value": share.estimate, "low": share.low, "high": share.high,
            "unit": "share", "shipped": np.nan if now is None else float(now.mean()),
            "draws": holds.size,
        }  # fmt: skip


def at_draws(task: Task, best: Scenario, known: Draws, count: int, store: Store) -> AtDraws:
    """Run a contract and the shipped terms at so many draws.

    Raises ScenarioError if a draw is not legal for the scenario.
    """
    size = histories_of(task.scenario)
    moves, table = known.moves(task.scenario), known.some(count)
    both = [*moves.scenarios(best, table), *moves.scenarios(task.scenario, table)]
    found = store.outcome_array(both, range(size))
    gain, slacks, half = task.gain(found), task.slacks(found), len(table)
    kept = np.array([means(one)[0] for one in slacks]).reshape(len(slacks), 2 * half)
    said = [f"{known.notice()}."] if known.stale else []
    if moves.left:
        said.append(f"Draws do not move: {'; '.join(moves.sentences())}.")
    ahead = means(gain[:half] - gain[half:])[0]
    return AtDraws(ahead, kept[:, :half], kept[:, half:], gain.shape[1], tuple(said))
