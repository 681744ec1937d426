"""The system: credit, firms saved and lost, public cost, value, banks that fail together."""

import math

import numpy as np

from sim.engine.history import History
from sim.model.economy.macro import time_share
from sim.outcomes.mark import Members, family, outcome
from sim.outcomes.protection import by_year
from sim.outcomes.reading import (
    HOUSE,
    Ints,
    balance_years,
    code_of,
    defaulted,
    exited,
    living,
    mean,
    newborn,
    of_book,
    of_firms,
    opened_in,
    per_thousand,
    present,
    quotient,
    ratio,
    saved,
    time_average,
    total,
    unpaid,
)

OTHER_OWN = "additionality, as in evaluations of guarantee programmes"


@outcome("system.credit_outstanding", unit="CNY million", better="neither", basis="stock", low=0.0,
    formula="time average of performing loans, all banks together", source=HOUSE)  # fmt: skip
def credit_outstanding(history: History) -> float:
    """Average lending."""
    return time_average(history, history.bank("loans").sum(axis=1))


@outcome("system.drawn_share", unit="share", better="neither", basis="stock",
    formula="time average of performing loans over credit lines", source=HOUSE)  # fmt: skip
def drawn_share(history: History) -> float:
    """Part of the lines that is drawn."""
    loans, lines = history.bank("loans").sum(axis=1), history.series("lines")
    return time_average(history, quotient(loans, lines))


@outcome("system.loss", unit="CNY million", better="lower", basis="flow", low=0.0,
    formula="exposure at default less recovery of all defaults in the experiment, summed per firm"
    " before it is split among lenders and guarantors; sharing does not change it", source=HOUSE,
    label="Credit loss before sharing")  # fmt: skip
def loss(history: History) -> float:
    """Credit loss, whoever bears it."""
    return float(unpaid(history)[defaulted(history)].sum())


@outcome("system.saved", unit="firms per 1,000", better="higher", basis="count",
    formula="firms not closed by the horizon here and closed in the baseline, per 1,000 that live"
    " in the experiment", source=OTHER_OWN, paired=True, label="Firms saved")  # fmt: skip
def firms_saved(history: History, baseline: History) -> float:
    """Firms that live here and die in the baseline."""
    return per_thousand(saved(history, baseline), present(history))


@outcome("system.lost", unit="firms per 1,000", better="lower", basis="count",
    formula="firms closed by the horizon here and not in the baseline, per 1,000 that live in the"
    " experiment", source=OTHER_OWN, paired=True, label="Firms lost")  # fmt: skip
def firms_lost(history: History, baseline: History) -> float:
    """Firms that die here and live in the baseline."""
    return per_thousand(saved(baseline, history), present(history))


@outcome("system.additional_survivors", unit="firms per 1,000", better="higher", basis="count",
    low=-1000.0,
    formula="firms saved less firms lost against the baseline, per 1,000 that live in the"
    " experiment", source=OTHER_OWN, paired=True)  # fmt: skip
def additional_survivors(history: History, baseline: History) -> float:
    """Net additional survivors."""
    return firms_saved(history, baseline) - firms_lost(history, baseline)


@outcome("system.public_cost", unit="CNY million", better="lower", basis="flow",
    formula="what guarantors and re-guarantors pay less their fees, fees for cover that"
    " the state pays, and what central-bank money saves banks, summed over the experiment; policy"
    " subsidy stands apart",
    source=HOUSE)  # fmt: skip
def public_cost(history: History) -> float:
    """Cost of guarantees and relending."""
    fees = float(history.series("public_fees")[history.during()].sum())
    borne = of_party(history, "guarantors") + of_party(history, "reguarantors")
    return total(history, "relending") + fees - borne


@outcome("system.public_cost_rate", unit="per year", better="lower", basis="flow",
    formula="public cost over the time integral of the balance lent", source=HOUSE)  # fmt: skip
def public_cost_rate(history: History) -> float:
    """Public cost per unit lent."""
    return ratio(public_cost(history), balance_years(history))


def all_business(history: History) -> float:
    """Banking business of all firms, wherever their accounts are, CNY million."""
    outside = float(history.series("outside_business")[history.during()].sum())
    return total(history, "relationship", "hosted") + outside


@outcome("system.business_income", unit="CNY million", better="higher", basis="flow",
    formula="margin on deposits and fees of all banks, outside ones too, from all firms; moving"
    " business from bank to bank does not change it", source=HOUSE,
    label="Business income of all banks")  # fmt: skip
def business_income(history: History) -> float:
    """Banking business that exists."""
    return all_business(history)


@outcome("system.banks_profit", unit="CNY million", better="higher", basis="flow",
    formula="lenders' profit before tax and policy subsidy, and all other banking business of"
    " firms at any bank, outside ones too", source=HOUSE,
    label="Profit of the banking system")  # fmt: skip
def banks_profit(history: History) -> float:
    """What lending to firms and banking them earns all banks together."""
    own = total(history, "profit_before_tax") - total(history, "relationship")
    return own + all_business(history)


@outcome("system.policy_subsidy", unit="CNY million", better="lower", basis="flow",
    formula="policy subsidy paid to the desks, summed over banks and the experiment",
    source=HOUSE)  # fmt: skip
def policy_subsidy(history: History) -> float:
    """What lending below break-even costs."""
    return total(history, "policy_subsidy")


@outcome("system.policy_subsidy_rate", unit="per year", better="lower", basis="flow",
    formula="policy subsidy over the time integral of the balance lent",
    source=HOUSE)  # fmt: skip
def policy_subsidy_rate(history: History) -> float:
    """Policy subsidy per unit lent."""
    return ratio(policy_subsidy(history), balance_years(history))


