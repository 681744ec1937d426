"""Sentences of the answer follow from the numbers by rules."""

import dataclasses
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.analysis.compare import compare, is_ranking
from sim.analysis.outcomes_table import Outcomes
from sim.base.language import language
from sim.outcomes.mark import registry
from sim.report.answer import answer, assumptions_sentence, ceilings_sentence
from sim.report.figures.selection import HEADLINES, NUMBERS, SIDES, first
from sim.report.judged import COUNTS, JUDGED, judged, judged_frame, told_of
from sim.scenario.neighbours import PROMISE, Part
from sim.studies.findings import Findings, Study
from tests import synthetic

HANGS = (
    r"Hangs on relationship rate \+0\.(?:49|50)\d* pp a year \([^)]*\),"
    r" more than the whole of it\."
)

ARMS = ("plain", "consortium", "revenue_swap", "common_growth")
NAMES = tuple(dict.fromkeys(
    name for side in SIDES for name in (*side.asked, *side.phases, *side.causes)
))  # fmt: skip


def made(
    steps: dict[str, dict[str, float]],
    noise: float = 1e-4,
    count: int = 20,
    arms: tuple[str, ...] = ARMS,
) -> Outcomes:
    """Outcomes whose differences from plain are known but for a little noise."""
    generator = np.random.default_rng(3)
    marks = {name: registry()[name] for name in NAMES if name in registry()}
    rows = []
    for name, mark in marks.items():
        common = 0.05 + 0.01 * generator.standard_normal(count)
        for arm in arms:
            step = steps.get(arm, {}).get(name, 0.0)
            value = common + step + (arm != "plain") * noise * generator.standard_normal(count)
            if mark.binary:
                value = (np.arange(count) < count * (0.2 + step)).astype(float)
            part = {"arrangement": arm, "replication": np.arange(count), "outcome": name}
            rows.append(pd.DataFrame({**part, "value": value}))
    return Outcomes(pd.concat(rows, ignore_index=True), marks, arms)


def told(outcomes: Outcomes) -> dict[str, dict[str, Any]]:
    comparison = compare(outcomes)
    return {side["key"]: side for side in answer(judged(outcomes, comparison), comparison)}


