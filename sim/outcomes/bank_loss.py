"""What banks lose: realised losses, loans in default, cumulative default by vintage.

A ratio of loans in default is flattered by growth, so it never stands without the
cumulative default of what was signed.
"""

import math
from collections.abc import Iterator

import numpy as np

from sim.engine.history import PROTECTION_PROVIDERS, History
from sim.outcomes.mark import Members, family, outcome
from sim.outcomes.reading import (
    HOUSE,
    Curve,
    Floats,
    Ints,
    Mask,
    balance_years,
    contract_years,
    defaulted,
    net_loss,
    new_borrowers,
    of_book,
    of_firms,
    opened_in,
    quotient,
    ratio,
    remembered,
    share,
    signed_in,
    time_average,
    total,
    unpaid,
    yearly,
)


@outcome("bank.credit_loss", unit="CNY million", better="lower", basis="flow", low=0.0,
    formula="exposure at default less recovery and guarantees, at the date of default, summed over"
    " banks and the experiment", source=HOUSE)  # fmt: skip
def credit_loss(history: History) -> float:
    """Realised credit loss in money."""
    return total(history, "loss")


@outcome("bank.credit_loss_rate", unit="per year", better="lower", basis="flow", low=0.0,
    formula="credit loss over the time integral of the balance lent", source=HOUSE)  # fmt: skip
def credit_loss_rate(history: History) -> float:
    """Realised credit loss per unit lent."""
    return ratio(credit_loss(history), balance_years(history))


@outcome("bank.exposure_at_default", unit="CNY million", better="lower", basis="flow", low=0.0,
    formula="balances at default, summed over banks and the experiment", source=HOUSE)  # fmt: skip
def exposure_at_default(history: History) -> float:
    """What is owed by firms that default."""
    return total(history, "exposure_at_default")


@outcome("bank.loss_given_default", unit="share", better="lower", basis="flow",
    formula="exposure at default less recovery, over exposure at default, of all defaults in the"
    " experiment, before guarantees", source=HOUSE)  # fmt: skip
def loss_given_default(history: History) -> float:
    """Loss given default, weighted with exposure at default."""
    bad = defaulted(history)
    exposure = float(of_firms(history)["exposure_at_default"][bad].sum())
    return ratio(float(unpaid(history)[bad].sum()), exposure)


@outcome("bank.npl_ratio", unit="share", better="lower", basis="stock",
    formula="time average of defaulted loans not yet resolved over all loans, of all banks"
    " together; growth lowers it, so read cumulative default by vintage beside it",
    source="Basel Committee 2017, Prudential treatment of problem assets",
    label="NPL ratio")  # fmt: skip
def npl_ratio(history: History) -> float:
    """Ratio of non-performing loans."""
    npl = history.bank("npl").sum(axis=1)
    gross = npl + history.bank("loans").sum(axis=1)
    return time_average(history, quotient(npl, gross))


def _defaults_within(history: History, chosen: Mask, years: float) -> Mask:
    """Contracts among `chosen` whose firm defaulted within some years of signing."""
    firm = of_book(history)["firm"]
    end, bad = of_firms(history)["end"][firm], of_firms(history)["defaulted"][firm] == 1
    return np.asarray(chosen & bad & (end <= of_book(history)["date"] + years))


@outcome("bank.vintage_default_3y", unit="share", better="lower", basis="vintage",
    formula="of contracts that open a line and are signed three years before the horizon or"
    " earlier, share whose firm defaulted within three years",
    source="vintage analysis, Siddiqi 2006, Credit Risk Scorecards",
    label="Cumulative default after three years")  # fmt: skip
def vintage_default_3y(history: History) -> float:
    """Cumulative default, which growth of the book cannot flatter."""
    opened = opened_in(history, 3.0)
    return share(_defaults_within(history, opened, 3.0), opened)


@outcome("bank.vintage_default_3y_signed", unit="share", better="lower", basis="vintage",
    formula="as the cumulative default after three years, of contracts of the arrangement alone;"
    " undefined for plain lending, which firms choose beside it",
    source="vintage analysis, Siddiqi 2006, Credit Risk Scorecards",
    label="Cumulative default after three years, signers")  # fmt: skip
def vintage_default_3y_signed(history: History) -> float:
    """Cumulative default of those who signed the arrangement."""
    opened = opened_in(history, 3.0) & (of_book(history)["signed"] == 1)
    return share(_defaults_within(history, opened, 3.0), opened)


def bank_years(history: History) -> Floats:
    """Loss over balance of each bank in each year, shape (n,); years without loans are out."""
    return _loss_rates(yearly(history, "loss"), yearly(history, "balance_years"))


def _loss_rates(loss: Floats, balance: Floats) -> Floats:
    """Loss over balance where anything is lent, shape (n,)."""
    lent = balance > 0.0
    return np.asarray(loss[lent] / balance[lent])


