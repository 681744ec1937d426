"""The check suite on clauses: the same questions to every kind of every clause.

A new kind needs a line in `EXAMPLES`, a new clause one in `NEUTRAL`; the suite finds out
itself that one is missing.
"""

import importlib
import inspect
import math
import tomllib
from collections.abc import Iterator
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import numpy as np
import pytest
from pydantic.fields import FieldInfo

from sim.base.columns import Column
from sim.base.errors import Problem, ScenarioError
from sim.base.parameter import Frozen
from sim.model.contracts.arrangement import CLAUSES, PLAIN, Arrangement, differing_clauses
from sim.model.contracts.eligibility import ADMISSION
from sim.model.contracts.limit import COLLATERAL
from sim.model.contracts.upside import NOT_GIVEN
from sim.model.firms.record import LOAN_TERMS, NO_RIGHT, RIGHT_TERMS, TERMS
from sim.scenario.edit import with_values
from tests.model.banks.three import applicants, banks, conditions, offered, rules

Terms = dict[str, Any]
SCENARIOS = Path(__file__).parents[2] / "scenarios"
RIGHT: Terms = {"years": 5.0, "lender_gain_share": 0.5}

COVER: Terms = {
    "guaranteed_share": 0.3, "guarantee_fee_rate": 0.01, "insured_share": 0.2,
    "insurance_fee_rate": 0.006, "trust_share": 0.1, "trust_fee_rate": 0.002,
    "leased_share": 0.2, "lease_fee_rate": 0.01, "lease_residual_share": 0.5,
    "first_loss_share": 0.05, "cap_per_default_share": 0.6, "guarantee_cap_per_firm": 30.0,
    "guarantee_cap_per_year_share": 0.05, "guarantor_capital": 50.0, "insurer_bears_rest": True,
    "insurance_deductible": 0.5, "insurance_cap_per_default": 2.0,
    "insurance_cap_per_year_share": 0.1, "insurer_capital": 20.0, "claims_at_default": True,
    "guarantee_fee_payer": "firm", "insurance_fee_payer": "public", "reguaranteed_share": 0.5,
    "reguarantee_fee_rate": 0.005, "reguarantee_cap_per_year_share": 0.05,
    "reguaranteed_share_high_tech": 0.6, "reguarantee_small_line": 5.0,
    "reguarantee_small_fee_rate": 0.003,
}  # fmt: skip

