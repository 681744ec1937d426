"""What one more loan does: decisions, lives, tails and flips of an applicant, and bad input."""

import math
import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from sim.analysis.bank_tails import TOO_FEW_YEARS, Tail, weighted_tail
from sim.base.errors import ScenarioError
from sim.base.language import language
from sim.engine.committee import hold_committee
from sim.outcomes.quantiles_of_losses import sample_expected_shortfall
from sim.studies.applicant_world import applicants, crowd, set_quality
from sim.studies.applicants import described
from sim.studies.flips import GUARANTEED, HALF, RULES, SPREAD_CAP, Trials, flips, turn
from sim.studies.lives import Applications, lives_in, lives_of, years_of
from sim.studies.meetings import CLOSED
from sim.studies.shortfall import contribution, contributions
from sim.studies.what_if import USUAL, WhatIf, check_request, what_if
from tests.studies.fair_rate import FAIR, HAZARD, fair_rate
from tests.studies.small import small

GOOD, HOPELESS = "stage=growth,sales=20,cash=3,quality=0.2", "stage=growth,sales=20,quality=-5"
COPIES = 30


@cache
def found() -> WhatIf:
    """One applicant that gets loans and one that gets none."""
    return what_if(
        small(), [f"name=good,{GOOD}", f"name=bad,{HOPELESS}"], copies=COPIES, workers=1
    )


def test_an_applicant_refused_everywhere_has_no_margin_and_no_losses() -> None:
    rows = found().decisions.query("applicant == 'bad'")
    assert set(rows["decision"]) == {"refuses"}
    assert (rows["offered"] == 0.0).all()
    assert rows["reason"].eq("too risky at any rate").all()
    loans = found().loans.query("applicant == 'bad'").set_index("measure")
    assert (
        loans.loc[["margin", "loss", "default", "required capital at signing"], "value"]
        .isna()
        .all()
    )
    assert not (found().curves["applicant"] == "bad").any()
    assert not (found().tails["applicant"] == "bad").any()
    told = [one for one in found().sentences() if one.startswith("bad")]
    assert len(told) == 2
    assert all("nobody signs" in one for one in told)


def test_decisions_are_those_of_the_committee_and_lines_those_of_its_contracts() -> None:
    (one,) = described(small(), [GOOD])
    several = crowd(small(), COPIES, float(years_of(small(), ["plain", "common_growth"])), 0.0)
    for name in ("plain", "common_growth"):
        signed, lines = [], []
        for number in range(3):
            w = applicants(several, number, one.who).branch(name)
            hold_committee(w, 0.0)
            at = w.firms["contract"]
            signed.append(at >= 0)
            lines.append(np.where(at >= 0, w.book.rows["limit"][at], np.nan))
        lives = found().answers[0].lives[name]
        assert np.array_equal(lives.took, np.array(signed))
        own = np.asarray(lives.of("own"), dtype=bool)
        assert own.any()
        assert np.array_equal(np.asarray(lives.of("line"))[own], np.array(lines)[own])


def test_banks_see_a_signal_and_not_the_quality() -> None:
    """Copies of one quality are believed to be of many, and better ones to be better."""
    seen = found().answers[0].lives["plain"].of("seen")
    assert np.unique(seen).size > COPIES
    worse = found().answers[1].lives["plain"].of("seen")
    assert (worse < seen).all()


def test_losses_accumulate_and_quantiles_stand_in_order() -> None:
    curves = found().curves
    for _, rows in curves.groupby(["applicant", "arrangement"]):
        for name in ("default", "loss", "median", "loss_95", "loss_99"):
            assert (rows[name].diff().dropna() >= 0.0).all()
        assert (rows["loss_95"] <= rows["loss_99"]).all()
    loans = found().loans.set_index(["applicant", "arrangement", "measure"])["value"]
    last = curves.groupby("arrangement").last()
    assert last.loc["plain", "loss"] == loans["good", "plain", "loss"]


def test_yearly_losses_add_up_to_the_loss_of_a_life() -> None:
    for lives in found().answers[0].lives.values():
        whole = lives.by_history(lives.lost_by(lives.years - 1), lives.took)
        assert lives.yearly().sum(axis=1) == pytest.approx(whole)
        assert (lives.loss[~lives.failed] == 0.0).all()


