"""Every shipped scenario loads, says where its numbers come from, and runs."""

import math
import re
import tomllib
from functools import cache
from pathlib import Path
from statistics import NormalDist
from typing import Any

import pytest

from sim.model.banks.capital import required_ratio
from sim.scenario.dated import present
from sim.scenario.scenario import Scenario, load_scenario, load_with_notices
from sim.scenario.sources import cited_by

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "scenarios"
# Plans of calibrations are no scenarios; their own test reads them.
FILES = sorted(f for f in FOLDER.rglob("*.toml") if f.parent.name != "calibration")
FACTS = tomllib.loads((ROOT / "seeds" / "facts.toml").read_text(encoding="utf-8"))
SHORT = {
    "population.firms": 60, "experiment.replications": 1,
    "experiment.horizon_years": 2.0, "experiment.warm_up_years": 1.0,
}  # fmt: skip

every_file = pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)


@cache
def scenario(file: Path) -> Scenario:
    return load_scenario(file)


def shipped(name: str) -> Scenario:
    return scenario(FOLDER / f"{name}.toml")


def published(fact: str, label: str | None = None) -> float:
    """Give the number of a fact, or the one of a list that carries `label`."""
    value = FACTS[fact]["value"]
    return value if label is None else value[FACTS[fact]["labels"].index(label)]


def look_up(part: Any, key: str) -> Any:
    """Give the value that stands at a dotted key of a scenario."""
    for name in key.split("."):
        part = part[name] if isinstance(part, dict) else getattr(part, name)
    return part


def test_there_are_scenarios():
    assert len(FILES) >= 7


@every_file
def test_a_scenario_loads_and_asks_a_question(file):
    assert scenario(file).title
    assert scenario(file).question.endswith("?")


@every_file
def test_every_number_has_a_source_that_exists_and_calls_it_plausible(file):
    assert cited_by(file, FACTS).problems == ()


@every_file
def test_a_shipped_file_gives_no_notice(file):
    assert load_with_notices(file)[1] == []


@pytest.mark.parametrize(
    ("file", "key", "expected"),
    [
        ("three_arrangements", "loan_prime_rate.one_year_rate", published("MK12", "2025-05-20")),
        ("three_arrangements", "capital.hurdle_rate", published("MK10", "return on equity")),
        (
            "three_arrangements", "capital.single_name_share",
            published("ZJ13", "loans over net capital"),
        ),
        (
            "three_arrangements", "arrangement.common_growth.tenor.years",
            published("AH07", "after"),
        ),
        ("three_arrangements", "arrangement.revenue_swap.tenor.years", published("AH20", "life")),
        ("three_arrangements", "arrangement.revenue_swap.upside.years", published("W01", "high")),
        ("yuqin_swap", "arrangement.yuqin_swap.limit.amount", published("AH20", "line")),
        ("yuqin_swap", "arrangement.yuqin_swap.tenor.years", published("AH20", "life")),
        *(
            (name, f"arrangement.yuntu_swap.{key}", published("AH21", label))
            for name in ("yuntu_swap_low_strike", "yuntu_swap_trigger_strike")
            for key, label in (
                ("limit.amount", "line after"), ("pricing.rate", "loan rate"),
                ("upside.amount", "subscription amount"),
                ("upside.trigger_valuation", "trigger valuation"),
            )
        ),
        (
            "yuntu_swap_low_strike", "arrangement.yuntu_swap.upside.stake",
            published("AH21", "stake"),
        ),
        (
            "yuntu_swap_low_strike", "arrangement.yuntu_swap.upside.strike_valuation",
            FACTS["AH21"]["derived"]["strike_valuation"],
        ),
        (
            "yuntu_swap_trigger_strike", "arrangement.yuntu_swap.upside.stake",
            FACTS["AH21"]["derived"]["subscription_over_trigger"],
        ),
        (
            "yuntu_swap_trigger_strike", "arrangement.yuntu_swap.upside.strike_valuation",
            published("AH21", "trigger valuation"),
        ),
    ],
)  # fmt: skip
def test_a_number_that_is_published_is_used_as_published(file, key, expected):
    assert look_up(shipped(file), key) == pytest.approx(expected)


def test_what_is_demanded_of_banks_is_as_published():
    capital = shipped("three_arrangements").capital
    assert capital.minimum_ratio == published("MK51", "core tier 1, minimum")
    assert capital.conservation_buffer == published("MK51", "conservation buffer")
    # The system holds more than what a systemic bank requires of its loans.
    held = published("MK11", "common equity tier 1")
    surcharges = [bank.surcharge for bank in shipped("three_arrangements").bank.values()]
    assert all(required_ratio(capital, one) < held for one in surcharges)


