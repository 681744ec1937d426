"""The published figures in `seeds/facts.toml` are complete, dated, sourced and add up."""

import math
import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

SEEDS = Path(__file__).parents[2] / "seeds"
DATA = tomllib.loads((SEEDS / "facts.toml").read_text(encoding="utf-8"))
SOURCES = DATA["sources"]
FACTS = {k: v for k, v in DATA.items() if re.fullmatch(r"[A-Z]+\d\d", k)}

REQUIRED = {
    "meaning", "value", "unit", "date", "region", "programme", "source", "grade",
    "from_article",
}  # fmt: skip
OPTIONAL = {
    "labels", "units", "bound", "bounds", "dates", "see_also", "derived", "note", "basis",
}  # fmt: skip
GRADES = {
    "measured",
    "official aggregate",
    "reported case",
    "assumption",
}
BASES = {"rule", "derived", "recalled"}
BOUNDS = {"exact", "about", "above", "at least", "below", "at most"}
WORD_UNITS = {"text", "date"}
ONE_DATE = r"\d{4}(-(Q[1-4]|H[12]|(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?))?"
DATE = re.compile(rf"{ONE_DATE}(/{ONE_DATE})?")

every_fact = pytest.mark.parametrize("fact", FACTS.values(), ids=FACTS)


def value(name, label=None):
    """Give the number of a fact, or the one of a list that carries `label`."""
    fact = FACTS[name]
    return fact["value"] if label is None else numbers(name)[label]


def numbers(name):
    """Give the numbers of a fact by their labels."""
    return dict(zip(FACTS[name]["labels"], FACTS[name]["value"], strict=True))


def test_the_file_holds_facts_and_three_tables_about_them():
    assert set(DATA) - set(FACTS) == {"sources", "inconsistency", "translation"}


@pytest.mark.parametrize(
    ("prefix", "least"),
    [("AH", 26), ("JS", 10), ("ZJ", 12), ("W", 6), ("MK", 37), ("LB", 40), ("ST", 7), ("CH", 16)],
)
def test_each_family_of_facts_is_there(prefix, least):
    assert sum(re.sub(r"\d", "", name) == prefix for name in FACTS) >= least


@every_fact
def test_a_fact_has_the_required_keys_and_no_unknown_one(fact):
    assert set(fact) >= REQUIRED
    assert set(fact) <= REQUIRED | OPTIONAL


@every_fact
def test_a_fact_has_a_known_grade_and_says_whether_it_is_in_the_article(fact):
    assert fact["grade"] in GRADES
    assert isinstance(fact["from_article"], bool)
    assert fact["from_article"] == ("article" in fact["source"])


@every_fact
def test_a_figure_from_memory_is_no_more_than_an_assumption(fact):
    assert fact.get("basis") in {None, *BASES}
    assert fact.get("basis") != "recalled" or fact["grade"] == "assumption"


@every_fact
def test_a_fact_is_dated(fact):
    for date in [fact["date"], *fact.get("dates", [])]:
        assert DATE.fullmatch(date), date


@every_fact
def test_the_sources_of_a_fact_are_described(fact):
    assert fact["source"]
    assert {*fact["source"], *fact.get("see_also", [])} <= set(SOURCES)


@every_fact
def test_a_list_has_one_label_date_unit_and_bound_per_number(fact):
    many = isinstance(fact["value"], list)
    assert many == ("labels" in fact)
    for key in {"labels", "dates", "units", "bounds"} & set(fact):
        assert len(fact[key]) == len(fact["value"]), key
    assert not many or len(set(fact["labels"])) == len(fact["labels"])


@every_fact
def test_a_value_is_a_finite_number_unless_its_unit_is_a_word(fact):
    values = fact["value"] if isinstance(fact["value"], list) else [fact["value"]]
    if fact["unit"] in WORD_UNITS:
        assert isinstance(fact["value"], str)
    else:
        assert all(type(x) in (int, float) and math.isfinite(x) for x in values)


@every_fact
def test_units_and_bounds_are_of_the_known_kinds(fact):
    assert (fact["unit"] == "mixed") == ("units" in fact)
    assert not {"bound", "bounds"} <= set(fact)
    assert {fact.get("bound", "exact"), *fact.get("bounds", [])} <= BOUNDS


@every_fact
def test_fractions_stay_below_one_hundred_percent_unless_named(fact):
    if fact["unit"] == "fraction" and fact["value"] != value("MK10"):
        values = fact["value"] if isinstance(fact["value"], list) else [fact["value"]]
        assert all(0 <= x <= 1 for x in values)


@pytest.mark.parametrize("key", SOURCES)
def test_a_source_has_a_title_a_kind_and_for_web_pages_an_address(key):
    source = SOURCES[key]
    assert source["title"]
    assert source["kind"]
    if re.match(r"[AZJM]\d", key):
        assert source["url"].startswith("http")


def test_every_source_is_used():
    tables = [*FACTS.values(), *DATA["inconsistency"], *DATA["translation"]]
    used = {key for t in tables for name in ("source", "see_also") for key in t.get(name, [])}
    assert used == set(SOURCES)


@pytest.mark.parametrize("kind", ["inconsistency", "translation"])
def test_the_tables_about_facts_name_known_facts(kind):
    needed = {
        "inconsistency": {"name", "what", "reading", "facts", "source"},
        "translation": {"printed", "meaning", "certain"},
    }
    for entry in DATA[kind]:
        assert set(entry) >= needed[kind]
        assert set(entry.get("facts", [])) <= set(FACTS)


