"""The closed forms give the values that were computed independently of this project."""

import ast
import re
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import ndtr
from scipy.stats import norm

from sim.model.banks.bidding import break_even_bid
from sim.outcomes.quantiles_of_losses import expected_shortfall
from tests.oracles.absorbing_chain import (
    absorbing_chain,
    absorption_probabilities,
    mean_lifetime,
    state_probabilities,
    years_in_states,
)  # fmt: skip
from tests.oracles.annuity import balance, continuous_annuity, payment
from tests.oracles.auctions import default_of_those_judged_no_better
from tests.oracles.concession import concession_value, step_up_rate
from tests.oracles.exit_rights import lognormal_call_on_multiple
from tests.oracles.finite_pool import default_count_probabilities, joint_failure
from tests.oracles.global_game import mean_gain_of_moving
from tests.oracles.loss_distribution import lower_quantile
from tests.oracles.npl_ratio import npl_ratio
from tests.oracles.options import black_scholes_call
from tests.oracles.pricing import credit_triangle_rate, raroc
from tests.oracles.rate_of_return import npv
from tests.oracles.relationship import RelationshipTerms, least_retention
from tests.oracles.runway import runway
from tests.oracles.signals import approval, pooled_error_sd
from tests.oracles.survival import piecewise_incidence, piecewise_survival
from tests.oracles.values import cases, close, oracle_values

STAGES = ["seed", "startup", "growth", "mature"]
LIFE = absorbing_chain(
    np.diag([0.5, 0.4, 0.25], 1) + np.diag([0.0, 0.05, 0.0], -1),
    [[0.25, 0.0], [0.15, 0.03], [0.08, 0.10], [0.03, 0.12]],
)
STARTS = [0.0, 1.0, 3.0, 5.0]
HAZARDS = np.column_stack([[0.10, 0.12, 0.08, 0.05], [0.01, 0.04, 0.08, 0.10]])


def test_every_value_is_used_by_a_test():
    used = set()
    for path in Path(__file__).parents[1].rglob("*.py"):
        used.update(
            re.findall(
                r'"((?:A\d+[a-z]?|bid|claims|desk|hold|layer|loss|right|tower|wallet)\.[\w.]*)',
                path.read_text(encoding="utf-8"),
            )
        )
    assert [name for name in oracle_values() if not name.startswith(tuple(used))] == []


HERE = "tests.oracles."


def imported(tree):
    """Closed forms that a file imports, by the name that it uses: full names."""
    froms = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {
        alias.name: f"{node.module}.{alias.name}"
        for node in froms if node.module.startswith(HERE) for alias in node.names
    }  # fmt: skip


def test_every_closed_form_serves_a_test_of_the_simulator_or_of_a_function_it_calls():
    own = Path(__file__).parent
    used, uses = set(), {}
    for file in own.parent.rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        if file.parent != own:
            used.update(imported(tree).values())
            continue
        for form in (node for node in tree.body if hasattr(node, "name")):
            names = {part.id for part in ast.walk(form) if isinstance(part, ast.Name)}
            of_file = {name: f"{HERE}{file.stem}.{name}" for name in names} | imported(tree)
            uses[f"{HERE}{file.stem}.{form.name}"] = {of_file[name] for name in names}
    for _ in uses:
        used.update(*(uses[form] for form in uses if form in used))
    forms = [form for form in uses if not form.startswith(f"{HERE}test_")]
    assert [form for form in forms if form not in used] == []


@pytest.mark.parametrize(("inputs", "value"), cases("A1.ultD."))
def test_chance_of_default_over_a_life(inputs, value):
    assert absorption_probabilities(LIFE)[STAGES.index(inputs["start"]), 0] == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A1.tau."))
def test_mean_life(inputs, value):
    assert mean_lifetime(LIFE)[STAGES.index(inputs["start"])] == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A1.N."))
def test_years_in_each_stage(inputs, value):
    start, stage = STAGES.index(inputs["start"]), STAGES.index(inputs["time_in"])
    assert years_in_states(LIFE)[start, stage] == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A1.S."))
def test_survival_from_seed(inputs, value):
    assert state_probabilities(LIFE, inputs["t"])[0].sum() == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A2a.D."))
def test_default_by_an_age(inputs, value):
    ended = piecewise_incidence(STARTS, HAZARDS, inputs["t"])
    assert ended[0] == close(value)
    assert ended.sum() + piecewise_survival(STARTS, HAZARDS, inputs["t"]) == close(1.0)


@pytest.mark.parametrize(("inputs", "value"), cases("A12.ratio") + cases("A12.ge."))
def test_non_performing_share(inputs, value):
    assert npl_ratio(0.04, 1.5, inputs["growth"]) == close(value)


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("pool", [(20, 0.05, 0.0), (20, 0.05, 0.1), (50, 0.03, 0.1)])
def test_chance_of_a_number_of_defaults(pool, number):
    value = oracle_values()["A3f.P{}.{}.{}.{}".format(number, *pool)]["value"]
    assert default_count_probabilities(*pool)[number] == close(value)


@pytest.mark.parametrize("rho", [0.1, 0.2])
def test_failure_of_two_banks(rho):
    found = joint_failure(20, 0.05, rho, 0.6, 3.0)
    for name, kind in (("single", "single"), ("both", "both"), ("shared", "pool")):
        assert getattr(found, name) == close(oracle_values()[f"A5d.{kind}.{rho}"]["value"])