def test_the_prime_rate_of_the_base_is_the_published_one_from_day_to_day():
    (_, first), *steps = [
        (str(step.date), step.value)
        for step in shipped("base/china_technology").dated["loan_prime_rate.one_year_rate"]
    ]
    assert steps == list(zip(FACTS["MK12"]["dates"], FACTS["MK12"]["value"], strict=True))
    assert first == 0.0431  # before the reform, as the note of the fact says


@every_file
def test_every_path_leads_to_the_number_that_stands_beside_it(file):
    loaded = scenario(file)
    for key, steps in loaded.dated.items():
        assert steps[-1].value == look_up(loaded, key), key
        # No history of a shipped file begins before its paths do.
        assert steps[0].since(loaded.experiment.start_date) <= -loaded.experiment.warm_up_years


def test_a_start_in_2022_meets_the_prices_of_2022():
    now = present(shipped("zhejiang_relending").on_clock(), 0.5)
    assert now["loan_prime_rate.one_year_rate"] == 0.037
    assert now["underwriting.funding_rate"] == pytest.approx(0.037 - 0.0125)


def test_drugs_pass_their_phases_as_often_as_published():
    shares = shipped("three_arrangements").sector["biopharma"].lifecycle.success_share
    first, second, third, filing = FACTS["LB60"]["value"][:4]
    assert shares[:3] == pytest.approx((first, second, third * filing), abs=1e-3)


def test_phases_of_drugs_last_as_long_as_published():
    hazards = shipped("three_arrangements").sector["biopharma"].lifecycle.progress_hazard
    first, second, third, filing = FACTS["LB86"]["value"][:4]
    assert hazards[:3] == pytest.approx((1 / first, 1 / second, 1 / (third + filing)), abs=1e-3)


def test_coverage_is_the_mean_subscription_amount_over_the_mean_line():
    mean = published("AH16") / published("AH15") / published("AH08")
    arrangements = shipped("three_arrangements").arrangement
    for name in ("loan_with_warrant", "revenue_swap"):
        assert arrangements[name].upside.coverage == pytest.approx(mean, rel=0.01)


def test_promised_business_comes_as_fast_as_signed_firms_moved_their_accounts():
    # Shares of signed firms, about 1.1 years after signing; some move to a main bank anyway.
    account, payroll = (-math.log(1.0 - share) / 1.1 for share in FACTS["AH13"]["value"][1:3])
    for name in ("common_growth", "revenue_swap"):
        scenario = shipped("three_arrangements")
        promise = scenario.arrangement[name].commitment
        anyway = scenario.relationship.main_bank_hazard
        assert promise.promised_move_hazard + anyway == pytest.approx(account, abs=0.01)
        if promise.demanded_move_hazard > 0.0:
            assert promise.demanded_move_hazard + anyway == pytest.approx(payroll, abs=0.01)


def test_the_two_readings_of_one_contract_differ_in_stake_and_strike_only():
    low = shipped("yuntu_swap_low_strike").model_dump(exclude={"title", "question", "sources"})
    high = shipped("yuntu_swap_trigger_strike").model_dump(
        exclude={"title", "question", "sources"}
    )
    for name in ("yuntu_swap", "yuntu_swap_without_promise"):
        terms = [s["arrangement"][name]["upside"] for s in (low, high)]
        assert [key for key in terms[0] if terms[0][key] != terms[1][key]] == [
            "stake", "strike_valuation",
        ]  # fmt: skip
        high["arrangement"][name]["upside"] = terms[0]
    assert low == high


def test_the_joint_loan_is_two_lines_of_the_published_size():
    joint = shipped("huicui_joint_loan").arrangement["huicui_joint"]
    lines = [joint.limit.amount * share for share in joint.loss_sharing.shares]
    banks = ("ICBC line", "Bank of Hangzhou line")
    assert lines == pytest.approx([published("ZJ06", bank) for bank in banks])


def test_the_swap_is_struck_at_a_fifth_of_its_trigger_or_at_the_trigger():
    named = shipped("anhui_revenue_swap").arrangement
    low, high = (named[f"swap_{name}_strike"].upside for name in ("low", "trigger"))
    printed = FACTS["AH21"]["derived"]["strike_over_trigger"]
    assert low.strike_multiple / low.trigger_multiple == pytest.approx(printed)
    assert high.strike_multiple == high.trigger_multiple


def test_the_two_classes_of_the_score_hold_as_many_entrants_as_published():
    named = shipped("jiangsu_points_loan").arrangement
    first, second = (named[name].eligibility.score for name in ("priority", "recommended"))
    assert second.most == first.least
    rated, firms = (
        published("JS04", "firms rated priority or recommended"),
        published("JS01", "technology SMEs"),
    )
    for precision in second.precision:
        share = NormalDist(sigma=math.sqrt(1.0 + 1.0 / precision)).cdf(-second.least)
        assert share == pytest.approx(rated / firms, abs=0.015)


