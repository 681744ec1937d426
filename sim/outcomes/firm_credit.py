"""What credit does for firms: access, the funding gap, its cost, and the lender's right."""

import numpy as np

from sim.engine.history import History
from sim.model.firms.record import LARGE, MATURE, NO_RIGHT, PROGRESS
from sim.outcomes.firm import ASSET_LIGHT
from sim.outcomes.mark import family, outcome
from sim.outcomes.reading import (
    BY_STAGE,
    HOUSE,
    Columns,
    Floats,
    Mask,
    closing,
    exited,
    first_contract,
    living,
    mean,
    new_borrowers,
    newborn,
    of_all_stages,
    of_book,
    of_firms,
    opening,
    present,
    quotient,
    ratio,
    share,
    signed_in,
    signers,
    time_average,
    years_of_stage,
)

WITH_PROJECTS = {stage: words for stage, words in BY_STAGE.items() if stage < MATURE}
RIGHTS = {
    "exercised": {"name": "exercised", "what": "was exercised"},
    "waived": {"name": "waived", "what": "ended unused while the firm brought its business"},
    "cum_gain": {"name": "paid", "what": "paid lenders anything"},
}


@outcome("firm.access_share", unit="share", better="higher", basis="stock",
    formula="time average of registered firms with a line over registered firms alive",
    source="measured as in surveys of technology SMEs", label="Access to credit")  # fmt: skip
def access_share(history: History) -> float:
    """Firms on the register with a line."""
    alive, borrowers = (of_all_stages(history, kind) for kind in ("count", "borrowers"))
    return time_average(history, quotient(borrowers, alive))


@family("firm.access_{stage}", over=BY_STAGE, whole="firm.access_share", by="stage",
    unit="share", better="higher", basis="stock",
    formula="years in which {firms} had a line over the years they lived, in the experiment",
    source=HOUSE, label="Access to credit, {told}")  # fmt: skip
def access_of(history: History, stage: int) -> float:
    """Share of a stage's time with a line."""
    years = years_of_stage(history, "borrowers", stage)
    return ratio(years, years_of_stage(history, "count", stage))


def borrows_early(history: History, chosen: Mask) -> float:
    """Share of some firms with a first contract within three years of entry."""
    first = first_contract(history)
    signed = np.append(of_book(history)["date"], np.inf)[first]
    return share(signed <= of_firms(history)["birth"] + 3.0, chosen)


@outcome("firm.first_loan_3y", unit="share", better="higher", basis="vintage",
    formula="share with a first line within three years of entry, of firms that enter in the"
    " experiment and can be followed", source=HOUSE,
    label="First loan within three years")  # fmt: skip
def first_loan_3y(history: History) -> float:
    """Firms that find a lender early."""
    return borrows_early(history, newborn(history, 3.0))


@outcome("firm.first_loan_3y_asset_light", unit="share", better="higher", basis="vintage",
    formula="share with a first line within three years of entry, of firms of above average"
    " quality with tangible assets below 0.2 of sales",
    source="Broecker 1990, Econometrica 58(2), for screening errors",
    label="First loan within three years, good asset-light firms")  # fmt: skip
def first_loan_3y_asset_light(history: History) -> float:
    """Good firms without collateral that find a lender early."""
    firms = of_firms(history)
    light = (firms["quality"] > 0.0) & (firms["tangible"] < ASSET_LIGHT)
    return borrows_early(history, newborn(history, 3.0) & light)


@outcome("firm.funding_gap", unit="share", better="lower", basis="flow",
    formula="project demand of registered firms left unfunded over their project demand, in"
    " money, of the experiment", source=HOUSE)  # fmt: skip
def funding_gap(history: History) -> float:
    """Growth on the register that was not funded, weighted with money."""
    gap, demand = history.series("register_gap"), history.series("register_demand")
    unfunded = closing(history, gap) - opening(history, gap)
    return ratio(unfunded, closing(history, demand) - opening(history, demand))


@outcome("firm.project_gap", unit="share", better="lower", basis="vintage",
    formula="mean over projects of registered firms that enter in the experiment, settled so far,"
    " of the part that nobody paid for; each project counts as one", source=HOUSE,
    label="Funding gap, per project")  # fmt: skip
def project_gap(history: History) -> float:
    """Growth on the register that was not funded, whatever it costs."""
    firms = of_firms(history).rows(newborn(history))
    return ratio(float(firms["unfunded"].sum()), float(firms["projects"].sum()))


@outcome("firm.gap_per_firm", unit="share", better="lower", basis="vintage",
    formula="mean over registered firms that enter in the experiment and have had a project"
    " settled, of the part of its projects that nobody paid for; each firm counts as one",
    source=HOUSE, label="Funding gap, per firm")  # fmt: skip
def gap_per_firm(history: History) -> float:
    """Growth on the register that was not funded, firm by firm."""
    firms = of_firms(history).rows(newborn(history))
    unfunded, settled = firms["unfunded"].sum(axis=1), firms["projects"].sum(axis=1)
    had = settled > 0
    return mean(unfunded[had] / settled[had])


@family("firm.project_gap_{stage}", over=WITH_PROJECTS, unit="share", better="lower",
    basis="vintage",
    formula="mean over projects of {firms} on the register that enter in the experiment, settled"
    " so far, of the part that nobody paid for", source=HOUSE,
    label="Funding gap, per project, {told}")  # fmt: skip