def test_at_a_constant_hazard_the_loss_curve_and_the_margin_have_closed_forms() -> None:
    """All of one million is lost at a constant hazard: an exponential, and the credit triangle."""
    scenario, copies, rate = fair_rate(3, 100), 3000, 0.05
    (one,) = described(scenario, ["stage=startup,sales=1,age=1,cash=10"])
    lives = lives_of([lives_in(Applications(scenario, copies, 5), one.who, (0.0, 1.0), 0)], 5)
    flat = lives["flat"]
    assert flat.took.all()
    for year in range(5):
        share = 1.0 - math.exp(-HAZARD * (year + 1.0))
        error = math.sqrt(share * (1.0 - share) / copies)
        assert abs(flat.defaults_by(year).mean() - share) < 4.0 * error
        assert flat.lost_by(year).mean() == flat.defaults_by(year).mean()
    error = math.sqrt(flat.failed.sum()) / flat.lent.sum()
    assert abs(flat.margin.sum() / flat.lent.sum() - (rate - FAIR)) < 4.0 * error


def test_a_flip_is_the_same_decision_just_inside_and_the_other_just_outside() -> None:
    (one,) = described(small(), [GOOD])
    trials = Trials(Applications(small(), COPIES, 4), one.who, (0.0, 1.0), range(2))
    turned = {flip.key: flip for flip in flips(trials, "plain")}
    assert set(turned) == {
        "sales",
        "cash",
        "tangible",
        "assets",
        "last_round",
        "age",
        "quality",
        *RULES,
    }
    quality = turned["quality"]
    assert quality.turns == "grant into refusal"
    assert trials.is_granted("plain", "quality", quality.before)
    assert not trials.is_granted("plain", "quality", quality.at)
    assert abs(quality.at - quality.before) < 0.05
    assert quality.low < quality.at < 0.2
    fresh = Trials(Applications(small(), COPIES, 4), one.who, (0.0, 1.0), range(2))
    assert fresh.is_granted("plain", "quality", quality.before)
    nowhere = [flip for flip in turned.values() if math.isnan(flip.at)]
    for flip in nowhere:
        assert flip.turns == "nothing in the range"
        for end in (flip.low, flip.high):
            assert trials.is_granted("plain", flip.key, end) == trials.is_granted("plain")


def test_a_guarantor_or_a_higher_ceiling_turns_a_refusal_of_risk() -> None:
    (one,) = described(small(), ["stage=growth,sales=20,cash=3,quality=-1.2"])
    trials = Trials(Applications(small(), COPIES, 4), one.who, (0.0, 1.0), range(2))
    turned = {flip.key: flip for flip in flips(trials, "plain")}
    for key in (GUARANTEED, SPREAD_CAP):
        flip = turned[key]
        assert flip.turns == "refusal into grant"
        assert flip.now < flip.before < flip.at
        assert not trials.is_granted("plain", key, flip.before)
        assert trials.is_granted("plain", key, flip.at)
    assert turned[SPREAD_CAP].now == 0.0030
    # Rules are moved in a branch, and the applicant's own world stays as it is.
    assert not trials.known.met(0, one.who, (0.0, 1.0))["plain"].terms["cover_shares"].any()


def test_an_arrangement_that_is_closed_to_a_firm_opens_at_the_age_that_it_asks_for() -> None:
    clause = {"kind": "listed", "least_age_years": 7.0}
    closed = small().with_values({"arrangement.common_growth.eligibility": clause})
    (one,) = described(closed, ["stage=growth,sales=20,cash=3,quality=1.5,age=5"])
    known = Applications(closed, COPIES, 4)
    lives = lives_of([lives_in(known, one.who, (0.0, 1.0), 0)], 4)["common_growth"]
    assert (lives.of("reason") == CLOSED).all()
    assert not lives.of("own").any()
    # The firm still has plain lending beside it.
    assert lives.took.any()
    trials = Trials(known, one.who, (0.0, 1.0), range(2))
    age = next(flip for flip in flips(trials, "common_growth") if flip.key == "age")
    assert age.before < 7.0 <= age.at
    assert age.at - age.before <= 0.01 * age.at


def test_of_a_rule_that_is_known_the_bisection_finds_the_turn() -> None:
    inside, outside = turn(lambda x: x >= math.pi, [1.0, 2.0, 4.0, 8.0], False)
    assert inside < math.pi <= outside
    assert outside - inside <= 0.01 * outside
    assert all(map(math.isnan, turn(lambda _: True, [1.0, 2.0], True)))
    assert HALF == 0.5


def test_contributions_to_expected_shortfall_add_up_over_a_book() -> None:
    rng = np.random.default_rng(3)
    parts = rng.gamma(0.5, size=(4, 200))
    for level in (0.5, 0.95, 0.975, 0.993):
        own = contributions(parts, level)
        assert own.sum() == pytest.approx(sample_expected_shortfall(parts.sum(axis=0), level))
        times = rng.integers(0, 4, 200)
        tail = Tail.of(parts.sum(axis=0), np.arange(200))
        _, whole = weighted_tail(tail.falling, times[tail.history], level)
        assert contributions(parts, level, times).sum() == pytest.approx(whole)


