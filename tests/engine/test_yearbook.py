"""A page of the yearbook knows where every firm stands."""

from sim.engine.history import STATES, states_of
from sim.model.firms.record import ALIVE, FIRM, STAGES, STATUSES, UNBORN


def test_every_status_and_every_stage_has_its_state():
    firms = FIRM.empty(len(STATUSES) + len(STAGES))
    firms["status"][: len(STATUSES)] = range(len(STATUSES))
    firms["status"][len(STATUSES) :] = ALIVE
    firms["stage"][len(STATUSES) :] = range(len(STAGES))
    found = [STATES[code] for code in states_of(firms)]
    assert found[: len(STATUSES)] == [
        "unborn", "startup", "listed", "acquired", "closed", "closed", "closed",
    ]  # fmt: skip
    assert found[len(STATUSES) :] == list(STAGES)


def test_a_firm_that_has_ended_has_no_stage():
    firms = FIRM.empty(2)
    firms["status"], firms["stage"] = (UNBORN, 4), (0, 3)
    assert [STATES[code] for code in states_of(firms)] == ["unborn", "closed"]
