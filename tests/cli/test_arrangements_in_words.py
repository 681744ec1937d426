"""Arrangements are told in words, clause by clause."""

from pathlib import Path
from typing import Any

import pytest
from markupsafe import Markup

from sim.model.contracts.arrangement import Arrangement
from sim.model.contracts.words import WORDS
from sim.report.scenario_words import FOOTINGS, LIMITS, NEUTRAL, describe, setting
from sim.scenario.check import validate
from sim.scenario.declared import KIND, choices, kinds
from sim.scenario.read import resolve
from sim.scenario.scenario import Experiment, Scenario, load_scenario
from tests.scenario.standin import GOOD, StandIn

SCENARIOS = Path(__file__).parents[2] / "scenarios"
KINDS = [
    (name, kind, group)
    for name, field in Arrangement.model_fields.items()
    for kind, group in kinds(field.annotation).items()
]
WITH_TERMS = [
    (name, kind, group)
    for name, kind, group in KINDS
    if set(group.model_fields) - {KIND} or (name, kind) == ("screening", "pooled")
]
SUBSCRIPTION = {
    "coverage": 0.2, "strike_multiple": 1.1, "years": 5.0, "lender_gain_share": 0.5,
}  # fmt: skip
EXAMPLES: dict[tuple[str, str], dict[str, Any]] = {
    ("screening", "score"): {"precision": (1.0, 2.0, 3.0, 4.0)},
    ("limit", "cash_flow"): {"sales_share": 0.57, "round_share": 0.1},
    ("limit", "fixed"): {"amount": 5.0},
    ("limit", "path"): {"amounts": (5.0, 15.0), "from_years": (0.0, 4.0)},
    ("tenor", "term"): {"years": 3.0},
    ("pricing", "concession"): {"concession_rate": 0.0012},
    ("pricing", "step"): {
        "concession_rate": 0.0012, "surcharge_rate": 0.004, "after_years": 1.5,
    },
    ("pricing", "fixed"): {"rate": 0.03},
    ("funding", "relending"): {"refinanced_share": 0.6, "rate": 0.015, "quota": 300.0},
    ("security", "pledge"): {"recovery_share": 0.1},
    ("loss_sharing", "sole"): {"guaranteed_share": 0.4, "guarantee_fee_rate": 0.01},
    ("loss_sharing", "proportional"): {"shares": (0.5, 0.3, 0.2)},
    ("upside", "warrant"): {**SUBSCRIPTION, "liquidity_share": 0.35},
    ("upside", "swap"): {**SUBSCRIPTION, "trigger_multiple": 2.5},
    ("upside", "royalty"): {"sales_share": 0.02, "cap_multiple": 1.5},
    ("introduction", "referral"): {"round_factor": 2.0},
    ("introduction", "investors"): {"amount": 40.0, "most_stake": 0.3},
    ("term_loan", "tranche"): {"line_share": 0.5},
    ("bond", "issued"): {
        "least_sales": 200.0, "least_amount": 30.0, "sales_share": 0.3, "rate": 0.024,
        "years": 3.0,
    },
    ("lease", "finance"): {
        "equipment_share": 0.4, "rate": 0.055, "years": 3.0, "equipment_years": 8.0,
    },
    ("trust_loan", "beside"): {"line_share": 0.3, "rate": 0.06, "years": 2.0},
    ("fund_equity", "shares"): {
        "amount": 10.0, "most_stake": 0.1, "preference_multiple": 0.5,
    },
}  # fmt: skip
OTHER: dict[str, Any] = {
    "stages": ("startup",), "precision": (4.0, 3.0, 2.0, 1.0), "shares": (0.6, 0.4),
    "sectors": ("software",), "score": {"precision": (1.0, 2.0, 3.0, 4.0), "least": 0.5},
    "guarantee_fee_payer": "firm", "insurance_fee_payer": "public",
    "parity": "stake", "drawing": "re_approved", "amounts": (6.0, 16.0), "from_years": (1.0, 5.0),
    "claim_rank": 2,
}  # fmt: skip
INSTEAD = {
    "amount": ("coverage", 2.0), "coverage": ("coverage", 0.3), "stake": ("coverage", 0.1),
    "strike_valuation": ("strike_multiple", 40.0), "strike_multiple": ("strike_multiple", 1.3),
    "trigger_valuation": ("trigger_multiple", 50.0), "trigger_multiple": ("trigger_multiple", 3.0),
}  # fmt: skip
"""Terms of a right that stand for each other: which one goes when this one comes."""