def test_a_contribution_is_the_derivative_of_the_shortfall() -> None:
    rng = np.random.default_rng(4)
    book, loan = rng.gamma(2.0, size=(40, 10)), rng.gamma(0.1, size=(40, 10))
    found, remark, tail = contribution(loan, book, 0.95)
    assert not remark
    assert tail.years(0.95) == 20
    step = 1e-6
    ends = [sample_expected_shortfall((book + (1.0 + e) * loan).ravel(), 0.95)
            for e in (-step, step)]  # fmt: skip
    assert found.estimate == pytest.approx((ends[1] - ends[0]) / (2.0 * step), rel=1e-6)
    assert found.low < found.estimate < found.high


def test_a_tail_of_too_few_years_is_not_available() -> None:
    assert set(found().tails["remark"]) == {TOO_FEW_YEARS}
    assert found().tails["value"].isna().all()
    loan = np.full((60, 5), np.nan)
    assert contribution(loan, np.ones((60, 5)), 0.95)[1] == TOO_FEW_YEARS


def test_effects_of_a_stated_quality_are_those_of_the_rule_of_firms() -> None:
    (one,) = described(small(), ["stage=growth,sales=20,quality=0.7"])
    w = applicants(crowd(small(), 5, 4.0, 0.0), 0, one.who)
    p = w.params[w.firms["sector"]]
    assert w.firms["quality_on_progress"] == pytest.approx(
        np.exp(0.7 * p["progress_quality_slope"])
    )
    assert w.firms["quality_on_failure"] == pytest.approx(
        np.exp(-0.7 * p["failure_quality_slope"])
    )
    set_quality(w.firms[0], 0.0)
    assert w.firms["quality_on_exit"][0] == 1.0


def test_applicants_come_from_a_table_or_are_three_usual_ones(tmp_path: Path) -> None:
    file = tmp_path / "firms.csv"
    file.write_text("name,stage,sales,cash\none,growth,20,\ntwo,mature,60,5\n")
    one, two = check_request(small(), table=file).who
    assert (one.name, one.who.cash, two.who.cash) == ("one", None, 5.0)
    assert [who.name for who in check_request(small()).who] == [one["name"] for one in USUAL]


@pytest.mark.parametrize(
    ("firm", "rule"),
    [
        ("stage=growth,sales=20,chash=3", 'did you mean "cash"?'),
        ("stage=growth,sales=-1", "must be above 0"),
        ("stage=growth,sales=20,quality=9", "must be at least -5 and at most 5"),
        ("stage=growth,sales=20,sector=farming", "is no sector of the scenario"),
        ("stage=grown,sales=20", "is no stage"),
        ("sales=20", "stage"),
        ("", "must be given"),
        ("stage=growth,sales=9999", "register's cap"),
    ],
)
def test_what_no_applicant_can_be_is_refused(firm: str, rule: str) -> None:
    with pytest.raises(ScenarioError, match=rule.replace("?", r"\?")):
        check_request(small(), [firm])


def test_copies_and_replications_are_checked_with_applicants(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="--copies") as error:
        check_request(small(), ["stage=grown,sales=1"], copies=1)
    assert "is no stage" in str(error.value)
    with pytest.raises(ScenarioError, match="--years\n  must be at most 4"):
        check_request(small(), years=5)
    assert check_request(small(), years=3).years == 3
    with pytest.raises(ScenarioError, match="at most 10000"):
        check_request(small(), copies=10_001)
    (tmp_path / "empty.csv").write_text("stage,sales\n")
    with pytest.raises(ScenarioError, match="must describe an applicant"):
        check_request(small(), table=tmp_path / "empty.csv")
    with pytest.raises(ScenarioError, match="no such file"):
        check_request(small(), table=tmp_path / "none.csv")


def test_a_page_in_chinese_tells_it_in_chinese() -> None:
    with language("zh"):
        last = list(found().findings().sentences)[-2:]
    assert not any(re.search("[A-Za-z]{3,}", one) for one in last), last


@pytest.mark.full
def test_two_workers_give_the_bits_of_one() -> None:
    one, two = (what_if(small(), [GOOD], copies=10, workers=count) for count in (1, 2))
    for name, table in one.findings().tables.items():
        assert table.equals(two.findings().tables[name]), name
    for name, losses in one.losses.items():
        assert losses.tobytes() == two.losses[name].tobytes()
