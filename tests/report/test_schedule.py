"""The order of things, read off the source of the engine."""

from sim.engine import processes, quarter
from sim.engine.committee import hold_committee
from sim.engine.settlement import settle
from sim.engine.world import World
from sim.model.firms.advance import fire
from sim.model.firms.record import EVENT_NAMES, SIGNED
from sim.report.protocol import CLOSING, Step, event_rules, steps_of


def places(steps: tuple[Step, ...]) -> list[str]:
    return [step.place.rpartition(".")[2] for step in steps]


def test_a_month_has_its_phases_in_the_order_of_the_engine() -> None:
    month, *after = steps_of(processes.calendar)
    assert month.place == ""
    assert places(month.steps) == [
        "switch_regime", "advance", "renew", "decide", "wind_down", "settle",
    ]  # fmt: skip
    assert [step.when for step in month.steps[:2]] == ["month in switches", ""]
    assert month.steps[4].when == "otherwise"
    assert places(tuple(after)) == ["advance", "settle"]


def test_steps_go_as_deep_as_they_are_asked_to() -> None:
    assert all(step.steps == () for step in steps_of(settle))
    closing, *after = steps_of(settle, 3)
    assert places(tuple(after)) == ["identities", "record", "keep_page", "keep_lent"]
    claims, firms, banks, protection, _, beside, year, last = closing.steps
    found = places((claims, firms, year, last))
    assert found == ["share_claims", "read_firms", "open_year", "check_identities"]
    assert (beside.when, year.when) == ("has_instruments(w.terms)", "is_year_end")
    assert places((beside,)) == ["settle_instruments"]
    assert places(banks.steps) == ["close_books", "replenish", "weigh"]
    assert places(protection.steps) == ["settle_protection"]


def test_every_identity_is_a_check_of_the_protocol() -> None:
    told = [
        rule for rule in vars(quarter).values() if getattr(rule, "__name__", "").endswith(CLOSING)
    ]
    assert set(places(steps_of(quarter.check_identities))) == {rule.__name__ for rule in told}


def test_what_was_told_is_not_told_again() -> None:
    month, _, last = steps_of(processes.calendar, 2)
    assert month.steps[-1].place == last.place
    assert month.steps[-1].steps != ()
    assert last.steps == ()


def test_rules_that_banks_and_firms_follow_are_told() -> None:
    (meeting,) = steps_of(hold_committee, 2)[0].steps
    assert places((meeting,)) == ["hold_meeting"]
    assert places(meeting.steps) == [
        "settle_claims",
        "decide_applications",
        "wind_down",
        "enact_decisions",
        "decide_on_lines",
        "enact_decisions",
    ]
    assert places(steps_of(processes.switch_regime)) == [
        "advance",
        "set_market_conditions",
        "switch_regime",
    ]


def test_words_are_the_first_lines_of_the_functions() -> None:
    month = steps_of(processes.calendar)[0]
    assert month.steps[1].words == "Take every firm to a date."
    assert World.advance.__doc__ == month.steps[1].words


def test_calls_in_conditions_and_returns_are_steps_and_notes_are_none() -> None:
    found = places(steps_of(fire))
    assert found[-1] == "refresh"
    assert "note" not in found
    ends = {rule.name: places(rule.steps) for rule in event_rules()}
    assert ends["project deadline"] == ["end_project"]


def test_every_event_that_strikes_a_firm_has_its_rule() -> None:
    told = [rule.name for rule in event_rules()]
    assert len(set(told)) == len(told)
    # births have a rule of their own; events from SIGNED on are only written to the log
    striking = {name for code, name in EVENT_NAMES.items() if code < SIGNED}
    assert striking - set(told) == {"birth"}
    assert all(rule.steps or rule.code for rule in event_rules())