def failed_banks(history: History) -> Ints:
    """Banks below the minimum ratio at each settlement of the experiment."""
    low = history.bank("capital_ratio") < history.facts["minimum_ratio"]
    return np.asarray(low[history.during()].sum(axis=1))


FAILURES: Members = {
    2: {"name": "joint_bank_failure",
        "source": "Wagner 2010, Journal of Financial Intermediation 19(3)",
        "what": "the capital ratios of two banks or more lie below the minimum at the same"
        " settlement"},
}  # fmt: skip


@family("system.{name}", over=FAILURES, unit="share", better="lower", basis="count",
    formula="1 where {what}, else 0; its mean is a probability", binary=True)  # fmt: skip
def bank_failure(history: History, banks: int) -> float:
    """Whether so many banks fail at once."""
    failures = failed_banks(history)
    return float(failures.max() >= banks) if failures.size else math.nan


def new_lending(history: History, regime: str) -> float:
    """Lines opened in a macro regime per year of it, CNY million a year."""
    code = code_of(history, regime)
    years = time_share(history.macro, code, 0.0, history.horizon) * history.horizon
    chosen = opened_in(history) & (of_book(history)["regime"] == code)
    return ratio(float(of_book(history)["limit"][chosen].sum()), years)


@outcome("system.procyclicality", unit="ratio", better="neither", basis="flow",
    formula="lines opened per year in busts over lines opened per year in booms; below 1 lending"
    " is procyclical", source="Kiyotaki and Moore 1997, Journal of Political Economy 105(2)",
    heavy_tailed=True)  # fmt: skip
def procyclicality(history: History) -> float:
    """New lending in busts against booms."""
    return ratio(new_lending(history, "bust"), new_lending(history, "boom"))


@outcome("system.value_created", unit="CNY million", better="higher", basis="vintage",
    formula="mean over firms that enter in the experiment: exit value, half the private value of"
    " those alive at the end of the run, and payments to owners, less equity put in, loans and"
    " bills left unpaid; not discounted", source=HOUSE, heavy_tailed=True)  # fmt: skip
def value_created(history: History) -> float:
    """Value that a new firm creates."""
    chosen = newborn(history)
    a = of_firms(history).rows(chosen)
    kept = history.facts["private_value_share"]
    unsold = np.where(living(history)[chosen], kept * a["value"], 0.0)
    worth = np.where(exited(a["status"]), a["exit_value"], unsold) + a["cum_dividend"]
    put_in = a["cum_equity"] + a["cum_exercise_amount"] + a["cum_buyer_amount"]
    put_in += a["cum_supplier_loss"]
    return mean(worth - put_in - unpaid(history)[chosen])


# --- Parties beside the lenders: what bearing losses leaves them ---------------------------------


PARTIES = {
    "guarantors": {"party": "guarantor",
        "what": "fees of guarantors and pools less losses that they bear"},
    "reguarantors": {"party": "reguarantor",
        "what": "fees of re-guarantors less what they pay guarantors back"},
    "insurers": {"party": "insurer", "what": "premiums less losses that insurers bear"},
    "lessors": {"party": "lessor",
        "what": "fees of lessors and sale of their equipment less losses that they bear"},
    "trusts": {"party": "trust", "what": "fees of trusts less losses that their investors bear"},
}  # fmt: skip


@family("system.{party}_result", over=PARTIES, unit="CNY million", better="higher", basis="flow",
    formula="{what}, over the experiment", source=HOUSE)  # fmt: skip
def of_party(history: History, party: str) -> float:
    """Result of one kind of party over the experiment."""
    return float(history.series(party)[history.during()].sum())


@outcome("system.fell_back", unit="CNY million", better="lower", basis="flow", low=0.0,
    formula="of losses of defaults in the experiment: what caps of a year and spent capital of"
    " protection providers leave to others, in the end to lenders", source=HOUSE,
    label="Losses beyond caps of a year and capital")  # fmt: skip
def fell_back(history: History) -> float:
    """What protection was to bear and could not."""
    return float(of_firms(history)["fell_back"][defaulted(history)].sum())


@outcome("system.years_beyond_cover", unit="share", better="lower", basis="flow",
    formula="of years of the experiment, share in which a cap of the year or spent capital of a"
    " protection provider left a part of a loss to others", source=HOUSE,
    label="Years in which cover was spent")  # fmt: skip
def years_beyond_cover(history: History) -> float:
    """How often a pool is dry, or its year spent."""
    beyond = by_year(history, of_firms(history)["fell_back"])
    return ratio(float(np.count_nonzero(beyond > 0.0)), float(beyond.size))


@outcome("system.holder_result", unit="CNY million", better="neither", basis="vintage",
    formula="what holders of rights have had for shares and rights by the end of the run, less"
    " strikes, what they pass on to lenders, and the transfer price of strikes paid",
    source=HOUSE, heavy_tailed=True, label="Result of holders of rights")  # fmt: skip
def holder_result(history: History) -> float:
    """What holding rights for lenders leaves."""
    a = of_firms(history)
    had = a["holder_proceeds"] + a["cum_right_sale"] - a["cum_exercise_amount"] - a["cum_gain"]
    return float((had - history.facts["funding_rate"] * a["cum_holder"]).sum())


@outcome("system.right_buyer_result", unit="CNY million", better="neither", basis="vintage",
    formula="what those who bought rights at expiry have had for their shares by the end of the"
    " run, less prices and strikes", source=HOUSE, heavy_tailed=True,
    label="Result of buyers of rights")  # fmt: skip
def right_buyer_result(history: History) -> float:
    """What buying rights leaves."""
    a = of_firms(history)
    return float((a["buyer_proceeds"] - a["cum_right_sale"] - a["cum_buyer_amount"]).sum())
