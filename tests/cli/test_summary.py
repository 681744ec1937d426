"""The table at the end of a run: the same words as the report."""

import pandas as pd

from sim.analysis.compare import compare
from sim.analysis.outcomes_table import Outcomes
from sim.cli.screen import heading, summary
from tests import synthetic


def compared(other: list[float]):
    """Compare a headline outcome with a baseline that is 1, 2, 3."""
    rows = [
        {"arrangement": name, "replication": n, "outcome": "bank.raroc", "value": value}
        for name, values in (("plain", [1.0, 2.0, 3.0]), ("other", other))
        for n, value in enumerate(values)
    ]
    marks = {"bank.raroc": synthetic.marks()["bank.raroc"]}
    return compare(Outcomes(pd.DataFrame(rows), marks, ("plain", "other")))


def cell(comparison) -> str:
    return str(next(iter(summary(comparison)[0].columns[-1].cells)))


def test_what_differs_nowhere_is_not_resolved_and_bounded():
    same = compared([1.0, 2.0, 3.0])
    assert cell(same).endswith("not resolved")
    # 0.368 to the third power is the 5 % by which a difference could have stayed unseen.
    assert " ".join(heading(same).split()).endswith(
        " Not resolved: differs in none of 3 replications, so in at most 63.2 % of histories"
        " (95 % confidence)."
    )


def test_what_is_ranked_or_not_is_said_in_a_word():
    better, unclear = compared([2.0, 3.1, 4.0]), compared([2.0, 2.0, 2.5])
    assert cell(better).endswith("better")
    assert cell(unclear).endswith("not ranked")
    assert "Not resolved" not in heading(better) + heading(unclear)