@pytest.mark.parametrize(("inputs", "value"), cases("A5c."))
def test_shortfall_of_one_loan_shared(inputs, value):
    counts = default_count_probabilities(inputs["k"], inputs["p"], 0.0)
    losses = np.arange(counts.size) / inputs["k"]
    assert expected_shortfall(losses, counts, inputs["alpha"]) == close(value)


def test_lower_quantile_of_atoms_in_any_order():
    assert lower_quantile([5.0, 1.0], [0.04, 0.96], 0.95) == 1.0
    assert lower_quantile([0.0, 1.0], [0.95, 0.05], 0.95) == 0.0
    assert lower_quantile([0.0, 1.0], [0.94, 0.06], 0.95) == 1.0


@pytest.mark.parametrize(("inputs", "value"), cases("A6r.plain"))
def test_right_without_a_trigger_is_a_stake_in_a_call(inputs, value):
    call = black_scholes_call(inputs["V0"], 8.0, inputs["T"], 0.03, inputs["vol"])
    assert 0.25 * call == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A6p."))
def test_mean_of_a_lognormal_multiple_above_a_strike(inputs, value):
    found = lognormal_call_on_multiple(inputs["mu"], inputs["sigma"], inputs["K"])
    assert found == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A7.grow"))
def test_runway_of_a_growing_burn(inputs, value):
    assert runway(inputs["C"], inputs["b"], inputs["g"]) == close(value)


def test_level_payments_leave_a_balance_and_are_worth_the_loan():
    level = payment(1e6, 0.06, 36)
    assert level == close(30421.937451555707)
    assert balance(1e6, 0.06, 36, 12) == close(686406.104926, rel=1e-12)
    monthly = [-1e6] + 36 * [level]
    assert npv(monthly, np.arange(37), 0.005) == pytest.approx(0.0, abs=1e-7)
    assert payment(1.0, 0.0, 4) == 0.25


@pytest.mark.parametrize(("inputs", "value"), cases("A8.conc") + cases("A8.pvc"))
def test_value_of_a_concession(inputs, value):
    names = ("concession", "T", "r", "hazard")
    assert concession_value(*(inputs[name] for name in names)) == close(value)
    assert continuous_annuity(1.0, 3.0, 0.0) == 2.0


@pytest.mark.parametrize(("inputs", "value"), cases("A8.step."))
def test_step_up_rate(inputs, value):
    names = ("cbar", "r1", "T1", "T")
    speed = inputs["r"] + inputs["hazard"]
    assert step_up_rate(*(inputs[name] for name in names), speed) == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A9.mmin"))
def test_least_retention(inputs, value):
    terms = RelationshipTerms(0.04, 0.14, 0.80, 3.0, 0.09, 0.97, 0.50)
    assert least_retention(terms, inputs["theta"]) == close(value)


@pytest.mark.parametrize("kind", ["ap", "ba", "rg"])
@pytest.mark.parametrize("signals", [1, 2, 4, 8])
def test_errors_of_a_threshold(signals, kind):
    inputs = oracle_values()[f"A10.{kind}.{signals}"]
    news = 1.0 / pooled_error_sd(inputs["tau_e"] ** -0.5, signals, 0.0) ** 2
    found = approval(inputs["m0"], inputs["tau0"], news, inputs["qbar"])
    # the reference is a numerical integral
    assert found[["ap", "ba", "rg"].index(kind)] == close(inputs["value"], rel=1e-9)


def test_approved_and_kept_good_firms_are_the_same_firms():
    found = approval(0.2, 1.5, 0.7, 0.5)
    funded = found.approve * (1.0 - found.bad_given_approve)
    assert funded == close(ndtr(-0.3 * 1.5**0.5) * (1.0 - found.reject_given_good))


@pytest.mark.parametrize(("inputs", "value"), cases("A11.raroc."))
def test_return_on_risk_capital(inputs, value):
    names = ("r", "PD", "LGD", "f", "K", "opex")
    # a return near zero is a difference of larger numbers
    assert raroc(*(inputs[name] for name in names)) == pytest.approx(value, abs=1e-15)


def test_credit_triangle():
    assert credit_triangle_rate(0.03, 0.05, 0.6) == close(0.06)


@pytest.mark.parametrize(("inputs", "value"), cases("hold.laplace_limit."))
def test_threshold_at_which_one_of_many_players_is_in_doubt(inputs, value):
    # Moving pays the same for sure, staying 1 while no more than a share of players moves.
    k = inputs["lenders"]

    def gain(threshold):
        return mean_gain_of_moving([inputs["call_pays"] - (m / k <= threshold) for m in range(k)])

    # the limit is that of infinitely many players
    assert gain(value - 2.0 / k) > 0.0 > gain(value + 1.0 / k)


@pytest.mark.parametrize(("inputs", "value"), cases("bid.first_price."))
def test_offer_of_the_only_informed_bank_where_bids_are_paid(inputs, value):
    default = default_of_those_judged_no_better(inputs["file_mean"], 0.0, 0.8, 0.36, 0.03, 0.8)
    assert break_even_bid(default, 0.03, 0.5, 0.0) == close(value, rel=1e-10)


@pytest.mark.parametrize(("inputs", "value"), cases("bid.many_banks"))
def test_mean_rate_where_everything_is_known(inputs, value):
    def share_of_rate(quality):
        default = min(0.03 * np.exp(-0.8 * quality), 0.95)
        return break_even_bid(default, 0.03, 0.5, 0.0) * norm.pdf(quality)

    # The reference is a Gauss-Hermite sum, which the kink at the largest default spoils.
    assert quad(share_of_rate, -9.0, 9.0, limit=200)[0] == close(value, rel=2e-4)