EXAMPLES: dict[tuple[str, str], Terms] = {
    ("eligibility", "everyone"): {},
    ("eligibility", "listed"): {
        "stages": ("growth",), "sectors": ("software",), "least_age_years": 1.0,
        "most_age_years": 6.0, "least_sales": 1.0, "most_sales": 100.0, "venture_only": True,
        "least_last_round": 1.0, "most_since_round_years": 1.0, "first_loan_only": True,
        "unlisted_only": True,
        "score": {"precision": (0.1, 0.2, 0.3, 0.4), "least": -1.0, "most": 2.0},
    },
    ("screening", "own_file"): {},
    ("screening", "pooled"): {},
    ("screening", "score"): {"precision": (0.1, 0.2, 0.3, 0.4)},
    ("limit", "collateral"): {},
    ("limit", "cash_flow"): {"sales_share": 0.5, "round_share": 0.1, "cap_factor": 1.5},
    ("limit", "fixed"): {"amount": 30.0},
    ("limit", "path"): {"amounts": (5.0, 15.0), "from_years": (1.0, 4.0)},
    ("tenor", "annual"): {"drawing": "re_approved"},
    ("tenor", "term"): {
        "years": 3.0, "reviewed": True, "drawing": "committed", "commitment_fee_rate": 0.004,
    },
    ("pricing", "standard"): {},
    ("pricing", "concession"): {"concession_rate": 0.002},
    ("pricing", "step"): {
        "concession_rate": 0.002, "surcharge_rate": 0.004, "after_years": 1.5,
    },
    ("pricing", "fixed"): {"rate": 0.03},
    ("funding", "own_funds"): {},
    ("funding", "relending"): {"refinanced_share": 0.6, "rate": 0.015, "quota": 1000.0},
    ("security", "none"): {},
    ("security", "pledge"): {"recovery_share": 0.1, "claim_rank": 2},
    ("loss_sharing", "sole"): COVER,
    ("loss_sharing", "proportional"): COVER | {
        "shares": (0.5, 0.3, 0.2), "delay_years": 0.1, "coordination_cost": 0.004,
    },
    ("upside", "none"): {},
    ("upside", "warrant"): RIGHT | {
        "coverage": 0.2, "strike_multiple": 1.1, "liquidity_share": 0.35,
    },
    ("upside", "swap"): RIGHT | {
        "amount": 2.0, "stake": 0.25, "strike_valuation": 8.0, "trigger_valuation": 40.0,
        "parity": "stake", "unbookable_share": 0.2,
    },
    ("upside", "royalty"): {"sales_share": 0.02, "cap_multiple": 1.5},
    ("commitment", "none"): {},
    ("commitment", "agreement"): {
        "promised_move_hazard": 0.27, "demanded_move_hazard": 0.41,
        "listing_wallet_share": 0.5, "break_cost_share": 0.006, "lenders_stand_still": True,
        "lenders_pool_business": True,
    },
    ("introduction", "none"): {},
    ("introduction", "referral"): {"round_factor": 2.0},
    ("introduction", "investors"): {"amount": 40.0, "most_stake": 0.3},
    ("term_loan", "none"): {},
    ("term_loan", "tranche"): {
        "line_share": 0.5, "surcharge_rate": 0.002, "by_instalments": True, "claim_rank": 2,
    },
    ("bond", "none"): {},
    ("bond", "issued"): {
        "least_sales": 200.0, "least_amount": 30.0, "sales_share": 0.3, "rate": 0.024,
        "years": 3.0, "underwriting_fee_share": 0.003, "covered_share": 0.5, "claim_rank": 2,
        "cross_default": True,
    },
    ("lease", "none"): {},
    ("lease", "finance"): {
        "equipment_share": 0.4, "rate": 0.055, "years": 3.0, "equipment_years": 8.0,
        "claim_rank": 2, "cross_default": True,
    },
    ("trust_loan", "none"): {},
    ("trust_loan", "beside"): {
        "line_share": 0.3, "rate": 0.06, "years": 2.0, "by_instalments": True, "claim_rank": 2,
        "cross_default": True,
    },
    ("fund_equity", "none"): {},
    ("fund_equity", "shares"): {
        "amount": 10.0, "most_stake": 0.1, "valuation_multiple": 1.2, "preference_multiple": 1.0,
    },
}  # fmt: skip

GIVEN: dict[str, tuple[Any, ...]] = {
    "eligibility": (("software", "biopharma"),), "funding": (1.0,), "tenor": (0.0, 0.4),
    "limit": (0.6,),
}  # fmt: skip
"""What the conditions of a clause depend on beside the clause."""
NEUTRAL: dict[str, Terms] = {
    "eligibility": {},
    "screening": {"pooled": 0, "score_precision": (0.0,) * 4},
    "limit": {"limit_kind": COLLATERAL, "cap_factor": 1.0},
    "tenor": {"years": 1.0, "reviewed": 0, "conversion": 0.0, "commitment_fee_rate": 0.0},
    "pricing": {"own_weight": 1.0, "first_add": 0.0, "later_add": 0.0, "step_years": math.inf},
    "funding": {"refinanced_share": 0.0, "relending_rate": 0.0, "quota": 0.0},
    "security": {"security": 0.0, "line_rank": 1},
    "loss_sharing": {
        "fee_rate": 0.0, "first_loss": 0.0, "cap_per_default": 1.0, "joint": 0,
        "members": 1, "shares": (1.0,), "delay": 0.0, "coordination_cost": 0.0,
        "fee_parts": (0.0,) * 4, "residual_share": 0.0, "firm_fee_rate": 0.0,
        "firm_fee_parts": (0.0,) * 4, "public_fee_rate": 0.0, "public_fee_parts": (0.0,) * 4,
        "cover_shares": (0.0,) * 4, "bears_rest": (0,) * 4, "deductibles": (0.0,) * 4,
        "claims_at_default": 0, "reguaranteed_shares": (0.0,) * 2, "reguarantee_fees": (0.0,) * 2,
        "reguarantee_small_line": 0.0,
        "reguarantee_cap": math.inf,
        **dict.fromkeys(
            ("caps_per_firm", "caps_per_default", "caps_per_year", "capitals"), (math.inf,) * 4
        ),
    },
    "upside": {"upside_kind": NO_RIGHT},
    "commitment": {
        "promised_move_hazard": 0.0, "demanded_move_hazard": 0.0, "listing_wallet_share": 0.0,
        "pools_business": 0, "break_cost": 0.0, "stands_still": 0,
    },
    "introduction": {"introduction": 1.0},
    **{name: {} for name in ("term_loan", "bond", "lease", "trust_loan", "fund_equity")},
}  # fmt: skip


