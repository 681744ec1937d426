"""To follow a function one passes few files."""

import pytest

from tests.house.reach import files_passed, reached

MOST = {
    ("sim.experiment.simulate", "simulate"): 127,
    ("sim.scenario.scenario", "load_scenario"): 13,
    ("sim.analysis.compare", "compare"): 7,
}
"""The files that hold what a function leads to; a number may fall, and rises only with a reason.

The count for `simulate` fell from 90 to 67 when rules got one home each. Two dozen came since with
what it does more: observers, own outcomes, kept contracts and what they rest on, the identity of a
run, its workers, the close of a quarter in compiled rules, and what loans require of capital, what
the state takes, what is not drawn of a line, what a lender expects of business, what waiting is
worth, holding or calling alone and together, claims after a call, what winning tells a bank,
auctions, tenders and refinancing, the calendar, what is in force on a date and how a value is
found by its key, amounts that do not follow prices, standards of listing, growth, sizes and the
register, cash and payouts, claims on protection and what it bears by year, the long history that
settles a population, what a right is worth and at which terms, uptake by date, the size of a
desk, and the instruments beside a line: five clauses, their balances and ranks, what is overdue,
whether markets are open, and their accounts, how tasks reach workers elsewhere, and
who is helped beside the baseline.
`load_scenario` finds shipped scenarios by name, and tells of a run that drifts. Both find which
files a scenario may name, how large they are and what things may be called: a scenario may come
from a stranger. `compare` asks whether a mean may have an interval."""


@pytest.mark.parametrize("start", MOST, ids=lambda start: start[1])
def test_a_function_passes_no_more_files_than_before(start: tuple[str, str]) -> None:
    found = sorted(files_passed(start))
    assert len(found) <= MOST[start], found


def test_the_walk_follows_imports_and_tables_and_leaves_the_rest() -> None:
    found = reached(("sim.experiment.simulate", "simulate"))
    assert ("sim.engine.processes", "run_world") in found  # imported, and called
    assert (
        "sim.model.firms.advance",
        "advance",
    ) in found  # named in the table of compiled entries
    assert ("sim.studies.sweep", "sweep") not in found