@outcome("bank.worst_bank_year", unit="per year", better="lower", basis="flow", low=0.0,
    formula="largest credit loss over balance of any bank in any year of this history; it grows"
    " with the number of banks and years, and is no tail measure: those are taken over many"
    " histories", source=HOUSE,
    label="Worst year of any bank in a history")  # fmt: skip
def worst_bank_year(history: History) -> float:
    """Loss rate of the worst year of the bank that fares worst in it."""
    losses = bank_years(history)
    return float(losses.max()) if losses.size else math.nan


@outcome("bank.loss_deviation", unit="per year", better="lower", basis="flow", low=0.0,
    formula="standard deviation of credit loss over balance, over bank-years of this history",
    source=HOUSE, label="Deviation of bank-year losses")  # fmt: skip
def loss_deviation(history: History) -> float:
    """How much the loss rate of a bank varies between years and banks."""
    losses = bank_years(history)
    return float(losses.std(ddof=1)) if losses.size > 1 else math.nan


@outcome("bank.worst_bank_loss", unit="per year", better="lower", basis="flow", low=0.0,
    formula="credit loss over the time integral of the balance of the bank that fares worst over"
    " the whole experiment", source=HOUSE)  # fmt: skip
def worst_bank_loss(history: History) -> float:
    """Loss rate of the worst bank."""
    rates = _loss_rates(history.flow("loss"), history.flow("balance_years"))
    return float(rates.max()) if rates.size else math.nan


@outcome("bank.belief_gap_loss", unit="ratio", better="neither", basis="flow",
    formula="loss of defaults in the experiment, net of guarantees, over exposure at default times"
    " the loss given default believed at signing; 1 where beliefs meet outcomes", source=HOUSE,
    label="Realised over believed loss given default")  # fmt: skip
def belief_gap_loss(history: History) -> float:
    """Realised over believed loss given default."""
    firms = of_firms(history)
    rows = np.flatnonzero(defaulted(history) & (firms["contract"] >= 0))
    believed = (
        firms["exposure_at_default"][rows] * of_book(history)["loss"][firms["contract"][rows]]
    )
    return ratio(float(net_loss(history)[rows].sum()), float(believed.sum()))


# --- Loans that lenders held at a review, and that defaulted all the same ------------------------


def held_loss(history: History) -> Floats:
    """What waiting added to the loss of each default whose loan had been held, CNY million.

    A call at the last review would have brought `held_worth`; since then lenders have had what
    they received of the firm less what they lent it, and what the workout brings. Not discounted.
    """
    a = of_firms(history).rows(defaulted(history) & (of_firms(history)["held_worth"] > 0.0))
    received = a["cum_interest"] + a["cum_repaid"] - a["cum_drawn"] - a["held_cash"]
    return np.asarray(a["held_worth"] - received - a["recovery"])


@outcome("bank.held_default_share", unit="share", better="lower", basis="flow",
    formula="of defaults in the experiment, share of those whose lenders had held the loan at its"
    " last review, or let it run when it ended", source=HOUSE,
    label="Defaults on loans that were held")  # fmt: skip
def held_default_share(history: History) -> float:
    """How many defaults waiting did not prevent."""
    return share(of_firms(history)["held_worth"] > 0.0, defaulted(history))


@outcome("bank.loss_of_waiting", unit="CNY million", better="lower", basis="flow",
    formula="of defaults on loans that were held: what a call at the last review would have"
    " brought less what lenders received since and recover; negative where waiting paid although"
    " it failed", source=HOUSE, label="Loss that waiting added")  # fmt: skip
def loss_of_waiting(history: History) -> float:
    """What holding loans cost where it went wrong."""
    return float(held_loss(history).sum())


# --- Loss given default of the part that tangible assets secure, and of the rest -----------------


PARTS: Members = {
    0: {"part": "secured", "told": "what tangible assets secured at signing",
        "short": "secured part"},
    1: {"part": "unsecured", "told": "what goes beyond it", "short": "unsecured part"},
}  # fmt: skip


@remembered
def loss_by_part(history: History) -> tuple[Floats, Floats, Ints]:
    """Exposure and loss by part of the defaults in the experiment, before pledges and protection.

    Shapes (n, 2), CNY million, and (n,): the code of each contract's arrangement. What assets
    bring pays the secured part first.
    """
    firms = of_firms(history)
    rows = np.flatnonzero(defaulted(history) & (firms["contract"] >= 0))
    book, contract = of_book(history), firms["contract"][rows]
    owed, assets = firms["exposure_at_default"][rows], firms["collateral_recovery"][rows]
    secured = np.minimum(owed, book["secured"][contract])
    short = np.maximum(secured - assets, 0.0)
    left = quotient(owed - firms["recovery"][rows], 1.0 - book["security"][contract], 0.0)
    first = left * quotient(short, owed - assets, 0.0)
    exposure = np.column_stack([secured, owed - secured])
    terms = book["terms"][contract].astype(np.int64)
    return exposure, np.column_stack([first, left - first]), terms