def project_gap_of(history: History, stage: int) -> float:
    """The same at a stage."""
    firms = of_firms(history).rows(newborn(history))
    unfunded, settled = firms["unfunded"][:, stage], firms["projects"][:, stage]
    return ratio(float(unfunded.sum()), float(settled.sum()))


@outcome("firm.demand_of_largest", unit="share", better="neither", basis="vintage",
    formula="part of the project demand of firms that enter in the experiment, on the register, in"
    " money, of the hundredth of them (at least one) with the largest", source=HOUSE,
    label="Project demand of the largest 1 %")  # fmt: skip
def demand_of_largest(history: History) -> float:
    """How far what is weighted with money is about a few."""
    firms = of_firms(history).rows(newborn(history))
    large = firms["stratum"] == LARGE
    demand = np.asarray(np.where(large, firms["demand_on_register"], firms["cum_demand"]), float)
    return of_last_hundredth(np.sort(demand))


@outcome("firm.demand_of_largest_by_sales", unit="share", better="neither", basis="stock",
    formula="part of the project demand so far of firms alive on the register at the end of the"
    " run, in money, of the hundredth of them (at least one) with the largest sales",
    source=HOUSE, label="Project demand of the 1 % with the largest sales")  # fmt: skip
def demand_of_largest_by_sales(history: History) -> float:
    """How far what is weighted with money is about the largest firms of the day."""
    firms = of_firms(history).rows(living(history) & (of_firms(history)["stratum"] != LARGE))
    demand = firms["cum_demand"][np.argsort(firms["sales"], kind="stable")]
    return of_last_hundredth(demand)


def of_last_hundredth(demand: Floats) -> float:
    """Part of the last hundredth, or at least of the last, in a sum; nan of nothing."""
    return ratio(float(demand[-max(demand.size // 100, 1) :].sum()), float(demand.sum()))


def first_projects(history: History) -> Mask:
    """Firms that enter as start-ups and have had one project, now settled."""
    firms = of_firms(history)
    # One threshold is drawn at entry and one for every step that came due.
    once = (firms["count"][:, PROGRESS] == 2) & (firms["project"] == 0)
    return np.asarray(newborn(history) & once & (firms["cum_demand"] > 0.0))


@outcome("firm.gap_startup", unit="share", better="lower", basis="vintage",
    formula="unfunded over demand, in money, of the first project of firms that enter in the"
    " experiment, where it is their only one so far (a start-up's, since records hold no demand"
    " by stage)", source=HOUSE, label="Funding gap of start-up projects")  # fmt: skip
def gap_startup(history: History) -> float:
    """Funding gap of start-ups' projects."""
    firms = of_firms(history).rows(first_projects(history))
    return ratio(float(firms["cum_gap"].sum()), float(firms["cum_demand"].sum()))


@outcome("firm.cost_of_finance", unit="per year", better="lower", basis="vintage",
    formula="of firms whose first loan is signed in the experiment: interest, fees for cover that"
    " it pays, royalty, cost of moving business, and what holders and buyers of rights have at"
    " exit less subscription, over the time integral of the balance; unrealised dilution is not"
    " counted",
    source=HOUSE)  # fmt: skip
def cost_of_finance(history: History) -> float:
    """All that a unit of credit costs its borrowers."""
    a = of_firms(history).rows(new_borrowers(history))
    return ratio(float(paid_for_credit(a).sum()), float(a["cum_balance"].sum()))


def paid_for_credit(a: Columns) -> Floats:
    """All that each of some firms has paid for its credit by the end of the run, CNY million."""
    kept = a["holder_proceeds"] + a["buyer_proceeds"]
    put_in = a["cum_exercise_amount"] + a["cum_buyer_amount"]
    held = np.where(exited(a["status"]) & (put_in > 0.0), kept - put_in, 0.0)
    paid = a["cum_interest"] + a["cum_firm_fee"] + a["cum_royalty"] + a["cum_delivery"] + held
    return np.asarray(paid)


@outcome("firm.runway", unit="years", better="higher", basis="stock",
    formula="median of cash over the rate at which it falls, of living firms whose cash falls, at"
    " the end of the run", source=HOUSE, label="Median runway")  # fmt: skip
def runway(history: History) -> float:
    """Median time until a burning firm is out of cash."""
    a = of_firms(history).rows(living(history) & (of_firms(history)["flow"] < 0.0))
    years: Floats = np.maximum(a["cash"], 0.0) / -a["flow"]
    return float(np.median(years)) if years.size else float("nan")


@outcome("firm.signed_share", unit="share", better="neither", basis="count",
    formula="of firms that live in the experiment, share that ever signs the arrangement rather"
    " than a plain loan", source=HOUSE, label="Firms that sign the arrangement")  # fmt: skip
def signed_share(history: History) -> float:
    """Firms that take the arrangement."""
    return share(np.asarray(of_firms(history)["signed"] > 0), present(history))


@family("firm.right_{name}_share", over=RIGHTS, unit="share", better="neither", basis="count",
    formula="of firms that granted lenders a right in the experiment, share in which it {what}",
    source=HOUSE)  # fmt: skip
def right_share(history: History, column: str) -> float:
    """Rights that came to something."""
    granted = signed_in(history) & (of_book(history)["right"] != NO_RIGHT)
    return share(np.asarray(of_firms(history)[column] > 0), signers(history, granted))