def test_clubs_of_the_joint_loan_keep_the_rules_of_syndicates():
    named = shipped("zhejiang_joint_loan").arrangement
    tiers = [named[name].loss_sharing.shares for name in ("inclusive", "growth", "leading")]
    assert len(tiers) == published("ZJ14")
    for lead, *others in tiers:
        assert published("ZJ12", "lead") <= lead <= published("ZJ12", "any one bank")
        assert 1.0 - lead >= published("ZJ12", "sold to others")
        assert max(others) <= lead


def test_the_guarantor_bears_and_asks_what_the_plan_says():
    files = {"jiangsu_multi_party": "guarantor", "full_toolkit": "guaranteed_loan"}
    for file, name in files.items():
        sharing = shipped(file).arrangement[name].loss_sharing
        assert sharing.guaranteed_share == published("MK22", "guarantee system")
        assert sharing.guarantee_fee_rate == published("MK22", "fee")
        assert sharing.guarantee_fee_payer == "firm"
        assert sharing.guarantee_cap_per_firm == published("MK22", "cap per firm now")
        assert sharing.guarantee_cap_per_year_share == published("MK22", "payout cap now")
        whole = sharing.guaranteed_share
        shares = sharing.reguaranteed_share, sharing.reguaranteed_share_high_tech
        told = [published("MK61", of) for of in ("technology SMEs", "high-tech enterprises")]
        assert [share * whole for share in shares] == pytest.approx(told, rel=1e-12)
        assert sharing.reguarantee_fee_rate == published("MK61", "fee")
        assert sharing.reguarantee_small_fee_rate == published("MK61", "fee on a small line")
        assert sharing.reguarantee_small_line == published("MK61", "small line")


def test_the_lines_and_the_equity_of_kanglin_come_in_size_and_time_as_published():
    kanglin = shipped("zhejiang_kanglin")
    steps = [p for p in kanglin.policy if p.programme == "kanglin"]
    named = [kanglin.arrangement[p.arrangement] for p in steps]
    lines = [one.limit.amount for one in named]
    assert lines == [*FACTS["ZJ11"]["value"], published("ZJ10", "credit line")]
    years = [str(p.start.year) for p in steps]
    assert years == [*FACTS["ZJ11"]["dates"], FACTS["ZJ10"]["date"][:4]]
    assert named[-1].introduction.amount == published("ZJ10", "equity introduced")


def test_the_versions_of_relending_follow_each_other_as_published():
    relending = shipped("zhejiang_relending")
    steps = [p for p in relending.policy if p.programme == "relending"]
    rates = [relending.arrangement[p.arrangement].funding.rate for p in steps]
    assert rates == [published(fact, "rate") for fact in ("MK18", "MK19", "MK20", "MK21")]
    quotas = [relending.arrangement[p.arrangement].funding.quota for p in steps]
    national = [published(fact, "quota") for fact in ("MK18", "MK19", "MK20", "MK21")]
    assert [q / quotas[-1] for q in quotas] == pytest.approx(
        [n / national[-1] for n in national], abs=1e-3
    )
    assert [p.start.isoformat()[:7] for p in steps] == [
        FACTS[fact]["date"][:7] for fact in ("MK18", "MK19", "MK20", "MK21")
    ]
    assert [p.end for p in steps[:-1]] == [p.start for p in steps[1:]]


def test_both_versions_of_the_plan_start_when_they_did():
    starts = {p.arrangement: p.start for p in shipped("anhui_common_growth").policy}
    assert starts["common_growth_1"].isoformat()[:7] == FACTS["AH06"]["value"]
    assert starts["common_growth_2"].isoformat()[:7] == FACTS["AH29"]["value"]


def test_there_are_as_many_banks_as_institutions_and_firms_as_counted():
    assert len(shipped("anhui_107_banks").bank) == published("AH01")
    assert shipped("jiangsu_province").population.firms == published("JS01", "technology SMEs")


def test_the_catalogue_names_every_scenario_that_can_be_run():
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    for file in FILES:
        assert f"`{file.relative_to(FOLDER).as_posix()}`" in text


def test_the_catalogue_names_only_facts_and_files_that_exist():
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"`([A-Z]{1,2}\d{2})`", text)) <= set(FACTS)
    named = re.findall(r"`((?:base/)?\w+\.toml)`", text)
    assert {*named} <= {file.relative_to(FOLDER).as_posix() for file in FILES}


@every_file
def test_a_scenario_runs_through_every_arrangement(file):
    run = pytest.importorskip("sim.experiment.simulate", exc_type=ImportError)
    small = scenario(file).with_values(SHORT)
    results = run.simulate(small)
    names = set(small.experiment.all_run)
    assert set(results.outcomes["arrangement"]) == names
    assert results.manifest["largest_accounting_residual"] < 1e-9