def example(name: str, kind: str, group: Any) -> Any:
    return group(**{KIND: kind, **EXAMPLES.get((name, kind), {})})


def changed(clause: Any, key: str) -> Any:
    """Give the clause with another value of one term."""
    values = clause.model_dump(exclude_none=True)
    if clause.kind in ("warrant", "swap") and key in INSTEAD:
        gone, value = INSTEAD[key]
        values.pop(gone)
        return type(clause)(**{**values, key: value})
    old = getattr(clause, key)
    if key in OTHER:
        new = OTHER[key]
    elif isinstance(old, bool):
        new = not old
    else:
        new = 0.5 * old if old else 0.5
    return type(clause)(**{**values, key: new})


each = pytest.mark.parametrize(
    ("name", "kind", "group"), WITH_TERMS, ids=[f"{n}-{k}" for n, k, _ in WITH_TERMS]
)


def test_every_kind_of_clause_with_terms_has_words() -> None:
    assert {(name, kind) for name, kind, _ in WITH_TERMS} == set(WORDS)


@each
def test_words_are_sentences(name: str, kind: str, group: Any) -> None:
    words = WORDS[name, kind](example(name, kind, group))
    assert words[0].isupper()
    assert words.endswith(".")
    for sign in ("_", "None", " nan", "  ", "{", "true", "false"):
        assert sign not in words


@each
def test_every_term_of_a_clause_is_told(name: str, kind: str, group: Any) -> None:
    clause = example(name, kind, group)
    for key in set(group.model_fields) - {KIND}:
        other = changed(clause, key)
        assert WORDS[name, kind](other) != WORDS[name, kind](clause), key


@pytest.mark.parametrize(
    ("name", "values", "words"),
    [
        (
            "limit",
            {"kind": "cash_flow", "sales_share": 0.57, "round_share": 0.1},
            "The line rests on sales (0.57 years of sales) and 10 % of the last equity round,"
            " and is no smaller than a secured line; what goes beyond a secured line has no"
            " collateral.",
        ),
        (
            "limit",
            {"kind": "cash_flow", "sales_share": 0.0, "round_share": 0.0},
            "The line is as large as a secured one, with its collateral.",
        ),
        (
            "pricing",
            {"kind": "step", "concession_rate": 0.0, "surcharge_rate": 0.004, "after_years": 1},
            "The rate is the lender's own for the first 1 year, then 40 basis points above"
            " the lender's own.",
        ),
        (
            "loss_sharing",
            {"kind": "proportional", "shares": [1.0]},
            "One bank has all income and losses.",
        ),
        (
            "commitment",
            {"kind": "agreement"},
            "A cooperation agreement stands beside the loan.",
        ),
        (
            "eligibility",
            {"kind": "listed", "stages": ["growth"], "venture_only": True},
            "Open to growth firms that venture funds back; other firms keep the plain loan.",
        ),
    ],
)
def test_words_of_one_clause(name: str, values: dict[str, Any], words: str) -> None:
    clause = getattr(Arrangement(**{name: values}), name)
    assert WORDS[name, values["kind"]](clause) == words


def test_a_kind_without_words_is_told_key_by_key(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_text(GOOD, encoding="utf-8")
    words = describe(validate(resolve(file), StandIn))
    assert words == {
        "plain": [NEUTRAL],
        "swap": ["Upside: subscription; coverage 0.3 share, trigger 500.0 CNY million."],
    }


@pytest.mark.parametrize("file", sorted(SCENARIOS.glob("*.toml")), ids=lambda f: f.stem)
def test_shipped_arrangements_are_told_in_words(file: Path) -> None:
    scenario = load_scenario(file)
    told = describe(scenario)
    assert list(told) == list(scenario.experiment.all_run)
    for sentences in told.values():
        assert all("_" not in words and words.endswith(".") for words in sentences)
    assert f"{scenario.population.firms:,} firms" in Markup(setting(scenario)).striptags()


def test_every_footing_has_its_words() -> None:
    legal = choices(Scenario.model_fields["experiment"].annotation)[0]
    assert legal is Experiment
    assert set(FOOTINGS) == set(Experiment.model_fields["footing"].annotation.__args__)


def test_limits_are_sentences() -> None:
    assert all(limit.endswith(".") for limit in LIMITS)