def test_the_readme_names_only_facts_that_exist():
    text = (SEEDS / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"`((?:AH|JS|ZJ|W|MK|LB|ST|CH)\d\d)`", text)) <= set(FACTS)


CONTRACT = numbers("AH21")
PHASES = ("phase 1", "phase 2", "phase 3", "filing")


@pytest.mark.parametrize(
    ("claimed", "worked_out"),
    [
        pytest.param(claimed, worked_out, id=name)
        for name, claimed, worked_out in [
            ("balance per firm", value("AH09"), value("AH03") / value("AH02")),
            ("drawn share", 0.45, value("AH09") / value("AH08")),
            ("swap per deal", 5.12, value("AH16") / value("AH15")),
            ("swap over line", 0.165, value("AH16") / value("AH15") / value("AH08")),
            ("pilot share", 0.276, value("AH17") / value("AH15")),
            ("provincial total", 1800, value("AH17") / value("AH18")),
            ("discount", 0.001, value("AH11", "saved in a year") / value("AH11", "line")),
            ("relending each", 53.5, value("AH23", "drawn") / value("AH23", "borrowers")),
            ("points each", 9.5, value("JS04")[1] / value("JS04")[0]),
            ("rated share", 0.45, value("JS04")[0] / value("JS01")[0]),
            (
                "venture winter",
                value("MK34", "venture money"),
                value("MK27", "2023") / value("MK27", "2021"),
            ),
            ("winter odds", value("MK34", "STAR"), value("MK31")[2] / value("MK31")[0]),
            (
                "listing winter",
                value("MK34", "all A shares"),
                value("MK32", "2024") / value("MK32", "2021"),
            ),
            ("listings", 0.00123, value("MK36")[0] / value("JS01")[1]),
            ("ticket", 18.2, value("MK42", "2021") / value("MK42", "projects 2021")),
            ("line multiple", 16, value("ZJ07")[1] / value("ZJ07")[0]),
            ("defaults", 0.020, 0.0218 / (1 - 0.0218) * (value("LB45") + 1 / 1.5)),
            ("rounds", value("LB12"), (value("LB11") / value("LB10")[0]) ** 0.5),
            ("contraction", value("LB80")[0], 12 / value("LB79")[0]),
        ]
    ],
)
def test_a_derived_number_follows_from_the_published_ones(claimed, worked_out):
    assert worked_out == pytest.approx(claimed, rel=0.015)


def test_derived_entries_of_the_swap_and_its_contract_are_right():
    stake, amount = CONTRACT["stake"], CONTRACT["subscription amount"]
    trigger = CONTRACT["trigger valuation"]
    assert FACTS["AH21"]["derived"] == {
        "line_multiple": CONTRACT["line after"] / CONTRACT["line before"],
        "strike_valuation": amount / stake,
        "strike_over_trigger": amount / stake / trigger,
        "subscription_over_line": amount / CONTRACT["line after"],
        "subscription_over_trigger": amount / trigger,
        "intrinsic_at_trigger": stake * trigger - amount,
    }
    assert FACTS["AH16"]["derived"] == {"per_deal": 5.12, "share_of_average_line": 0.165}


def test_the_subscription_per_deal_lies_inside_national_practice():
    low, high = value("W02")
    assert low < FACTS["AH16"]["derived"]["share_of_average_line"] < high


def test_published_changes_of_funds_raised_are_reproduced():
    raised = value("MK29")
    changes = [after / before - 1 for before, after in pairwise(raised)]
    published = list(FACTS["MK29"]["derived"].values())
    assert changes[1:] == pytest.approx(published, abs=1e-3)


def test_chinese_exit_hazards_leave_seven_firms_in_ten_after_five_years():
    one, two, three, later, _ = value("MK37")
    five = (1 - one) * (1 - two) * (1 - three) * (1 - later) ** 2
    derived = FACTS["MK37"]["derived"]
    assert five == pytest.approx(derived["survival_5_years"], abs=0.01)
    assert five * (1 - later) ** 2 == pytest.approx(derived["survival_7_years"], abs=0.01)


def test_american_hazards_follow_from_the_survival_curve():
    curve = [1.0, *value("LB01")]
    hazards = [math.log(a / b) for a, b in pairwise(curve)]
    assert hazards == pytest.approx(value("LB02"), abs=6e-4)


def test_the_part_left_after_each_round_follows_from_the_dilutions():
    left, parts = [], 1.0
    for sold in value("LB27"):
        parts *= 1 - sold
        left.append(parts)
    assert left == pytest.approx(value("LB28"), abs=6e-4)


@pytest.mark.parametrize("study", ["LB60", "LB62", "LB64", "LB65"])
def test_drug_approval_is_the_product_of_its_phases(study):
    by_phase = numbers(study)
    product = math.prod(by_phase[phase] for phase in PHASES)
    assert product == pytest.approx(by_phase["approval from phase 1"], abs=6e-4)


@pytest.mark.parametrize("classes", ["LB18", "LB19"])
def test_classes_of_multiples_cover_all_financings(classes):
    assert sum(value(classes)) == pytest.approx(1.0)


def test_the_joint_loan_example_keeps_the_cap_on_one_bank():
    lead, partner = value("ZJ06")[:2]
    assert lead / (lead + partner) == pytest.approx(2 / 3)
    assert lead / (lead + partner) <= value("ZJ12", "any one bank")