@family("bank.loss_given_default_{part}", over=PARTS, whole="bank.loss_given_default", by="part",
    unit="share", better="lower", basis="flow", low=0.0,
    formula="loss over exposure at default of {told}, before pledges and protection, of defaults"
    " in the experiment", source=HOUSE, label="Loss given default, {short}")  # fmt: skip
def loss_given_default_of(history: History, part: int) -> float:
    """Loss given default of one part of the lines."""
    exposure, loss, _ = loss_by_part(history)
    return ratio(float(loss[:, part].sum()), float(exposure[:, part].sum()))


@family("bank.belief_gap_loss_{part}", over=PARTS, whole="bank.belief_gap_loss", by="part",
    unit="ratio", better="neither", basis="flow",
    formula="loss given default of {told} over what was believed of it at signing", source=HOUSE,
    label="Realised over believed loss given default, {short}")  # fmt: skip
def belief_gap_loss_of(history: History, part: int) -> float:
    """Realised over believed loss given default of one part."""
    exposure, loss, terms = loss_by_part(history)
    level = np.asarray(history.facts["believed_loss"])[terms, part]
    return ratio(float(loss[:, part].sum()), float(exposure[:, part] @ level))


@outcome("bank.bad_borrower_share", unit="share", better="lower", basis="vintage",
    formula="of firms that borrow for the first time in the experiment, share with latent quality"
    " below the average",
    source="Broecker 1990, Econometrica 58(2), for screening errors")  # fmt: skip
def bad_borrower_share(history: History) -> float:
    """Bad firms among the funded."""
    quality = of_firms(history)["quality"][new_borrowers(history)]
    return ratio(float(np.count_nonzero(quality < 0.0)), float(quality.size))


@outcome("bank.clients_lost", unit="per year", better="lower", basis="flow", low=0.0,
    formula="contracts taken over by another bank in the experiment over years with a line",
    source=HOUSE)  # fmt: skip
def clients_lost(history: History) -> float:
    """Clients who leave for another bank, per loan-year."""
    switched_bank = signed_in(history) & (of_book(history)["switched_bank"] == 1)
    return ratio(float(switched_bank.sum()), float(contract_years(history).sum()))


# --- Who bears credit losses: lead banks, those that lend beside them, and other parties ---------


BORNE = "loss_borne:"
"""First part of the names of the series."""
LEAD, BESIDE = "lead", "beside"
"""A bank that leads a contract, and one that lends beside the lead."""


def loss_split(history: History) -> Iterator[Curve]:
    """Credit losses of the experiment by who bears them, CNY million.

    The parts add up to exposure at default less what is recovered. A loss counts at the
    date of default, as in the credit loss of banks, whenever protection providers pay their part
    of it. Lenders bear it by the shares that they have then, not by those of signing.

    ``loss_borne:lead`` and ``loss_borne:beside`` of each bank, then ``loss_borne:PARTY`` of
    each party beside the lenders; x is the horizon.
    """
    end = np.array([history.horizon])
    rows = np.flatnonzero(defaulted(history) & (of_firms(history)["contract"] >= 0))
    leads, beside = _of_banks(history, rows)
    for place, name in enumerate(history.facts["banks"]):
        yield BORNE + LEAD, name, end, leads[place : place + 1]
        yield BORNE + BESIDE, name, end, beside[place : place + 1]
    for name, borne in zip(PROTECTION_PROVIDERS, _of_protection(history, rows), strict=True):
        yield BORNE + name, "", end, np.array([borne])


def _of_banks(history: History, rows: Ints) -> tuple[Floats, Floats]:
    """What banks lose on some firms as leads, and beside a lead; each shape (n_banks,)."""
    firms, loss = of_firms(history).rows(rows), net_loss(history)[rows]
    lead = of_book(history)["lender"][firms["contract"], 0]
    leads, beside = np.zeros((2, len(history.facts["banks"])))
    borne, is_lead = firms["last_share"] * loss[:, None], firms["last_lender"] == lead[:, None]
    np.add.at(leads, firms["last_lender"], np.where(is_lead, borne, 0.0))
    np.add.at(beside, firms["last_lender"], np.where(is_lead, 0.0, borne))
    return leads, beside


def _of_protection(history: History, rows: Ints) -> Floats:
    """What each party beside the lenders bears of the losses on some firms, shape (4,)."""
    return np.asarray(of_firms(history)["borne"][rows].sum(axis=0))