def block(side: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = (one for one in side["blocks"] if one["name"] == name)
    return found


def plain(markup: object) -> str:
    return re.sub(r"<[^>]*>", "", str(markup))


def words(one: dict[str, Any]) -> str:
    return plain(
        " ".join([str(one["verdict"]), *(f"{head} {text}" for head, text in one["lines"])])
    )


def test_banks_firms_and_the_public_are_told_in_this_order_and_the_two_first() -> None:
    sides = answer(judged(o := made({}), c := compare(o)), c)
    assert [side["key"] for side in sides] == ["bank", "firm", "system"]
    for side in sides:
        assert [one["name"] for one in side["blocks"]] == ["consortium", "revenue_swap"]
        assert len(side["others"]) == 1


def test_what_is_clear_and_counts_is_ranked_with_its_number() -> None:
    steps = {
        "consortium": {"bank.net_margin": -0.0076},
        "revenue_swap": {"bank.net_margin": 0.004},
    }
    banks = told(made(steps))["bank"]
    worse, better = block(banks, "consortium"), block(banks, "revenue_swap")
    assert (worse["tone"], better["tone"]) == ("bad", "good")
    assert re.match(
        r"Consortium is worse than plain lending: net margin −0\.7\d+ pp a year",
        plain(worse["verdict"]),
    )
    assert plain(better["verdict"]).startswith("Revenue swap is better than plain lending")
    assert plain(banks["direct"]).startswith(
        "Revenue swap is better than consortium: net margin +1.1"
    )


def test_nothing_is_ranked_where_the_interval_covers_zero() -> None:
    outcomes = made({}, noise=0.05)
    strict = compare(outcomes, confidence=0.9999)  # else one in twenty is clear by chance
    for side in answer(judged(outcomes, strict), strict):
        for one in side["blocks"]:
            text = words(one)
            assert one["tone"] == "none"
            assert not re.search(r"\b(better|worse) than|Better in|Worse in|Hangs|Goes with", text)
            assert "cannot be told apart from plain lending" in text or "in none of 20" in text
            if "cannot" in text:
                assert re.search(r"this run could have told \d", text)


def test_the_smallest_difference_is_told_four_times_out_of_five() -> None:
    """Made again and again with a true difference of that size."""
    generator = np.random.default_rng(5)
    outcomes = made({}, noise=0.01)
    smallest = judged(outcomes, compare(outcomes))["bank.net_margin", "consortium", "plain"].row[
        "smallest"
    ]
    spread = 0.01
    clear = 0
    for _ in range(400):
        steps = smallest + spread * generator.standard_normal(20)
        half = 2.093 * steps.std(ddof=1) / np.sqrt(20)
        clear += abs(steps.mean()) > half
    # The run's own half-width is known to about a sixth; three standard errors of 400 tries.
    assert 0.6 < clear / 400 < 0.95


def test_a_clear_difference_below_what_counts_gets_no_words() -> None:
    size = 0.5 * 0.0005
    outcomes = made(
        {"consortium": {"bank.net_margin": size, "bank.credit_loss_rate": size}}, noise=1e-5
    )
    comparison = compare(outcomes)
    rows = comparison.frame().set_index(["outcome", "arrangement"])
    assert is_ranking(rows.loc[("bank.net_margin", "consortium"), "verdict"])
    one = block(told(outcomes)["bank"], "consortium")
    assert one["tone"] == "none"
    assert "differ in net margin by less than what counts (0.05" in plain(one["verdict"])
    assert "credit loss rate" not in words(one)


@pytest.mark.parametrize(("boom", "bust", "gap", "said"), [
    (0.004, 0.004, 0.0, "In which of the two it is larger is not told."),
    (0.001, 0.006, -0.005, "Boom and bust come nearer to each other"),
    (0.006, 0.001, 0.005, "Boom and bust go further apart"),
])  # fmt: skip
def test_the_part_of_the_cycle_follows_from_boom_bust_and_gap(
    boom: float, bust: float, gap: float, said: str
) -> None:
    steps = {
        "bank.net_margin": 0.004,
        "cycle.margin_boom": boom,
        "cycle.margin_bust": bust,
        "cycle.margin_gap": gap,
    }
    text = words(block(told(made({"consortium": steps}))["bank"], "consortium"))
    assert said in text
    assert "margin in a boom +" in text
    assert "margin in a bust +" in text


def test_a_phase_that_is_not_clear_is_not_told_as_one() -> None:
    outcomes = made({"consortium": {"bank.net_margin": 0.004}}, noise=0.001)
    text = words(block(told(outcomes)["bank"], "consortium"))
    assert re.search(r"margin in a bust not told \(below \d", text)


def test_it_hangs_on_the_largest_part_that_goes_the_same_way() -> None:
    steps = {
        "bank.net_margin": 0.004, "bank.relationship_rate": 0.005,
        "bank.equity_gain_rate": 0.001, "bank.credit_loss_rate": 0.009,
    }  # fmt: skip
    text = words(block(told(made({"consortium": steps}))["bank"], "consortium"))
    assert re.search(
        HANGS,
        text,
    )
    steps["bank.relationship_rate"] = 0.003
    text = words(block(told(made({"consortium": steps}))["bank"], "consortium"))
    assert ", a part of it." in text
    # Less loss would be a part of a gain; more of it is none.
    steps |= {"bank.relationship_rate": 0.0, "bank.equity_gain_rate": 0.0}
    text = words(block(told(made({"consortium": steps}))["bank"], "consortium"))
    assert "no part of it that is measured is clear" in text


def test_how_sure_counts_histories_and_all_comparisons() -> None:
    outcomes = made({"consortium": {"bank.net_margin": -0.01}})
    rows = len(compare(outcomes).frame())
    text = words(block(told(outcomes)["bank"], "consortium"))
    assert (
        f"better in 0, worse in 20 of 20 histories; clear also beside all {rows} comparisons."
        in text
    )


def test_a_yes_or_no_outcome_is_judged_too() -> None:
    public = told(made({"consortium": {"bank.buffer_breach": 0.5}}))["system"]
    assert "Consortium is worse than plain lending: breach of capital buffers +50 pp" in plain(
        block(public, "consortium")["verdict"]
    )
    assert "in none of 20 histories" in plain(block(public, "revenue_swap")["verdict"])


def test_one_history_ranks_nothing() -> None:
    for side in told(made({"consortium": {"bank.net_margin": 0.1}}, count=1)).values():
        assert all(one["tone"] == "none" for one in side["blocks"])
        assert "too few histories" in plain(side["blocks"][0]["verdict"])


def test_a_run_without_these_outcomes_or_with_one_arrangement_has_an_answer() -> None:
    outcomes = synthetic.outcomes()
    sides = told(outcomes)
    assert list(sides) == ["bank", "firm", "system"]
    alone = dataclasses.replace(outcomes, arrangements=("plain",))
    assert all(side["blocks"] == [] for side in told(alone).values())


def test_chinese_sentences_are_chinese() -> None:
    steps = {"consortium": dict.fromkeys(NAMES, -0.01)}
    with language("zh"):
        sides = told(made(steps, noise=0.002))
    text = plain(" ".join(words(one) for side in sides.values() for one in side["blocks"]))
    assert set(re.findall("[A-Za-z]{2,}", text)) <= {"RAROC"}
    assert "浙科联合贷劣于普通贷款" in text


KEY = "arrangement.revenue_swap.commitment.promised_move_hazard"
SWAP = Part("revenue_swap", "bare_swap", PROMISE, is_added=False, key=KEY, hazard=0.3)
JOINT = Part("consortium", "promised", PROMISE, is_added=True)
PLAN = Part("common_growth", "line", "upside", is_added=False)
PARTS = {one.arm: (one,) for one in (SWAP, JOINT, PLAN)}


def beside(margins: dict[str, float]) -> Outcomes:
    """Outcomes of arms and neighbours whose margins differ from plain by known steps."""
    names = (*ARMS, "bare_swap", "promised", "line")
    steps = {name: {"bank.net_margin": margins.get(name, 0.0)} for name in names}
    return dataclasses.replace(
        made(steps, arms=names), arrangements=ARMS, neighbours=names[len(ARMS) :],
    )  # fmt: skip


def told_with_parts(margins: dict[str, float]) -> dict[str, Any]:
    outcomes = beside(margins)
    comparison = compare(outcomes)
    return answer(judged(outcomes, comparison, PARTS), comparison, PARTS)[0]


def by_part(side: dict[str, Any], name: str) -> str:
    return plain(dict(block(side, name)["lines"]).get("By part", ""))


def test_what_a_part_makes_is_the_difference_with_it_less_that_without_it() -> None:
    margins = {"revenue_swap": 0.02, "bare_swap": 0.005, "consortium": -0.01, "promised": -0.002}
    side = told_with_parts(margins | {"common_growth": 0.004, "line": 0.001})
    assert re.fullmatch(
        r"Of this, the promise of business makes \+1\.(?:49|50)\d* pp a year \(.*?\);"
        r" without it \(bare swap\), \+0\.(?:49|50)\d* pp a year \(.*?\) is left\.",
        by_part(side, "revenue_swap"),
    )
    assert re.fullmatch(
        r"With the promise of business as well \(promised\), it would be −0\.(?:19|20)\d* pp a"
        r" year \(.*?\): the promise of business makes \+0\.(?:79|80)\d* pp a year \(.*?\)\.",
        by_part(side, "consortium"),
    )
    (other,) = side["others"]
    assert "the clause “Who shares the gain” makes +0.3" in plain(other)


def test_where_the_sign_hangs_on_the_promise_the_break_even_is_told() -> None:
    side = told_with_parts({"revenue_swap": 0.02, "bare_swap": -0.01})
    assert by_part(side, "revenue_swap").endswith(
        "The sign hangs on the promise of business. On a straight line from no promise to that of"
        " 0.3 a year, it turns at about 0.1 a year; breakeven FILE --vary"
        f" {KEY}=0:1 --outcomes bank.net_margin --arrangements plain,revenue_swap searches for it."
    )
    same = told_with_parts({"revenue_swap": 0.02, "bare_swap": 0.01})
    assert "sign hangs" not in by_part(same, "revenue_swap")


def test_where_nothing_is_told_no_part_is() -> None:
    assert by_part(told_with_parts({}), "revenue_swap") == ""


def test_neighbours_are_no_arms_of_the_answer() -> None:
    side = told_with_parts({"revenue_swap": 0.02, "bare_swap": 0.03})
    assert [one["name"] for one in side["blocks"]] == ["consortium", "revenue_swap"]
    assert len(side["others"]) == 1


def test_the_table_says_where_a_difference_turns() -> None:
    outcomes = beside({"revenue_swap": 0.02, "bare_swap": -0.01})
    found = judged(outcomes, compare(outcomes), PARTS)
    makes = found["bank.net_margin", "revenue_swap", "bare_swap"].row
    # On a straight line a third of the way from -1 to +2 points is zero; noise is 1e-4 at most.
    assert makes["turns_at"] == pytest.approx(0.1, abs=1e-3)
    assert np.isnan(found["bank.net_margin", "revenue_swap", "plain"].row["turns_at"])
    assert ("bank.net_margin", "bare_swap", "plain") in found


def test_the_table_says_of_every_difference_what_decides_its_words() -> None:
    outcomes = made({})
    table = judged_frame(judged(outcomes, compare(outcomes)))
    assert list(table.columns) == [column.name for column in JUDGED]
    assert not table.duplicated(["outcome", "arrangement", "versus"]).any()
    assert (table["counts"] >= 0.0).all()


def test_what_is_shown_first_exists_and_is_no_total_of_the_book() -> None:
    known = registry()
    assert {*NAMES, *NUMBERS, *COUNTS} <= set(known)
    assert 5 <= len(NUMBERS) <= 7
    assert set(NUMBERS) <= set(told_of(list(known)))
    assert {known[name].unit for name in NUMBERS} <= {"per year", "share"}
    asked_first = {"bank.credit_loss_rate", "bank.capital_ratio_low", "bank.buffer_breach",
                   "cycle.margin_boom", "cycle.margin_bust"}  # fmt: skip
    assert asked_first <= set(HEADLINES)
    assert "bank.npl_ratio" not in HEADLINES
    assert first(ARMS, "plain") == ["consortium", "revenue_swap"]


def test_a_study_of_the_assumptions_speaks_where_there_is_one() -> None:
    assert assumptions_sentence(()).startswith("No study of the assumptions")
    assert assumptions_sentence((), has_turns=True).startswith("What would turn a headline")
    found = Findings("robustness", "R", ("One of two keeps its sign.",), {}, {})
    assert assumptions_sentence([Study(found, {})]) == "One of two keeps its sign."


def test_a_study_of_ceilings_speaks_where_it_is_of_this_scenario() -> None:
    found = Findings("ceilings", "C", ("At most so much.", "More."), {}, {})
    study = Study(found, {"scenario_sha256": "a"})
    assert ceilings_sentence([study], "a") == "At most so much."
    assert ceilings_sentence([study], "b") == ceilings_sentence((), "a") == ""


def test_a_phase_that_too_few_histories_know_makes_up_no_size() -> None:
    whole = made({"consortium": {"bank.net_margin": -0.02}})
    rows = whole.frame()[["arrangement", "replication", "outcome", "value"]]
    known_once = (rows["outcome"] == "cycle.margin_bust") & (rows["replication"] > 0)
    rows.loc[known_once, "value"] = np.nan
    text = words(block(told(Outcomes(rows, whole.marks, ARMS))["bank"], "consortium"))
    assert "bust not told: too few histories" in text
    assert "below –" not in text
