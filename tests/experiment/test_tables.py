"""The declared columns of a run's tables are those that a run writes."""

import pytest

from sim.experiment.results import TABLES, names
from sim.outcomes.series import SERIES
from tests.experiment.small import tiny_results


@pytest.mark.parametrize("table", TABLES)
def test_a_run_writes_the_declared_columns_in_order(table: str) -> None:
    assert tuple(getattr(tiny_results(), table).columns) == names(TABLES[table])


def test_every_declared_series_is_written_and_no_other() -> None:
    found = set(tiny_results().series["series"])
    assert [mark.name for mark in SERIES if not any(map(mark.covers, found))] == []
    assert [name for name in found if sum(mark.covers(name) for mark in SERIES) != 1] == []
