"""What is frozen of a run: reading columns, which settlements count, where firms stand."""

import numpy as np
import pytest

from sim.base.columns import Rows
from sim.engine.history import (
    BANK_COLUMNS,
    PROTECTION_PROVIDERS,
    STATES,
    SYSTEM_COLUMNS,
    History,
    states_of,
)
from sim.engine.instruments import LEVELS
from sim.model.contracts.loan_book import CONTRACT
from sim.model.firms.flows import SUMS
from sim.model.firms.record import ALIVE, FAILED_TECHNICAL, FIRM, STAGES, STATUSES, UNBORN

DATES = (-0.25, 0.0, 0.25, 0.5, 0.75, 1.0)


def history(**fields) -> History:
    """Two banks at six settlements; half a year of experiment, a year with the run-off."""
    n = len(DATES)
    panel = np.zeros((n, 2, len(BANK_COLUMNS)))
    panel[:, :, BANK_COLUMNS.index("interest")] = [[10.0**k, 2.0] for k in range(n)]
    panel[:, 1, BANK_COLUMNS.index("loans")] = 30.0
    system = np.zeros((n, len(SYSTEM_COLUMNS)))
    system[:, SYSTEM_COLUMNS.index("count_2")] = range(n)
    firms: Rows = FIRM.empty(3)
    known = {
        "arrangement": "plain", "replication": 0, "firms": firms, "book": CONTRACT.empty(0),
        "dates": np.array(DATES), "panel": panel, "system": system, "macro": ((-1.0, 0),),
        "market": ((-1.0, 0),), "horizon": 0.5, "end": 1.0, "residual": 0.0, "facts": {},
    }  # fmt: skip
    return History(**(known | fields))


def test_a_bank_column_has_one_row_a_settlement_and_one_column_a_bank():
    assert history().bank("loans").tolist() == [[0.0, 30.0]] * 6


def test_a_system_column_has_one_value_a_settlement():
    assert history().series("count_2").tolist() == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]


def test_a_column_that_does_not_exist_is_refused():
    for read in (history().bank, history().series):
        with pytest.raises(ValueError, match="not in"):
            read("no such column")


@pytest.mark.parametrize(
    ("run_off", "counted"), [(False, [0.25, 0.5]), (True, [0.25, 0.5, 0.75, 1.0])]
)
def test_only_settlements_after_the_start_count(run_off, counted):
    h = history()
    assert h.dates[h.during(run_off)].tolist() == counted


def test_a_rounding_error_in_a_date_does_not_move_it_out_of_the_experiment():
    h = history(dates=np.array(DATES) + 1e-12)
    assert h.during().tolist() == history().during().tolist()


@pytest.mark.parametrize(
    ("run_off", "interest"), [(False, [1100.0, 4.0]), (True, [111100.0, 8.0])]
)
def test_a_flow_is_summed_over_the_experiment_by_bank(run_off, interest):
    assert history().flow("interest", run_off).tolist() == interest


def test_it_is_frozen():
    with pytest.raises(AttributeError):
        history().horizon = 2.0  # type: ignore[misc]


def test_columns_have_names_of_their_own_and_the_sums_of_the_audit_are_among_them():
    for names in (BANK_COLUMNS, SYSTEM_COLUMNS):
        assert len(set(names)) == len(names)
    assert SYSTEM_COLUMNS[3:] == (
        *SUMS,
        *PROTECTION_PROVIDERS,
        "reguarantors",
        "public_fees",
        "outside_business",
        *(column.name for column in LEVELS),
    )


# --- A page of the yearbook ----------------------------------------------------------------


def test_every_status_and_every_stage_has_its_state():
    firms = FIRM.empty(len(STATUSES) + len(STAGES))
    firms["status"][: len(STATUSES)] = range(len(STATUSES))
    firms["status"][len(STATUSES) :] = ALIVE
    firms["stage"][len(STATUSES) :] = range(len(STAGES))
    found = [STATES[code] for code in states_of(firms)]
    assert found[: len(STATUSES)] == [
        "unborn", "startup", "listed", "acquired", "departed", "closed", "closed", "closed",
        "closed",
    ]  # fmt: skip
    assert found[len(STATUSES) :] == list(STAGES)


def test_a_firm_that_has_ended_has_no_stage():
    firms = FIRM.empty(2)
    firms["status"], firms["stage"] = (UNBORN, FAILED_TECHNICAL), (0, 3)
    assert [STATES[code] for code in states_of(firms)] == ["unborn", "closed"]