# --- Finding the clauses -----------------------------------------------------------------


def kinds(clause: str) -> dict[str, type[Frozen]]:
    """The kinds of one clause, neutral first."""
    members = get_args(Arrangement.model_fields[clause].annotation)
    return {get_args(member.model_fields["kind"].annotation)[0]: member for member in members}


def built(clause: str, kind: str) -> Frozen:
    return kinds(clause)[kind].model_validate({"kind": kind} | EXAMPLES[clause, kind])


def conditions_of(clause: str, value: Any) -> Terms:
    """What rules read of one clause, by name."""
    file = importlib.import_module(f"sim.model.contracts.{clause}")
    found: Terms = file.conditions(value, *GIVEN.get(clause, ()))
    return found


def declared(clause: str) -> dict[str, Column]:
    """What rules may read of a clause: terms of a contract, and conditions of its own."""
    file = importlib.import_module(f"sim.model.contracts.{clause}")
    own = ADMISSION.columns if clause == "eligibility" else getattr(file, "CONDITIONS", ())
    return {column.name: column for column in (*TERMS, *own)}


KINDS = sorted(EXAMPLES)


def test_the_suite_knows_every_clause_and_every_kind() -> None:
    assert set(EXAMPLES) == {(clause, kind) for clause in CLAUSES for kind in kinds(clause)}
    assert set(NEUTRAL) == set(CLAUSES)


def test_examples_name_every_field() -> None:
    # The example of a right gives some of its tied terms, other examples have the rest.
    tied = {"coverage", "amount", "stake", "strike_multiple", "strike_valuation"}
    tied |= {"trigger_multiple", "trigger_valuation"}
    for clause, kind in KINDS:
        missing = set(kinds(clause)[kind].model_fields) - set(EXAMPLES[clause, kind]) - {"kind"}
        assert missing <= (tied if clause == "upside" else set())


# --- Neutral values, shapes, ranges ------------------------------------------------------


@pytest.mark.parametrize("clause", CLAUSES)
def test_the_first_kind_is_neutral_and_needs_no_value(clause: str) -> None:
    first = next(iter(kinds(clause).values()))
    assert getattr(PLAIN, clause) == first()
    assert Arrangement.model_validate({clause: {"kind": first().kind}}) == PLAIN  # type: ignore[attr-defined]


@pytest.mark.parametrize("clause", CLAUSES)
def test_the_neutral_value_leaves_everything_unchanged(clause: str) -> None:
    assert conditions_of(clause, getattr(PLAIN, clause)) == NEUTRAL[clause]


@pytest.mark.parametrize(("clause", "kind"), KINDS)
def test_conditions_are_declared_fit_and_lie_in_their_ranges(clause: str, kind: str) -> None:
    columns = declared(clause)
    for name, value in conditions_of(clause, built(clause, kind)).items():
        column = columns[name]
        assert np.size(value) <= column.length, name
        assert np.all(np.asarray(value).astype(column.kind) == value), name
        # A negative number stands for what is not given, whatever the unit.
        for number in np.ravel(value):
            assert number == NOT_GIVEN or column.bounds(float(number)) == number, name


def test_a_neutral_clause_writes_the_neutral_terms_of_the_declaration() -> None:
    neutral = {column.name: column.neutral for column in (*LOAN_TERMS, *RIGHT_TERMS)}
    found = {name: value for terms in NEUTRAL.values() for name, value in terms.items()}
    shared = neutral.keys() & found.keys()
    assert {"security", "cap_per_default", "fee_rate"} <= shared
    assert {name: found[name] for name in shared} == {name: neutral[name] for name in shared}


@pytest.mark.parametrize("clause", CLAUSES)
def test_every_other_kind_changes_something(clause: str) -> None:
    for kind in list(kinds(clause))[1:]:
        assert conditions_of(clause, built(clause, kind)) != NEUTRAL[clause], kind


@pytest.mark.parametrize(("clause", "kind"), KINDS)
def test_reading_a_clause_does_not_modify_it(clause: str, kind: str) -> None:
    terms = built(clause, kind)
    before = terms.model_dump_json()
    conditions_of(clause, terms)
    assert terms.model_dump_json() == before


# --- Bad values --------------------------------------------------------------------------


