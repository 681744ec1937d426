"""Every account of the ledger once more, from contracts and from states between events.

A firm's rates are constant between two events, so what flows is a rate of the contract times
a balance, a level or nothing, times years; what changes hands at an event is seen from the
states before and after. Nothing here reads a total that the model posts.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from sim.engine import ledger as a
from sim.engine import processes, quarter
from sim.engine.history import BANK_COLUMNS
from sim.engine.world import World
from sim.model.banks import signing
from sim.model.contracts.loss_sharing import cover_shares, fees_of
from sim.model.firms import clock, flows
from sim.model.firms import record as r
from tests.engine.hand import desks

Found = dict[str, Any]


@dataclass
class Seen:
    """What was seen of a world while it lived: firms after each event, levels at each quarter.

    A posting ends the interval before it: whether the firm then had a contract, and how its
    lenders' shares are after what they paid and called.
    """

    states: list[Any] = field(default_factory=list)
    collateral: list[float] = field(default_factory=list)
    parts: list[Any] = field(default_factory=list)
    postings: list[tuple[int, int, bool, Any]] = field(default_factory=list)
    watched: float = 0.0

    def note(self, w: World, f: Any) -> None:
        """Note the state of one firm."""
        i = int(f.firm)
        self.states.append(f)
        self.collateral.append(float(w.market_conditions.collateral[0]))
        self.parts.append(self.shares(w, i))

    def note_posting(self, w: World, f: Any, date: float) -> None:
        """Note that what has flowed at a firm until now has been posted."""
        i, now = int(f.firm), f.copy()
        self.postings.append((i, len(self.states), bool(f.contract >= 0), self.shares(w, i)))
        if f.status == r.ALIVE:
            now.cash += now.flow * (date - now.now)
            now.now = date
            self.note(w, now)

    def shares(self, w: World, i: int) -> Any:
        """Shares of banks in the loan of a firm, shape (n_banks,)."""
        return np.bincount(w.lender[i], w.share[i], w.scenario.n_banks)


@contextmanager
def watching(w: World) -> Iterator[Seen]:
    """Note the state of a firm whenever its rates are set anew or its flows are posted."""
    seen, set_speeds, settle = Seen(), clock.set_speeds, processes.settle

    def noted(f: Any, p: Any, c: Any) -> None:
        set_speeds(f, p, c)
        seen.note(w, f.copy())

    def posted(f: Any, p: Any, date: float, *rest: Any) -> None:
        flows.post_firm(f, p, date, *rest)
        if f.status != r.UNBORN:
            seen.note_posting(w, f, date)

    def counted(w: World, date: float) -> None:
        f, years = w.firms, date - w.settled
        monitored = (f.status == r.ALIVE) & (f.limit > 0.0) & (f.monitored == 1)
        seen.watched += years * float(monitored.sum())
        settle(w, date)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "set_speeds", noted)
        patch.setattr(signing, "post_firm", posted)
        patch.setattr(quarter, "post_firm", posted)
        patch.setattr(processes, "settle", counted)
        yield seen


@dataclass
class Lives:
    """Intervals between events: states at their start, what follows, how long they last.

    `parts` are lenders' shares in the interval, `after` those when it was posted; `lends` says
    whether there was a contract then.
    """

    s: Any
    then: Any
    years: Any
    p: Any
    k: Any
    parts: Any
    after: Any
    lends: Any
    collateral: Any
    is_last: Any
    under: Any

    @property
    def balance_years(self) -> Any:
        """Balance times years of each interval."""
        return self.s.balance * self.years


def lives(w: World, seen: Seen) -> Lives:
    """The intervals of every firm, in order of firms and dates."""
    every = np.array(seen.states, dtype=w.firms.dtype)
    order = np.argsort(every["firm"], kind="stable")
    s = every[order].view(np.recarray)
    is_last = np.append(s.firm[1:] != s.firm[:-1], True)
    then = np.append(s[1:], s[:1]).view(np.recarray)
    final = w.firms[s.firm[is_last]]
    then[is_last] = final
    end = np.where(is_last, np.minimum(then.end, w.settled), then.now)
    after, lends = at_posting(seen, order, s.firm)
    return Lives(
        s=s, then=then, years=end - s.now, p=w.params[s.sector],
        k=w.book.rows[np.maximum(s.contract, 0)].view(np.recarray),
        parts=np.array(seen.parts)[order],
        after=after, lends=lends,
        collateral=np.array(seen.collateral)[order],
        is_last=is_last, under=(s.contract >= 0) & (s.terms == 1),
    )  # fmt: skip


def at_posting(seen: Seen, order: Any, firm: Any) -> tuple[Any, Any]:
    """Lenders' shares, and whether there was a contract, at the posting that ended each interval.

    Parameters
    ----------
    seen : Seen
    order : array, shape (n,)
        In which order states were noted.
    firm : array, shape (n,)
        Of each state, in the order of firms and dates.
    """
    of_firm: dict[int, list[tuple[int, bool, Any]]] = {}
    for i, place, lends, parts in seen.postings:
        of_firm.setdefault(i, []).append((place, lends, parts))
    after, lends = np.zeros((order.size, seen.parts[0].size)), np.zeros(order.size, bool)
    for n, (place, i) in enumerate(zip(order, firm, strict=True)):
        # What has not been posted has not lasted either.
        later = [found for found in of_firm[int(i)] if found[0] > place]
        if later:
            _, lends[n], after[n] = later[0]
    return after, lends


def recomputed(w: World, seen: Seen) -> Found:
    """What each account should hold, by name: a sum, or one for each of `PROTECTION_PROVIDERS`."""
    v = lives(w, seen)
    found = of_sales(w, v) | of_loans(w, v) | of_cover(w, v) | of_ends(w, v) | of_owners(w, v)
    found |= of_funds(w, v, found)
    found |= of_banks(w, v, seen, found)
    paid_in = ("sales", "equity rounds", "credit drawn", "subscription", "unpaid bills")
    paid_out = (
        "operating outlays", "investment", "cost of moving business", "interest",
        "commitment fees", "royalty", "credit repaid", "cash at exit", a.FIRM_FEES.name,
    )  # fmt: skip
    f = w.firms
    cash = np.where(f.status == r.ALIVE, f.cash + f.flow * (w.settled - f.now), 0.0).sum()
    # Owners have what nobody else had.
    had = sum(np.sum(found[name]) for name in paid_in) - sum(
        np.sum(found[name]) for name in paid_out
    )
    return found | {a.DIVIDENDS.name: had - cash, a.TAX.name: tax_on_profit(w, found)}


def of_sales(w: World, v: Lives) -> Found:
    """What firms sell, buy and build; projects are what was wanted less what was not funded."""
    f, s = w.firms, v.s
    projects = f.cum_demand - f.cum_gap - f.demand * (f.project == 1)
    right = w.menu[0].arrangement.upside
    share = right.sales_share if right.kind == "royalty" else 0.0
    return {
        a.SALES.name: (s.sales * v.years).sum(),
        a.OUTLAYS.name: (s.cost * v.years).sum() + last_draw(v).sum(),
        a.INVESTMENT.name: (s.invest * v.years).sum() + projects.sum() - sold_in_order(v).sum(),
        a.MOVING.name: (s.delivery * v.years).sum(),
        a.ROYALTY.name: (share * s.sales * v.years)[s.right == r.ROYALTY].sum(),
    } | of_business(w, v)


def of_business(w: World, v: Lives) -> Found:
    """Banking business at lenders, at other banks of the scenario, and outside."""
    whole, through = business(v)
    host = v.s.host[:, None] == np.arange(w.scenario.n_banks)
    at_lender = v.lends & (host * v.after).sum(axis=1).astype(bool)
    outside = v.s.host == r.OUTSIDE
    basic = (whole - through)[:, None]
    lenders = np.where(v.s.pools_business[:, None] == 1, v.after, host)
    relation = through[:, None] * v.after + basic * lenders * at_lender[:, None]
    hosted = basic * host * ~at_lender[:, None]
    return {
        a.BUSINESS.name: relation.sum(), a.HOSTED.name: hosted.sum(),
        a.ELSEWHERE.name: (whole - through)[outside].sum(),
        "relationship by bank": relation.sum(axis=0), "hosted by bank": hosted.sum(axis=0),
    }  # fmt: skip


def business(v: Lives) -> tuple[Any, Any]:
    """Income on deposits, payments and guarantees; and what of it goes through loan accounts."""
    s, p, end = v.s, v.p, v.s.cash + v.s.flow * v.years
    # A straight line, and the part of it above zero.
    up, down = np.maximum(s.cash, 0.0), np.maximum(end, 0.0)
    above = np.divide(up + down, np.abs(s.cash) + np.abs(end), out=np.ones_like(up),
                      where=(s.cash * end < 0.0))  # fmt: skip
    cash = 0.5 * (up + down) * above * v.years
    fees = (p.settlement_fee_share * s.sales + p.guarantee_fee_rate * s.balance) * v.years
    income = p.deposit_margin * p.deposit_share * cash + fees
    turned = p.loan_account_turns * s.balance / np.maximum(s.sales, 1e-300)
    through = np.minimum(turned, p.loan_account_cap) * income
    listed = v.is_last & (v.then.status == r.LISTED)
    raised = p.listing_raise_share * (v.then.exit_value - strikes(v))
    resting = np.where(listed, raised * p.deposit_margin * p.listing_deposit_years, 0.0)
    return income + resting, through + s.listing_wallet_share * resting


def closed(v: Lives) -> Any:
    """Intervals that end with a closure."""
    return v.is_last & (v.then.status >= r.FAILED_TECHNICAL) & (v.then.status != r.UNBORN)


def gives_up(v: Lives) -> Any:
    """Intervals that end with an orderly wind-up."""
    return v.is_last & (v.then.status == r.WOUND_UP)


def sold_in_order(v: Lives) -> Any:
    """What assets bring where owners give up in good order."""
    s, p = v.s, v.p
    bring = p.wind_up_working_capital * p.working_capital * s.sales
    bring = bring + p.wind_up_tangible * s.tangible * s.scale
    return np.where(gives_up(v), bring, 0.0)


def left(v: Lives) -> Any:
    """Intervals that end with a listing or a sale."""
    return v.is_last & ((v.then.status == r.LISTED) | (v.then.status == r.ACQUIRED))


def room(v: Lives) -> Any:
    """What can be drawn in each interval."""
    return np.where(v.s.called == 1, 0.0, np.maximum(v.s.limit - v.s.balance, 0.0))


def last_draw(v: Lives) -> Any:
    """What a closing firm draws and spends of the rest of its line."""
    fails = closed(v) & ~gives_up(v)
    return np.where(fails, v.p.drawdown_at_default_share * room(v), 0.0)


def at_end(v: Lives) -> Any:
    """Money at the end of each interval, before the event."""
    return v.s.cash + v.s.flow * v.years


def wound_up(v: Lives) -> tuple[Any, Any]:
    """What is owed when a firm closes, and what its cash pays of it."""
    cash = np.maximum(at_end(v), 0.0) + sold_in_order(v)
    cash = np.where(v.then.status == r.FAILED_DIVERSION, v.p.recovery_cash_share * cash, cash)
    exposure = np.where(closed(v), v.s.balance + last_draw(v), 0.0)
    return exposure, np.minimum(exposure, cash)


def is_called(v: Lives) -> Any:
    """Intervals that end with a call of the loan, or of a part of it."""
    later = (v.then.call != v.s.call) | (v.then.due > v.s.due)
    return ~v.is_last & (v.then.call < r.NEVER) & later


def called_early(v: Lives) -> Any:
    """What is called in each interval of a loan that has not ended."""
    due = v.then.due + v.then.cum_due_paid - v.s.due - v.s.cum_due_paid
    return np.where(is_called(v) & (v.s.request & r.ASK_RENEWAL == 0), due, 0.0)


def of_loans(w: World, v: Lives) -> Found:
    """What is drawn and repaid, by changes of balances, and what the contracts charge."""
    s, k = v.s, v.k
    moved = np.where(v.is_last, 0.0, v.then.balance - s.balance)
    # What was called may be paid from what those who stay lend at the same moment.
    due = v.then.cum_due_paid - s.cum_due_paid
    drawn = np.maximum(moved + np.where(v.is_last, 0.0, due), 0.0)
    _, paid = wound_up(v)
    rate = np.where(s.now >= k.step - 1e-12, k.later_rate, k.rate)
    interest = rate * v.balance_years
    funding, fee = (getattr(w.menu[0].arrangement, one) for one in ("funding", "tenor"))
    refinanced = funding.refinanced_share * v.balance_years * v.under
    counted = (s.balance + k.conversion * room(v)) * v.years
    return {
        a.DRAWN.name: drawn.sum() + last_draw(v).sum(),
        a.REPAID.name: (drawn - moved).sum() + paid.sum() + s.balance[left(v)].sum(),
        a.CALLING.name: w.scenario.hold_or_call.call_cost * called_early(v).sum(),
        a.INTEREST.name: interest.sum(),
        "interest by bank": interest @ v.parts,
        a.COMMITMENT.name: (fee.commitment_fee_rate * room(v) * v.years * v.under).sum(),
        a.VAT.name: (k.vat_share * interest).sum(),
        "vat by bank": (k.vat_share * interest) @ own_parts(v, taxed(w, v)),
        "performing": (k.risk_weight * counted) @ own_parts(v, weighing(w, v)),
        "economic_years by bank": (k.economic_capital * counted) @ v.parts,
        a.RELENDING.name: (funding.rate * refinanced).sum(),
    }


def own_parts(v: Lives, what: Any) -> Any:
    """Shares of banks in something that differs by the size of their parts.

    Shape (n, n_banks); `what` is, for each lender of the contract, what its part has of it.
    """
    own, rows = np.zeros(v.parts.shape), np.arange(len(v.k))
    for j in range(what.shape[1]):
        own[rows, v.k.lender[:, j]] += np.where(v.k.share[:, j] > 0.0, what[:, j], 0.0)
    own *= v.parts
    whole = own.sum(axis=1, keepdims=True)
    return np.divide(own, whole, out=v.parts.copy(), where=whole > 0.0)


def taxed(w: World, v: Lives) -> Any:
    """Whether interest on the part of each lender is taxed, shape (n, 8)."""
    u, small = w.scenario.taxation, w.scenario.capital.small_sales
    highest = u.exempt_rate_multiple * w.scenario.loan_prime_rate.one_year_rate
    line = v.k.limit[:, None] * v.k.share
    exempt = (line <= u.exempt_line) & ((v.k.sales <= small) & (v.k.rate <= highest))[:, None]
    return np.where(exempt, 0.0, 1.0)


def weighing(w: World, v: Lives) -> Any:
    """Risk weight of the part of each lender, shape (n, 8)."""
    u, sales = w.scenario.capital, v.k.sales[:, None]
    is_small = (v.k.limit[:, None] * v.k.share <= u.small_line) & (sales <= u.small_sales)
    weight = np.where(is_small, u.small_weight, u.medium_weight)
    weight = np.where(sales > u.medium_sales, u.large_weight, weight)
    known = (u.recognised_cover_share * v.k.guaranteed)[:, None]
    return (1.0 - known) * weight + known * u.protector_weight


def of_cover(w: World, v: Lives) -> Found:
    """What protection providers are paid, bear and get back; what lenders recover."""
    clause = w.menu[0].arrangement.loss_sharing
    s, p = v.s, v.p
    shares, lent = np.array(cover_shares(clause)), (v.balance_years * v.under).sum()
    due, paid = wound_up(v)
    exposure = np.where(closed(v), due - paid, 0.0)
    assets = p.recovery_tangible * s.tangible * s.scale * v.collateral
    estate = p.recovery_unsecured_share * v.collateral
    lost = np.maximum(exposure - assets, 0.0) * (1.0 - estate) * (1.0 - s.security)
    recovery = exposure - lost
    beyond = np.maximum(lost - clause.first_loss_share * exposure, 0.0)
    left, each = clause.cap_per_default_share * exposure, np.zeros((shares.size, exposure.size))
    for n, share in enumerate(shares):
        each[n] = np.minimum(share * beyond, left)
        left = left - each[n]
    each *= v.under
    others = each.sum(axis=0)
    arrived = closed(v) & (v.then.recovery_date <= w.settled)
    borne = each[:, arrived].sum(axis=1)
    resting = np.minimum(v.then.recovery_date, w.settled) - v.then.end
    in_default = exposure * np.where(closed(v), resting, 0.0)
    return {
        "in default": in_default @ v.after,
        "running cost in default": (running_cost(w, v) * in_default) @ v.after,
        "in default, weighted": (v.k.defaulted_weight * in_default) @ v.after,
        "charged off": (lost - others)[arrived].sum(),
        a.FEES.name: np.array(fees_of(clause, "bank")) * lent,
        a.FIRM_FEES.name: np.array(fees_of(clause, "firm")) * lent,
        a.PUBLIC_FEES.name: np.array(fees_of(clause, "public")) * lent,
        a.BORNE.name: borne,
        a.REIMBURSED.name: clause.reguaranteed_share * borne[0],
        a.REGUARANTEE_FEES.name: (
            clause.reguarantee_fee_rate * clause.reguaranteed_share * shares[0] * lent
        ),
        a.LEASED.name: clause.lease_residual_share * borne[2],
        a.RECOVERIES.name: recovery[arrived].sum(),
        "loss by bank": (lost - others) @ v.after,
        "npl by bank": np.where(arrived, 0.0, exposure) @ v.after,
    }


def strikes(v: Lives) -> Any:
    """What holders pay for the shares that they subscribe at the end of each interval."""
    return np.where(v.then.exercised > v.s.exercised, v.s.exercise_amount, 0.0)


def sold_rights(v: Lives) -> Any:
    """Intervals that end with a warrant that is sold, since it expires in the money."""
    over = ~v.is_last & (v.s.right == r.WARRANT) & (v.then.right == r.NO_RIGHT)
    return over & (worth_now(v) > 0.0)


def worth_now(v: Lives) -> Any:
    """Gain of subscribing at the value of each interval."""
    s = v.s
    return s.stake * (s.value + s.exercise_amount) - s.exercise_amount


def so_far(v: Lives, amount: Any) -> Any:
    """Sum of an amount over the intervals of a firm, each of them included."""
    first = np.append(True, v.is_last[:-1])
    total = np.cumsum(amount)
    before = (total - amount)[first]
    return total - before[np.cumsum(first) - 1]


def of_owners(w: World, v: Lives) -> Found:
    """Rights used and sold, what holding shares costs, and what owners have at exits."""
    s, then, paid, sold = v.s, v.then, strikes(v), sold_rights(v)
    price = np.where(sold, s.liquidity * worth_now(v), 0.0)
    used, bought = (paid > 0.0) * s.stake, sold * s.stake
    holder, buyers = (
        shares * (1.0 - used) * (1.0 - bought) + new
        for shares, new in ((s.holder, used), (s.buyers, bought))
    )
    gone, value = left(v), then.exit_value
    own = [(1.0 - holder - buyers), holder, buyers]
    gain = s.lender_gain_share * np.maximum(holder * value - so_far(v, paid), 0.0)
    outstanding = so_far(v, paid) - paid
    return {
        a.SUBSCRIPTION.name: np.array([paid.sum(), s.exercise_amount[sold].sum()]),
        a.RIGHTS_SOLD.name: price.sum(),
        a.GAINS.name: gain[gone].sum() + (s.lender_gain_share * price).sum(),
        a.HOLDING.name: w.scenario.underwriting.funding_rate * (outstanding * v.years).sum(),
        a.EXITS.name: np.array([(part * value)[gone].sum() for part in own]),
    }


def of_ends(w: World, v: Lives) -> Found:
    """Rounds, by price and stake; cash at exits; unpaid bills."""
    s, then, exercise_amount = v.s, v.then, strikes(v)
    first = np.append(True, v.is_last[:-1])
    sold = np.where(then.rounds > s.rounds, 1.0 - then.founders / s.founders, 0.0)
    gone, cash = left(v), at_end(v)
    return {
        a.ROUNDS.name: s.cash[first].sum() + (sold / (1.0 - sold) * s.value).sum(),
        a.EXIT_CASH.name: (cash - s.balance + exercise_amount)[gone].sum(),
        a.UNPAID.name: np.maximum(-cash, 0.0)[closed(v)].sum(),
    }


def at_quarters(w: World) -> tuple[Any, Found, Found]:
    """Dates of the settlements and the start; columns of banks at each; stocks before each."""
    dates = np.array([0.0, *(date for date, _ in w.panel)])
    rows = np.array([rows for _, rows in w.panel])
    at = {name: rows[:, :, n] for n, name in enumerate(BANK_COLUMNS)}
    before = {name: np.vstack([start, at[name][:-1]]) for name, start in
              (("allowance", 0.0 * desks(w).budget), ("equity", desks(w).budget))}  # fmt: skip
    return dates, at, before


def of_funds(w: World, v: Lives, found: Found) -> Found:
    """The transfer price of every loan, what of it is credited, and what free capital earns."""
    price, (dates, _, before) = w.scenario.underwriting.funding_rate, at_quarters(w)
    rule = w.scenario.capital
    surcharge = np.array([bank.surcharge for bank in w.scenario.bank.values()])
    ratio = rule.minimum_ratio + rule.conservation_buffer + surcharge + rule.own_buffer
    credited = price * ratio * (found["performing"] + found["in default, weighted"])
    own = (before["equity"] + before["allowance"]) * np.diff(dates)[:, None]
    lent = (v.balance_years @ v.parts) + found["in default"]
    refinanced = w.menu[0].arrangement.funding.refinanced_share * (v.balance_years * v.under).sum()
    return {
        "funding by bank": price * lent,
        "capital_benefit by bank": credited,
        "free_income by bank": price * own.sum(axis=0) - credited,
        a.FUNDS.name: price * (lent.sum() - refinanced - own.sum()),
    }


def tax_on_profit(w: World, found: Found) -> float:
    """Tax on what banks received less what they paid, less what has been set aside."""
    _, at, _ = at_quarters(w)
    income = (a.INTEREST, a.COMMITMENT, a.ROYALTY, a.GAINS, a.BUSINESS)
    expenses = (
        a.VAT, a.OPERATING, a.SCREENING, a.COORDINATION, a.CALLING, a.MONITORING, a.FEES,
        a.FUNDS, a.RELENDING,
    )  # fmt: skip
    earned = sum(found[one.name] for one in income)
    earned -= sum(np.sum(found[one.name]) for one in expenses)
    of_parent = found["free_income by bank"].sum()
    provided = at["allowance"][-1].sum() + found["charged off"]
    return float(w.scenario.taxation.income_tax_rate * (earned - of_parent - provided))


def judged(w: World) -> tuple[Any, Any]:
    """Files that each bank has paid for, and what bringing lenders together has cost it.

    Lenders under the arrangement share one file; others make their own, and so does a bank that
    judges in vain. Each shape (n_banks,).
    """
    clause, book, banks = w.menu[0].arrangement.loss_sharing, w.book.rows, w.scenario.n_banks
    share, lender, joint = book["share"], book["lender"].ravel(), book["terms"][:, None] == 1
    files = np.where(joint, share, share > 0.0)
    cost = clause.coordination_cost * (len(clause.shares) - 1) * share * joint
    vain = [lead for what, _, _, lead in w.decisions if what == "judge"]
    alone = np.bincount(np.concatenate([np.zeros(0, int), *vain]), minlength=banks)
    files = np.bincount(lender, files.ravel(), banks) + alone
    return files, np.bincount(lender, cost.ravel(), banks)


def running_cost(w: World, v: Lives) -> Any:
    """Running cost per unit lent, and per unit in default, in each interval."""
    return np.array(w.scenario.underwriting.operating_cost)[v.s.stage]


def short_of_cost(w: World, v: Lives) -> float:
    """What lenders expected at signing to earn less than their cost, on what was lent since."""
    total = 0.0
    for j in range(v.k.share.shape[1]):
        rate = np.where(v.k.share[:, j] > 0.0, v.k.shortfall[:, j], 0.0)
        parts = v.parts[np.arange(len(v.k)), v.k.lender[:, j]]
        total += float((rate * parts * v.balance_years).sum())
    return total


def of_banks(w: World, v: Lives, seen: Seen, found: Found) -> Found:
    """Costs and capital of banks, from their rules and from stocks at quarters."""
    u, rule, b = w.scenario.underwriting, w.scenario.capital, desks(w)
    dates, at, before = at_quarters(w)
    running = (running_cost(w, v) * v.balance_years) @ v.parts + found["running cost in default"]
    earned = at["profit"] + at["free_income"] + at["policy_subsidy"]
    gap = b.budget - (before["equity"] + earned)
    gap = np.where(gap > 0.0, rule.replenish_share * gap, gap)[dates[1:] % 1.0 == 0.0]
    files, further = judged(w)
    return {
        a.OPERATING.name: running.sum(),
        "operating by bank": running,
        a.SCREENING.name: u.screening_cost * files.sum(),
        a.COORDINATION.name: further.sum(),
        "screening by bank": u.screening_cost * files,
        "coordination by bank": further,
        a.MONITORING.name: u.monitoring_cost * seen.watched,
        a.SUBSIDY.name: short_of_cost(w, v),
        a.CAPITAL.name: gap.sum(),
    }


def in_ledger(w: World) -> Found:
    """What each account holds, in the form of `recomputed`."""
    found: Found = {}
    for account in a.ACCOUNTS:
        table = w.ledger.flows[account.name]
        one, other = list(account.payers), list(account.payees)
        net = (table - table.T)[np.ix_(one, other)].ravel()
        found[account.name] = net if net.size > 1 else float(net[0])
    rows = np.array([rows for _, rows in w.panel])
    for name in (
        "interest", "relationship", "hosted", "loss", "funding", "capital_benefit", "free_income",
        "economic_years", "operating", "screening", "coordination", "vat",
    ):  # fmt: skip
        found[f"{name} by bank"] = rows[:, :, BANK_COLUMNS.index(name)].sum(axis=0)
    found["npl by bank"] = rows[-1, :, BANK_COLUMNS.index("npl")]
    return found


def differing(w: World, seen: Seen, tolerance: float = 1e-9) -> list[str]:
    """Accounts of which the ledger and the contracts tell different stories.

    Accounts of instruments beside the line hold nothing where an arrangement has none.
    """
    posted, found = in_ledger(w), recomputed(w, seen)
    scale = max(float(np.abs(table).sum()) for table in w.ledger.flows.values())
    return [
        name for name, value in posted.items()
        if not np.all(np.abs(value - found.get(name, 0.0)) <= tolerance * scale)
    ]  # fmt: skip
