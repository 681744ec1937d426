"""Common random numbers: what is drawn never depends on who else is looking, living or lending."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim.base.draws import (
    BIRTH,
    MASK,
    SHOCK,
    SIGNAL,
    exponential,
    normal_pair,
    philox,
    replication_key,
    uniform_columns,
    uniform_pair,
)
from sim.engine.committee import hold_committee
from sim.engine.kernel import interpreted, kernel
from sim.engine.processes import Steps, observe, run_world, until
from sim.engine.settlement import settle
from sim.engine.world import World, new_world, opening_firms
from sim.experiment.results import Results
from sim.experiment.simulate import simulate
from sim.model.banks.application import read_application
from sim.model.banks.desk import OFFER
from sim.model.banks.judgement import judge, public_score, sees_setback
from sim.model.economy.macro import macro_path
from sim.model.firms.record import (
    ALIVE,
    ASK_FUNDS,
    ASK_OFFER,
    ASK_RENEWAL,
    ASK_REVIEW,
    FAILED_TECHNICAL,
    NEVER,
    UNBORN,
)
from tests.engine.hand import applicant, desk
from tests.house.small import (
    branch,
    changed_books,
    changed_lives,
    differing,
    history,
    run_in_order,
    study,
    with_ample_capital,
)  # fmt: skip
from tests.second_driver import by_firm

WORD = st.integers(0, MASK)
ARRANGEMENTS = study().experiment.arrangements


@pytest.fixture(scope="module")
def past() -> World:
    return history(study())


@pytest.fixture(scope="module")
def ample_past() -> World:
    return history(with_ample_capital())


@pytest.fixture
def own_past() -> World:
    """A past that the test may change."""
    return history(study(), trace=False)


# --- The generator -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "counter", "words"),
    [
        ((0, 0), (0, 0, 0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((MASK, MASK), (MASK,) * 4, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (
            (0xA4093822, 0x299F31D0),
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
)
def test_philox_gives_the_known_answers_of_random123(
    key: tuple[int, int], counter: tuple[int, ...], words: tuple[int, ...]
) -> None:
    assert philox(*key, *counter) == words
    column = [np.array([word], np.int64) for word in (*key, *counter)]
    assert tuple(int(word[0]) for word in philox(*column)) == words


@given(WORD, WORD, st.integers(0, 2**31), st.integers(0, 200), st.integers(-900, 2**31))
def test_a_column_of_draws_has_the_bits_of_single_draws(
    k0: int, k1: int, firm: int, purpose: int, ordinal: int
) -> None:
    firms = np.array([firm, firm + 1, 0], np.int64)
    u, v = uniform_columns((k0, k1), firms, purpose, ordinal, 3)
    single = [uniform_pair(k0, k1, int(row), purpose, ordinal, 3) for row in firms]
    assert list(zip(u.tolist(), v.tolist(), strict=True)) == single


@given(WORD, WORD, WORD, WORD)
def test_a_uniform_draw_lies_strictly_between_zero_and_one(
    k0: int, k1: int, firm: int, ordinal: int
) -> None:
    for u in uniform_pair(k0, k1, firm, SHOCK, ordinal, 0):
        assert 0.0 < u < 1.0


def test_draws_have_the_moments_of_their_distributions() -> None:
    n = 40_000
    key = replication_key(11, 0)
    u, v = uniform_columns(key, np.arange(n), SHOCK, 5, 0)
    # Four standard errors: variance 1/12 of a uniform, correlation 1/sqrt(n).
    assert abs(u.mean() - 0.5) < 4.0 * np.sqrt(1.0 / 12.0 / n)
    assert abs(np.corrcoef(u, v)[0, 1]) < 4.0 / np.sqrt(n)
    assert abs(np.corrcoef(u[:-1], u[1:])[0, 1]) < 4.0 / np.sqrt(n)
    few = range(4000)
    waits = np.array([exponential(*key, firm, SHOCK, 0, 0) for firm in few])
    assert abs(waits.mean() - 1.0) < 4.0 / np.sqrt(len(few))
    z = np.array([normal_pair(*key, firm, SHOCK, 0, 0) for firm in few]).ravel()
    assert abs(z.mean()) < 4.0 / np.sqrt(z.size)
    assert abs(z.var() - 1.0) < 4.0 * np.sqrt(2.0 / z.size)


def test_replications_and_seeds_have_keys_of_their_own() -> None:
    keys = {replication_key(seed, n) for seed in (0, 1, 2**40) for n in range(200)}
    assert len(keys) == 600
    assert replication_key(7, 3) == replication_key(7, 3)


def test_compiled_draws_have_the_bits_of_interpreted_ones() -> None:
    numba = pytest.importorskip("numba")
    kernel()  # registers the rules for compiled callers

    @numba.njit
    def compiled(k0: int, k1: int, firm: int, a: int) -> tuple[float, float, float]:
        u, v = uniform_pair(k0, k1, firm, SIGNAL, a, 0)
        z, _ = normal_pair(k0, k1, firm, SIGNAL, a, 0)
        return u, v, z

    for firm in (0, 1, 299, 2**31):
        for a in (0, 1, 2**31, -8):
            u, v = uniform_pair(5, MASK, firm, SIGNAL, a, 0)
            z, _ = normal_pair(5, MASK, firm, SIGNAL, a, 0)
            assert compiled(5, MASK, firm, a) == (u, v, z)


# --- How a run is carried out ------------------------------------------------------------


@pytest.mark.parametrize("name", ARRANGEMENTS)
def test_a_rerun_gives_the_same_bits(past: World, name: str) -> None:
    once, again = branch(past, name), branch(history(study()), name)
    assert changed_lives(once, again) == []
    assert changed_books(once, again) == []


@pytest.mark.parametrize("name", ARRANGEMENTS)
def test_tracing_changes_nothing(past: World, name: str) -> None:
    traced, untraced = branch(past, name), branch(history(study(), trace=False), name)
    assert traced.events
    assert not untraced.events
    assert changed_lives(traced, untraced) == []
    assert changed_books(traced, untraced) == []


@pytest.mark.parametrize("name", ["consortium", "revenue_swap"])
def test_compiled_and_interpreted_rules_give_the_same_bits(name: str) -> None:
    few = study(
        {
            "population.firms": 60, "experiment.warm_up_years": 2.0,
            "experiment.horizon_years": 2.0,
        }
    )  # fmt: skip
    compiled = branch(history(few, rules=kernel()), name)
    plain_python = branch(history(few, rules=interpreted()), name)
    assert not plain_python.rules.compiled
    assert changed_lives(compiled, plain_python) == []
    assert changed_books(compiled, plain_python) == []


def test_the_switch_turns_compilation_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSCYCLE_JIT", "0")
    assert kernel.__wrapped__() == interpreted()


def test_replications_differ_and_do_not_depend_on_each_other(past: World) -> None:
    second = history(study(), replication=1)
    assert changed_lives(past, second) != []
    assert changed_lives(second, history(study(), replication=1)) == []


# --- Who else is there -------------------------------------------------------------------


def test_an_arrangement_run_before_changes_no_other(past: World) -> None:
    alone = branch(past, "consortium")
    for name in ("revenue_swap", "plain", "common_growth"):
        branch(past, name)
    afterwards = branch(past, "consortium")
    assert changed_lives(alone, afterwards) == []
    assert changed_books(alone, afterwards) == []


def test_an_arrangement_added_to_the_scenario_changes_no_other() -> None:
    few = study({"experiment.arrangements": ("plain", "consortium")})
    more = study({"experiment.arrangements": ("loan_with_warrant", "consortium", "plain")})
    first, second = branch(history(few), "consortium"), branch(history(more), "consortium")
    assert changed_lives(first, second) == []
    assert changed_books(first, second) == []


def outcomes_of(results: Results, name: str) -> Any:
    """Values of all outcomes of one arrangement, by replication and name."""
    table = results.outcomes[results.outcomes["arrangement"] == name]
    return table.set_index(["replication", "outcome"])["value"].sort_index()


def test_outcomes_do_not_depend_on_workers_on_what_is_kept_or_on_other_arrangements() -> None:
    few = {
        "population.firms": 60, "experiment.replications": 2, "experiment.horizon_years": 2.0,
        "experiment.arrangements": ("plain", "consortium"),
    }  # fmt: skip
    alone = simulate(study(few))
    together = simulate(study(few), workers=2)
    kept = simulate(study(few), keep=("firms", "events", "contracts"))
    more = few | {"experiment.arrangements": ("revenue_swap", "consortium", "plain")}
    among_others = simulate(study(more))
    for results in (together, kept, among_others):
        for name in ("plain", "consortium"):
            mine, other = outcomes_of(alone, name), outcomes_of(results, name)
            assert mine.index.equals(other.index)
            assert mine.to_numpy().tobytes() == other.to_numpy().tobytes()


def test_a_history_that_is_branched_under_plain_goes_on_as_if_it_were_not(
    past: World,
) -> None:
    through = new_world(study(), 0, trace=True)
    run_world(through, -3.0, 5.0)
    assert changed_lives(branch(past, "plain"), through) == []


@pytest.mark.parametrize("date", [1.6666666667, 5.0 / 3.0, 1.6666666666, 1.7])
def test_a_stated_regime_is_in_force_from_its_date_on(date: float) -> None:
    # A date typed with ten digits is the end of a month for every practical purpose.
    path = [
        {"years_from_start": -9.0, "regime": "boom"},
        {"years_from_start": date, "regime": "bust"},
    ]
    few = study({"population.firms": 20, "macro.path": path})
    for until_year, regime in ((1.65, 0), (1.75, 1)):
        w = new_world(few, 0)
        run_world(w, -3.0, until_year)
        assert w.market_conditions.regime[0] == regime


@pytest.mark.parametrize("name", ARRANGEMENTS)
def test_an_observer_changes_no_life_and_no_book(past: World, name: str) -> None:
    odd_dates = [0.01, 1.0 / 3.0, 0.7499, 0.75, 2.0, np.pi, 4.9999]
    seen: list[Any] = []
    watched = past.branch(name)
    run_in_order(watched, (0.0, 5.0), [lambda env, w: observe(env, w, odd_dates, seen)])
    assert [date for date, _ in seen] == odd_dates
    alone = branch(past, name)
    assert changed_lives(alone, watched) == []
    assert changed_books(alone, watched) == []


def settle_also(dates: list[float]) -> Any:
    def also(env: simpy.Environment, w: World) -> Steps:
        for date in dates:
            yield until(env, date)
            w.advance(date)
            settle(w, date)

    return also


@pytest.mark.parametrize("name", ARRANGEMENTS)
def test_settling_at_further_dates_changes_no_life(ample_past: World, name: str) -> None:
    # With ample capital: banks that know their losses earlier may rightly lend less.
    w = ample_past.branch(name)
    dates = [month / 12.0 + 0.013 for month in range(60)]
    run_in_order(w, (0.0, 5.0), [settle_also(dates)])
    alone = branch(ample_past, name)
    assert len(w.panel) == len(alone.panel) + len(dates)
    assert changed_lives(alone, w) == []


@pytest.mark.parametrize("name", ["plain", "consortium"])
def test_the_order_in_which_processes_are_created_changes_nothing(past: World, name: str) -> None:
    # The dates of the observer fall on months, where the order of equal times could show.
    dates = [month / 12.0 for month in range(1, 61)]
    runs = []
    for backwards in (False, True):
        w = past.branch(name)
        extra = [lambda env, w: observe(env, w, dates, [])]
        run_in_order(w, (0.0, 5.0), extra, backwards)
        runs.append(w)
    assert changed_lives(*runs) == []
    assert changed_books(*runs) == []
    assert changed_lives(runs[0], branch(past, name)) == []


def test_dates_of_entry_and_birth_draws_do_not_depend_on_the_number_of_firms() -> None:
    key = replication_key(3, 0)
    few, more = study({"population.firms": 300}), study({"population.firms": 301})
    firms, entry = opening_firms(few, key, (-3.0, 5.0))
    others, entries = opening_firms(more, key, (-3.0, 5.0))
    assert entry.tobytes() == entries[:300].tobytes()
    assert firms.tobytes() == others[:300].tobytes()


@pytest.mark.parametrize("name", ["plain", "consortium", "revenue_swap"])
def test_a_further_firm_changes_no_life_where_capital_is_ample(
    ample_past: World, name: str
) -> None:
    one_more = branch(history(with_ample_capital({"population.firms": 301})), name)
    alone = branch(ample_past, name)
    assert one_more.firms.status[300] != UNBORN
    # All firms share the book, so the rows of their contracts in it may differ.
    assert differing(one_more.firms[:300], alone.firms) in ([], ["contract"])
    events = by_firm(one_more.events)
    assert differing(events[events["firm"] < 300], by_firm(alone.events)) == []


@pytest.mark.parametrize("name", ["plain", "consortium", "revenue_swap"])
def test_a_dead_firm_shifts_nobody(ample_past: World, name: str) -> None:
    alone = branch(ample_past, name)
    killed = ample_past.branch(name)
    victims = np.flatnonzero(killed.firms.status == ALIVE)[::7]
    assert victims.size > 5
    killed.firms.status[victims] = FAILED_TECHNICAL
    killed.firms.cash[victims] = 0.0
    killed.next_time[victims], killed.pending[victims] = NEVER, 0
    run_world_unchecked(killed)
    others = np.setdiff1d(np.arange(300), victims)
    # Only a settlement notes whose loss has been shared.
    found = differing(killed.firms[others], alone.firms[others])
    assert set(found) <= {"contract", "shared"}


@pytest.mark.parametrize("name", ARRANGEMENTS)
@pytest.mark.parametrize("asks", [ASK_FUNDS, ASK_RENEWAL, ASK_REVIEW, ASK_OFFER])
def test_a_committee_decides_on_each_firm_as_if_it_were_alone(
    ample_mid: dict[str, World], name: str, asks: int
) -> None:
    now = ample_mid[name]
    borrowers = np.flatnonzero((now.firms.status == ALIVE) & (now.firms.limit > 0.0))
    few, both = borrowers[::3], []
    for who in (few, borrowers):
        w = now.branch(name)
        w.firms.request[:], w.firms.request_date[:] = 0, 0.0
        w.firms.request[who] = asks
        w.pending[:] = w.firms.request
        hold_committee(w, 3.0)
        both.append(w.firms[few])
    assert differing(*both) in ([], ["contract"])


def test_what_is_read_of_a_firm_does_not_depend_on_who_was_read_before(
    ample_mid: dict[str, World],
) -> None:
    w = ample_mid["revenue_swap"]
    d = desk(w, 3.0)
    for i in np.flatnonzero(w.firms.status == ALIVE)[:99]:
        read_application(d.applications[0], int(i), d, 3.0)
        assert differing(d.applications[0], applicant(w, int(i), 3.0)) == []


@pytest.fixture(scope="module")
def ample_mid() -> dict[str, World]:
    """Three years on."""
    # Enough firms that one of them is in two minds, whatever the question.
    values = {"population.firms": 1500}
    past = history(with_ample_capital(values), trace=False)
    worlds = {name: past.branch(name) for name in ARRANGEMENTS}
    for w in worlds.values():
        run_world(w, 0.0, 3.0)
    return worlds


def run_world_unchecked(w: World) -> None:
    """Without settlements: firms that were struck dead by hand leave accounts open."""
    from sim.engine import processes

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(processes, "settle", lambda w, date: None)
        run_world(w, 0.0, 5.0)


# --- Banks and market conditions ---------------------------------------------------------------


def everyone(past: World) -> list[Any]:
    """All living firms as a committee reads them, each after some decisions."""
    past.ordinal[:] = np.arange(past.ordinal.size) % 5
    return [applicant(past, int(i), 0.0) for i in np.flatnonzero(past.firms.status == ALIVE)]


def judged(w: World, a: Any, banks: list[int], offer: Any = None) -> list[float]:
    """What some banks make of an applicant, each by itself: posterior means of quality."""
    o = OFFER.empty(1)[0] if offer is None else offer
    o.lenders = len(banks)
    o.lender[: len(banks)] = banks
    judge(o, a, w.terms[0], w.common[0], w.bank_rules)
    return list(o.quality[: len(banks)].tolist())


def test_a_further_bank_changes_no_judgement_of_another(own_past: World) -> None:
    own_past.bank_rules.signal_precision[:4] = [1.1, 1.0, 0.9, 1.0]
    for a in everyone(own_past):
        found = judged(own_past, a, [3, 2, 0, 1])
        assert judged(own_past, a, [2, 0, 1]) == found[1:]


def test_what_a_bank_sees_of_one_applicant_does_not_depend_on_the_others(
    own_past: World,
) -> None:
    used, rule = OFFER.empty(1)[0], own_past.common[0]

    def seen(a: Any, offer: Any) -> tuple[Any, ...]:
        sight = public_score(a, 0.5), sees_setback(a, rule)
        return *judged(own_past, a, [2, 0, 1], offer), *sight

    together = [seen(a, used) for a in everyone(own_past)]
    for n, a in list(enumerate(everyone(own_past)))[::-17]:
        assert seen(a, None) == together[n]


def test_a_second_decision_on_a_firm_brings_a_new_signal(own_past: World) -> None:
    for a in everyone(own_past):
        first = judged(own_past, a, [0])
        a.ordinal += 1
        assert judged(own_past, a, [0])[0] != first[0]


def test_market_conditions_depend_on_no_firm_no_bank_and_no_horizon(past: World) -> None:
    other = with_ample_capital({"population.firms": 7, "experiment.horizon_years": 9.0})
    longer = new_world(other, 0)
    assert longer.macro[: len(past.macro)] == past.macro
    assert longer.market[: len(past.market)] == past.market
    start = macro_path(other.macro, longer.key, -3.0, 1.0)
    assert start == tuple(step for step in longer.macro if step[0] < 1.0)


def test_birth_draws_do_not_depend_on_the_arrangement(past: World) -> None:
    fixed = (
        "quality",
        "switching_cost_weight",
        "tangible",
        "venture",
        "sector",
        "birth",
        "quality_on_exit",
    )
    plain, swap = branch(past, "plain"), branch(past, "revenue_swap")
    for field in fixed:
        assert plain.firms[field].tobytes() == swap.firms[field].tobytes()
    u, _ = uniform_columns(past.key, np.arange(300), BIRTH, 0, 0)
    late = plain.firms.birth > -3.0
    assert np.array_equal(plain.firms.birth[late], (-3.0 + u * 8.0)[late])


# --- Rows are places, streams are addresses ------------------------------------------------------


def test_no_rule_draws_at_the_row_of_a_firm():
    # A firm keeps its luck where it stands in another row.
    drawn = re.compile(r"(uniform_pair|normal_pair|exponential)\(\w+\.k0, \w+\.k1, \w+\.firm\b")
    model = Path(sim.__file__).parent / "model"
    assert [f.name for f in model.rglob("*.py") if drawn.search(f.read_text())] == []
