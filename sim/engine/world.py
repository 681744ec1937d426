"""The one mutable object of a run: alive for one arrangement in one replication."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.base.columns import Records, Rows, bare, pack
from sim.base.draws import BIRTH, ROSTER, uniform_columns
from sim.base.parameter import Frozen
from sim.engine.entrants import entries_in
from sim.engine.history import Lent, Page, states_of
from sim.engine.kernel import Kernel, kernel
from sim.engine.ledger import Ledger
from sim.engine.protection import opening_providers
from sim.engine.quarter import AUDIT
from sim.model.banks.bank import BANK_BOOKS, all_banks, bank_rules, common_rules, endowment
from sim.model.banks.conditions import CONDITIONS, belief_of, conditions_of, filled
from sim.model.banks.desk import CUTS, JUDGED, Desk
from sim.model.contracts import eligibility
from sim.model.contracts.arrangement import PLAIN
from sim.model.contracts.loan_book import Book
from sim.model.contracts.loss_sharing import MOST_LENDERS
from sim.model.economy.equity_market import market_path
from sim.model.economy.macro import Path, macro_path, regime_names
from sim.model.firms.board import packed_boards
from sim.model.firms.flows import BALANCE_YEARS, N_ACCOUNTS, PARTY_FLOWS
from sim.model.firms.record import ACCOUNT_BANKS, FIRM, LOG, MARKET_CONDITIONS
from sim.model.firms.record import BIRTH as BIRTH_EVENT
from sim.model.firms.sector import merged
from sim.scenario.dated import present, present_menu
from sim.scenario.prices import in_start_prices
from sim.scenario.scenario import Menu, Scenario, menu_of, terms_of

Floats = NDArray[np.float64]
HISTORY = "history"
OF_FIRMS = (
    "firms", "next_time", "pending", "posted", "owed", "roster", "lender", "share", "called",
    "history_precision", "history_sum", "ordinal", "believed_default", "believed_loss",
)  # fmt: skip
"""Arrays of a world with one row for each firm."""


@dataclass
class World:
    """Everything that changes while one arrangement runs in one replication.

    Its scenario is on the clock; `now` has the values in force. `former` are rules that were
    replaced since the last settlement, those common to all banks and those of each, with the
    dates until which they held. `left` and `left_unpaid` are what firms had that have no row any
    more, in all and by bank, see `sim.engine.settled`. `owed` is the time integral of each firm's
    balance at the last settlement.
    """

    scenario: Scenario
    now: Scenario
    name: str
    replication: int
    key: tuple[int, int]
    system_key: tuple[int, int]
    rules: Kernel
    menu: Menu
    firms: Rows
    next_time: Floats
    pending: NDArray[np.uint8]
    params: Rows
    market_conditions: Rows
    macro: Path
    market: Path
    book: Book
    ledger: Ledger
    banks: Rows
    common: Rows
    bank_rules: Rows
    terms: Rows
    admission: Rows
    posted: Floats
    roster: NDArray[np.int32]
    lender: NDArray[np.int32]
    share: Floats
    called: Floats
    by_bank: Floats
    total: Floats
    by_terms: Floats
    providers: Rows
    history_precision: Floats
    history_sum: Floats
    ordinal: NDArray[np.int64]
    believed_default: Floats
    believed_loss: Floats
    settled: float
    tally: Floats
    log: Rows
    cursor: NDArray[np.int64]
    left: Rows
    left_unpaid: Floats
    former: list[tuple[float, Rows, Rows]] = field(default_factory=list)
    panel: list[tuple[float, Floats]] = field(default_factory=list)
    system: list[tuple[float, Floats]] = field(default_factory=list)
    keeps_decisions: bool = True
    decisions: list[Any] = field(default_factory=list)
    imposed: list[Any] | None = None
    events: list[Rows] = field(default_factory=list)
    controls: dict[str, float] = field(default_factory=dict)
    pages: dict[float, Page] = field(default_factory=dict)
    lent: list[Lent] = field(default_factory=list)
    owed: Floats = field(default_factory=lambda: np.zeros(0))
    seen: dict[str, Any] = field(default_factory=dict)
    scratch: dict[str, Any] = field(default_factory=dict)

    def where(self, date: float) -> str:
        """Date, arrangement and replication, for messages."""
        return f"year {date:.2f}, {self.name}, replication {self.replication}"

    def advance(self, until: float) -> None:
        """Take every firm to a date."""
        self.cursor[2] = 0
        while True:
            firms, params, factors, log = bare(
                self.firms, self.params, self.market_conditions, self.log
            )
            done = self.rules.advance(
                firms, self.next_time, self.pending, params, factors, until, log, self.cursor
            )
            self.keep_events()
            if done == self.firms.shape[0]:
                return
            self.cursor[2] = done

    def keep_events(self) -> None:
        """Move what the log holds to the list of events."""
        if self.cursor[0] > 0:
            self.events.append(self.log[: self.cursor[0]].copy())
            self.cursor[0] = 0

    def remember(self, d: Desk, before: int, date: float) -> None:
        """Keep what a committee decided: whom it judged, what was signed, what was reduced."""
        if not self.keeps_decisions:
            return
        judged, cuts = int(self.tally[JUDGED]), int(self.tally[CUTS])
        written = self.book.rows[before:]
        for what, who, given in (
            ("judge", d.judged_who[:judged], d.judged_lead[:judged]),
            ("sign", written.firm, written),
            ("reduction", d.cut_who[:cuts], d.answers(cuts)),
        ):
            if who.size:
                self.decisions.append((what, date, who.copy(), given.copy()))

    def keep_page(self, date: float) -> None:
        """Write down where firms stand and what has been paid, from the start date on."""
        if date >= 0.0:
            firms = self.firms
            kept = (firms[name].copy() for name in ("contract", "balance", "sales"))
            groups = (firms[name].astype(np.int8) for name in ("stratum", "high_tech"))
            self.pages[date] = Page(
                date, states_of(firms), self.ledger.copy().flows, *kept, *groups
            )  # fmt: skip

    def keep_lent(self, date: float) -> None:
        """Write down what firms have owed since the last settlement, in the experiment."""
        owed = self.posted[:, BALANCE_YEARS].copy()
        if date > 0.0 and self.settled < self.scenario.experiment.horizon_years:
            since = owed - self.owed
            rows = np.flatnonzero(since)
            self.lent.append(Lent(date, date - self.settled, rows.astype(np.int32), since[rows]))
        self.owed = owed

    def branch(self, name: str, menu: Menu | None = None) -> "World":
        """An independent copy of the present that goes on under an arrangement or programme.

        The menu is the scenario's for that name, unless one is given.
        """
        copies = {
            key: value.copy()
            for key, value in vars(self).items()
            if hasattr(value, "copy") and not isinstance(value, Frozen)
        }
        menu = menu_of(self.scenario, name) if menu is None else menu
        terms, admission = conditions_on(menu, self.now)
        copies.update(
            name=name, menu=menu, by_terms=no_flows(menu), decisions=[], imposed=None,
            providers=opening_providers(terms), terms=terms, admission=admission, scratch={},
        )  # fmt: skip
        return replace(self, **copies)

    def with_contracts_of(self, scenario: Scenario) -> "World":
        """The same present, to be branched, under a scenario of other terms of contracts."""
        on_clock = scenario.on_clock()
        return replace(self, scenario=on_clock, now=present(on_clock, self.settled))


def no_flows(menu: Menu) -> Floats:
    """Flows of protection providers, shape (1 + len(menu), len(PARTY_FLOWS))."""
    return np.zeros((1 + len(menu), len(PARTY_FLOWS)))


def banks_at_start(scenario: Scenario) -> Rows:
    """Opening balance sheets: a capital budget, no loans; shape (n_banks + 1,)."""
    thousands = scenario.population.stock / 1000.0
    banks = BANK_BOOKS.empty(scenario.n_banks + 1)
    for books, bank in zip(banks, all_banks(scenario), strict=True):
        books.budget = books.equity = endowment(bank, scenario.capital) * thousands
        books.funding = -books.budget
        books.parent_equity = bank.parent_equity * thousands
    return banks


def conditions_on(menu: Menu, scenario: Scenario) -> tuple[Rows, Rows]:
    """What rules of banks read of a menu: conditions and admission, by code.

    Returns
    -------
    record arrays, shapes (1 + len(menu),) and (1 + len(menu), 2)
    """
    codes = [terms_of(menu, code) for code in range(1 + len(menu))]
    level = scenario.macro.price_level
    rows = [
        conditions_of(
            in_start_prices(arrangement, level), belief_of(scenario.belief, name), scenario
        )
        for name, arrangement in codes
    ]
    terms = filled(CONDITIONS, rows)
    everyone = (PLAIN.eligibility, PLAIN.eligibility)
    sectors = tuple(scenario.sector)
    admission = filled(
        eligibility.ADMISSION,
        (
            eligibility.conditions(in_start_prices(clause, level), sectors)
            for pair in (everyone, *(item.admission for item in menu))
            for clause in pair
        ),
    )
    names = [item.name for item in menu]
    for code, item in enumerate(menu, 1):
        terms.address[code] = item.address
        terms.fund[code] = 1 + names.index(item.name)
    return terms, admission.reshape(-1, 2)


def firm_parameters(scenario: Scenario) -> Rows:
    """One parameter record for each sector, shape (n_sectors,)."""
    groups = scenario.firm_groups()
    boards = packed_boards(scenario.board)
    rows = [pack([*merged(groups, sector), boards]) for sector in scenario.sector.values()]
    # Of several types that are equal NumPy makes one whose rows have no attributes.
    return np.concatenate(rows, dtype=rows[0].dtype).view(Records)


def renew_rules(w: World, date: float) -> bool:
    """Write the values in force at a date into the rules; returns whether firms have new ones.

    Firms are anchored at the date under the old ones, since what they earn follows from the
    parameters that hold from one anchor to the next. Where nothing is new, nothing is done.
    """
    if not w.scenario.dated:
        return False
    now = present(w.scenario, date)
    is_new_to_firms = (now.firm_groups(), now.board) != (w.now.firm_groups(), w.now.board)
    common, of_banks = common_rules(now), bank_rules(now)
    if not (same(common, w.common) and same(of_banks, w.bank_rules)):
        w.former.append((date, w.common.copy(), w.bank_rules.copy()))
        w.common[:], w.bank_rules[:] = common, of_banks
    w.now, w.menu = now, present_menu(w.menu, w.scenario, date)
    w.terms[:], w.admission[:] = conditions_on(w.menu, now)
    if is_new_to_firms:
        w.rules.switch_regime(w.firms, w.next_time, w.params, w.market_conditions, date)
        w.params[:] = firm_parameters(now)
    return is_new_to_firms


def same(a: Rows, b: Rows) -> bool:
    """Whether two tables of records have the same bits."""
    return all(a[name].tobytes() == b[name].tobytes() for name in a.dtype.names)


def opening_firms(
    scenario: Scenario, key: tuple[int, int], span: tuple[float, float], opens: bool = True
) -> tuple[Rows, Floats]:
    """Firms before they enter, and their dates of entry.

    Parameters
    ----------
    scenario : Scenario
    key : tuple of two int
    span : tuple of two float, years
        First day of the history and end of the horizon, before which they enter.
    opens : bool
        Whether those that exist from the first day are among them.

    Returns
    -------
    firms : record array, shape (n_firms,)
    entry : array, shape (n_firms,), years
    """
    streams, entry = entries_in(scenario.population, key, span, opens)
    firms = FIRM.empty(entry.size)
    firms.firm, firms.stream = np.arange(entry.size), streams
    firms.next_event = BIRTH_EVENT
    u_sector, u_home = uniform_columns(key, streams, BIRTH, 1, 0)
    firms.sector = _pick(u_sector, [sector.share for sector in scenario.sector.values()])
    firms.home = _pick(u_home, [bank.market_share for bank in scenario.bank.values()])
    return firms, entry


def roster_of(
    scenario: Scenario, key: tuple[int, int], streams: NDArray[np.int64]
) -> NDArray[np.int32]:
    """Banks in the order in which each firm would turn to them, shape (n_firms, m).

    A weighted order without replacement: large banks tend to come first. Each bank's draw
    has its own address, so adding a bank leaves the order of the others as it is.

    References
    ----------
    Efraimidis and Spirakis (2006), Weighted random sampling with a reservoir.
    """
    order = np.argsort(_waits(scenario, key, 0, streams), axis=1, kind="stable")
    return order[:, : MOST_LENDERS + 1].astype(np.int32)


def account_banks_of(
    scenario: Scenario,
    key: tuple[int, int],
    first: NDArray[np.int32],
    streams: NDArray[np.int64],
) -> NDArray[np.int32]:
    """Banks of each firm's basic account, shape (n_firms, ACCOUNT_BANKS).

    The first is the bank to which the firm turns first; each that it moves to is drawn by market
    share whatever bank it leaves, as banks reckon, so that it may be the same again.
    """
    turns = range(1, ACCOUNT_BANKS)
    drawn = [_waits(scenario, key, turn, streams).argmin(axis=1) for turn in turns]
    return np.column_stack([first, *drawn]).astype(np.int32)


def _waits(
    scenario: Scenario, key: tuple[int, int], turn: int, streams: NDArray[np.int64]
) -> Floats:
    """Exponential waiting times at rates of market shares: the shortest is a draw by share."""
    codes = np.arange(scenario.n_banks, dtype=np.int64)[None, :]
    u, _ = uniform_columns(key, streams[:, None], ROSTER, codes, turn)
    weight = np.array([max(bank.market_share, 1e-9) for bank in scenario.bank.values()])
    return np.asarray(np.log(u) / -weight)


def own_first(roster: NDArray[np.int32], home: NDArray[np.int32]) -> NDArray[np.int32]:
    """Banks that each firm knows, its own before the others, shape (n_firms, m).

    >>> own_first(np.array([[2, 0, 1], [2, 0, 1]]), np.array([0, 3])).tolist()
    [[0, 2, 1], [3, 2, 0]]
    """
    known = roster.copy()
    is_new = ~(known == home[:, None]).any(axis=1)
    known[is_new, -1] = home[is_new]
    order = np.argsort(known != home[:, None], axis=1, kind="stable")
    return np.take_along_axis(known, order, axis=1)


def _pick(u: Floats, shares: list[float]) -> NDArray[np.int64]:
    edges = np.cumsum(shares)[:-1]
    return np.searchsorted(edges, u, side="right").astype(np.int64)


def paths_of(scenario: Scenario, replication: int) -> tuple[Path, Path]:
    """The macro regime and the equity market of a replication, the same for all arrangements.

    While the run settles the regimes move by their chain; a stated path begins after it.
    """
    scenario = scenario.on_clock()
    settings, macro = scenario.experiment, scenario.macro
    shared = scenario.variance_reduction.system_key(settings.seed, replication)
    end = settings.horizon_years + settings.run_off_years
    path = macro_path(macro, shared, -settings.warm_up_years, end, settings.settling_years)
    return path, market_path(scenario.equity_market, regime_names(macro), path, shared, end)


def new_world(
    scenario: Scenario, replication: int, trace: bool = False, rules: Kernel | None = None,
    span: tuple[float, float] | None = None, opens: bool = True,
) -> World:  # fmt: skip
    """A world on the first day of a span, under plain lending.

    Parameters
    ----------
    scenario : Scenario
    replication : int
    trace : bool
        Whether to keep the event log.
    rules : Kernel, optional
        Compiled rules by default.
    span : tuple of two float, years, optional
        Its firms enter from the first date on and before the second; by default between the
        first day of the dated history and the horizon.
    opens : bool
        Whether firms that exist from the first day are among them.
    """
    scenario, settings = scenario.on_clock(), scenario.experiment
    start, end = span or (-settings.warm_up_years, settings.horizon_years)
    now = present(scenario, start)
    key = scenario.variance_reduction.key(settings.seed, replication)
    firms, entry = opening_firms(scenario, key, (start, end), opens)
    shared = scenario.variance_reduction.system_key(settings.seed, replication)
    macro, market = paths_of(scenario, replication)
    n, banks = firms.shape[0], banks_at_start(now)
    roster = roster_of(scenario, key, firms.stream)
    firms.account_bank = account_banks_of(scenario, key, roster[:, 0], firms.stream)
    roster = own_first(roster, firms.home)
    terms, admission = conditions_on((), now)
    market_conditions = MARKET_CONDITIONS.empty(1)
    market_conditions.k0, market_conditions.k1 = key
    cursor = np.array([0, int(trace), 0], dtype=np.int64)
    return World(
        scenario=scenario, now=now, name=HISTORY, replication=replication, key=key,
        system_key=shared, rules=rules or kernel(), menu=(), firms=firms, next_time=entry,
        pending=np.zeros(n, np.uint8), params=firm_parameters(now),
        market_conditions=market_conditions,
        macro=macro, market=market, book=Book(), ledger=Ledger(),
        banks=banks, common=common_rules(now),
        bank_rules=bank_rules(now), terms=terms, admission=admission,
        posted=np.zeros((n, N_ACCOUNTS)), owed=np.zeros(n),
        roster=roster,
        lender=np.zeros((n, MOST_LENDERS), np.int32), share=np.zeros((n, MOST_LENDERS)),
        called=np.zeros((n, 5, MOST_LENDERS)),
        by_bank=np.zeros((banks.shape[0], N_ACCOUNTS)), total=np.zeros(N_ACCOUNTS),
        by_terms=no_flows(()), providers=opening_providers(terms),
        history_precision=np.zeros(n), history_sum=np.zeros(n), ordinal=np.zeros(n, np.int64),
        believed_default=np.zeros(n), believed_loss=np.zeros(n), settled=start, tally=np.zeros(4),
        log=LOG.empty(4096 if trace else 0), cursor=cursor,
        left=AUDIT.empty(1), left_unpaid=np.zeros(banks.shape[0]),
    )  # fmt: skip