def bad_values(field: FieldInfo, good: Any) -> Iterator[Any]:
    """Values that no field of this type may have."""
    annotation, optional = field.annotation, type(None) in get_args(field.annotation)
    if optional:
        annotation = next(part for part in get_args(annotation) if part is not type(None))
    if get_origin(annotation) is tuple:
        yield from bad_lists(annotation, field, good)
        return
    if annotation is bool:
        yield from (1, "yes", None)
        return
    if inspect.isclass(annotation) and issubclass(annotation, Frozen):
        yield from (1.0, "points", [1.0])
        return
    yield from (True, "much", math.nan, math.inf, [good])
    yield from beyond(annotation, field)
    if not optional:
        yield None


def bad_lists(annotation: Any, field: FieldInfo, good: Any) -> Iterator[Any]:
    """A list of the wrong type or length, or with one wrong element."""
    yield from (1.0, "startup", {"a": 1})
    element, *rest = get_args(annotation)
    if rest and rest[0] is not Ellipsis:
        yield from (good[:-1], (*good, good[-1]))
    wrong: list[Any] = ["infancy"] if get_origin(element) is Literal else ["x", math.nan]
    wrong = [1.0, True] if element is str else wrong
    wrong += beyond(element, field)
    yield from ((*good[:-1], value) for value in wrong)


def beyond(annotation: Any, field: FieldInfo) -> list[float]:
    """Numbers just outside the declared range."""
    marks = list(field.metadata)
    for part in (annotation, *get_args(annotation)):
        if get_origin(part) is Annotated:
            marks += part.__metadata__
    found: list[float] = []
    for bounds in (mark.func for mark in marks):
        found += [bound for bound in (bounds.above, bounds.below) if bound is not None]
        found += [bounds.low - 1e-9] if bounds.low is not None else []
        found += [bounds.high * (1.0 + 1e-9)] if bounds.high is not None else []
    return found


BAD = [
    (clause, kind, name, value)
    for clause, kind in KINDS
    for name, field in kinds(clause)[kind].model_fields.items()
    if name != "kind"
    for value in bad_values(field, EXAMPLES[clause, kind].get(name, 1.0))
]


def problems(values: Terms) -> tuple[Problem, ...]:
    with pytest.raises(ScenarioError) as caught:
        with_values(PLAIN, values)
    return tuple(caught.value.problems)


def test_there_are_bad_values_of_every_field() -> None:
    tried: dict[tuple[str, str, str], list[Any]] = {}
    for clause, kind, name, value in BAD:
        tried.setdefault((clause, kind, name), []).append(value)
    assert {
        (clause, kind, name) for clause, kind in KINDS for name in EXAMPLES[clause, kind]
    } <= set(tried)
    assert all(len(values) >= 3 for values in tried.values())
    # Both ends of a range, the open one and the closed one.
    numbers = {value for value in tried["tenor", "term", "years"] if type(value) is float}
    assert {0.0, 30.0 * (1.0 + 1e-9)} <= numbers


@pytest.mark.parametrize(
    ("clause", "kind", "name", "value"),
    BAD,
    ids=[f"{clause}-{kind}-{name}-{n}" for n, (clause, kind, name, _) in enumerate(BAD)],
)
def test_a_bad_value_is_refused_with_key_rule_and_cure(
    clause: str, kind: str, name: str, value: Any
) -> None:
    terms = EXAMPLES[clause, kind] | {"kind": kind, name: value}
    for problem in problems({clause: terms}):
        assert problem.key.startswith(f"{clause}.{name}")
        assert problem.rule.startswith(("must ", "has too few "))
        assert problem.cure
        assert str(problem).count("\n") == 2


@pytest.mark.parametrize(("clause", "kind"), KINDS)
def test_a_required_value_may_not_be_left_out(clause: str, kind: str) -> None:
    for name, field in kinds(clause)[kind].model_fields.items():
        if not field.is_required() or name == "kind":
            continue
        terms = {"kind": kind} | {k: v for k, v in EXAMPLES[clause, kind].items() if k != name}
        (problem,) = problems({clause: terms})
        assert (problem.key, problem.rule) == (f"{clause}.{name}", "is required")
        assert problem.cure.startswith(f"add {name} = ")


@pytest.mark.parametrize(("clause", "kind"), KINDS)
def test_unknown_keys_and_kinds_are_refused(clause: str, kind: str) -> None:
    (problem,) = problems({clause: {"kind": kind, **EXAMPLES[clause, kind], "zzz": 1.0}})
    assert problem.key == f"{clause}.zzz"
    (problem,) = problems({clause: {"kind": f"{kind}x", **EXAMPLES[clause, kind]}})
    assert problem.key == f"{clause}.kind"
    assert kind in problem.rule
    assert problem.cure


