"""Results: one line about themselves, tables that stack."""

import pandas as pd
import pytest

from sim.experiment.results import Results, joined
from tests.experiment.small import tiny, tiny_results


def test_results_say_in_one_line_what_they_are():
    assert repr(tiny_results()) == "Results(3 replications of plain, revenue_swap)"


def test_the_tidy_table_is_that_of_outcomes():
    assert tiny_results().frame() is tiny_results().outcomes


def test_results_are_frozen_and_compared_by_identity():
    frame = pd.DataFrame({"replication": [0]})
    one, other = (Results(tiny(), frame, frame, frame, None, None, {}) for _ in range(2))
    assert one != other
    with pytest.raises(AttributeError):
        one.firms = frame  # type: ignore[misc]


@pytest.mark.parametrize(
    ("parts", "values"),
    [
        ([], []),
        ([None, None], []),
        ([[], None], []),
        ([[1.0, 2.0], None, [], [3.0]], [1.0, 2.0, 3.0]),
    ],
)
def test_tables_are_stacked_and_what_is_empty_is_left_out(parts, values):
    frames = [None if part is None else pd.DataFrame({"value": part}) for part in parts]
    table = joined(frames, ("value",))
    assert list(table.columns) == ["value"]
    assert table["value"].tolist() == values
    assert table.index.tolist() == list(range(len(values)))


def test_results_show_what_was_run_and_which_tables_are_here() -> None:
    results = tiny_results()
    text = results._repr_html_()
    assert "<th>Replications</th><td>3</td>" in text
    assert f"<th>firms</th><td>{len(results.firms):,} rows</td>" in text
    assert "<th>events</th>" in text