@pytest.mark.parametrize(
    ("clause", "terms", "key", "rule"),
    [
        ("loss_sharing", {"kind": "proportional", "shares": [0.5, 0.4]}, "shares", "sum to 1"),
        ("loss_sharing", {"kind": "proportional", "shares": []}, "shares", "1 to 8 banks"),
        (
            "limit", {"kind": "path", "amounts": [5.0, 6.0], "from_years": [1.0]},
            "from_years", "one entry for each of amounts",
        ),
        (
            "limit", {"kind": "path", "amounts": [5.0, 6.0], "from_years": [2.0, 1.0]},
            "from_years", "must increase",
        ),
        (
            "upside", {"kind": "warrant", "coverage": 0.2, "liquidity_share": 0.1, **RIGHT},
            "coverage", "two of amount",
        ),
        (
            "upside",
            EXAMPLES["upside", "swap"] | {"kind": "swap", "stake": 0.1},
            "stake", "conflicts",
        ),
        (
            "upside",
            EXAMPLES["upside", "swap"] | {"kind": "swap", "trigger_multiple": 2.0},
            "trigger_multiple", "one of trigger_multiple and trigger_valuation",
        ),
    ],
)  # fmt: skip
def test_terms_that_do_not_fit_together_are_refused_in_the_same_words(
    clause: str, terms: Terms, key: str, rule: str
) -> None:
    (problem,) = problems({clause: terms})
    assert problem.key == f"{clause}.{key}"
    assert rule in problem.rule
    assert problem.cure
    assert str(problem).count("\n") == 2


# --- Arrangements ------------------------------------------------------------------------


@cache
def shipped() -> dict[str, dict[str, Terms]]:
    """Clause tables of every arrangement that a scenario file names, by file and name."""
    found = {}
    for file in sorted(SCENARIOS.rglob("*.toml")):
        tables_of = tomllib.loads(file.read_text(encoding="utf-8"))
        for name, clauses in tables_of.get("arrangement", {}).items():
            found[f"{file.stem}: {name}"] = clauses
    return found


@pytest.mark.parametrize("name", shipped())
def test_every_subset_of_the_clauses_is_an_arrangement(name: str) -> None:
    clauses = shipped()[name]
    whole = differing_clauses(PLAIN, Arrangement.model_validate(clauses))
    assert set(whole) == set(clauses)
    for size in range(len(clauses) + 1):
        for chosen in combinations(clauses, size):
            part = Arrangement.model_validate({key: clauses[key] for key in chosen})
            assert differing_clauses(PLAIN, part) == tuple(k for k in CLAUSES if k in chosen)


@pytest.mark.full
@pytest.mark.parametrize("name", shipped())
def test_every_subset_of_the_clauses_can_be_offered(name: str) -> None:
    clauses, u, lenders = dict(shipped()[name]), rules(), banks()
    if len(clauses.get("loss_sharing", {}).get("shares", ())) > lenders.shape[0]:
        # The applicants know three banks.
        clauses["loss_sharing"] = clauses["loss_sharing"] | {"shares": (0.5, 0.3, 0.2)}
    for size in range(len(clauses) + 1):
        for chosen in combinations(clauses, size):
            k = conditions(**{key: clauses[key] for key in chosen})
            for a in applicants():
                before = a.tobytes(), k.tobytes()
                o = offered(a, k, u, lenders)
                # An offer reads an application and conditions, and changes neither.
                assert (a.tobytes(), k.tobytes()) == before
                for value in (o.rate, o.later_rate, o.mean_rate, o.surplus, o.share, o.quality):
                    assert np.all(np.isfinite(value))
                assert 0.0 <= o.line < math.inf
                assert o.share.sum() == pytest.approx(1.0 if o.line > 0.0 else 0.0, abs=1e-12)


@pytest.mark.parametrize("name", shipped())
def test_the_order_in_which_clauses_are_written_does_not_matter(name: str) -> None:
    clauses = shipped()[name]
    backwards = {key: clauses[key] for key in reversed(clauses)}
    assert Arrangement.model_validate(clauses) == Arrangement.model_validate(backwards)
    one_by_one = PLAIN
    for key, terms in backwards.items():
        one_by_one = with_values(one_by_one, {key: terms})
    assert one_by_one == Arrangement.model_validate(clauses)
