"""What becomes of an applicant under each arrangement, over many lives and histories.

A life is one copy of the firm in one history of the scenario's economy: its banks meet, and then
it lives on by the rules that hold for every firm, renewals and new loans included, as long as the
longest contract or right that is compared here. A loan that runs at the end counts at face value.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.engine.applicants import Applicant, applicants, crowd, decided, offers
from sim.engine.history import STATES, History
from sim.engine.processes import run_world
from sim.engine.world import World, conditions_on
from sim.experiment.simulate import freeze
from sim.experiment.store import Floats, Store, numbers_of
from sim.model.banks.application import is_admitted, secured_by_assets, supported_line
from sim.model.banks.bank import venture_means
from sim.model.banks.credit_decision import write_new_risk_assets
from sim.model.contracts.limit import asked_line
from sim.model.firms.record import STAGES
from sim.outcomes.bank_stage import client_funding, client_income
from sim.outcomes.reading import net_loss, of_firms, yearly
from sim.scenario.scenario import Scenario, menu_of

Bools = NDArray[np.bool_]
LONGEST = 10.0
"""Years for which a life is followed at most."""
GRANTED, CLOSED, RUNWAY, SMALL, DEAR = range(5)
REASONS = (
    "granted", "the arrangement is not open to it", "its cash lasts too short",
    "what banks would lend is less than the smallest line",
    "at the highest rate banks would lose more than they may",
)  # fmt: skip
"""What a committee found, by code."""


def years_of(scenario: Scenario, names: Sequence[str]) -> int:
    """Give the years of the longest contract or right of some arrangements, plain lending too."""
    terms = [conditions_on(menu_of(scenario, name), scenario)[0] for name in ("plain", *names)]
    most = max(float(max(one["years"].max(), one["right_years"].max())) for one in terms)
    return math.ceil(min(most, LONGEST) - 1e-9)


# --- The book beside which a loan would stand ----------------------------------------------------

COUNT, SUM, SQUARES = "count", "sum", "squares"


def book_years(scenario: Scenario, replication: int) -> pd.DataFrame:
    """Give what banks lose by year, and the quality of firms at the start, as a tidy table."""
    return numbers_of(scenario, replication, read_book)


def read_book(history: History, _: History) -> dict[str, float]:
    """Read credit losses of all desks by year, CNY million, and moments of quality.

    Names are ``loss_1`` and so on, and ``count:growth:1`` and the like, of firms that live on the
    start date, by stage and venture backing.
    """
    lost = yearly(history, "loss").sum(axis=1)
    told = {f"loss_{year}": float(value) for year, value in enumerate(lost, 1)}
    first = next((page.state for page in history.pages if page.date == 0.0), np.zeros(0, np.int8))
    firms = of_firms(history)
    quality, backed = firms["quality"][: first.size], firms["venture"][: first.size]
    for stage, name in enumerate(STAGES):
        for venture in (0, 1):
            own = quality[(first == 1 + stage) & (backed == venture)]
            moments = (own.size, own.sum(), (own**2).sum())
            for what, value in zip((COUNT, SUM, SQUARES), moments, strict=True):
                told[f"{what}:{name}:{venture}"] = float(value)
    assert STATES[1] == STAGES[0]
    return told


@dataclass(frozen=True, eq=False)
class Book:
    """What the scenario's own firms tell of the book, from all of its histories.

    losses: CNY million by arrangement, each of shape (n_histories, n_years).
    moments: count, sum and sum of squares of quality by stage and venture backing.
    """

    losses: Mapping[str, Floats]
    moments: Mapping[tuple[int, bool], tuple[float, float, float]]

    @staticmethod
    def of(scenario: Scenario, replications: int, store: Store) -> "Book":
        """Run the scenario, or recall what was run, and read its book."""
        with store.reading(book_years) as own:
            found = own.outcome_array([scenario], range(replications))
            store.simulated += own.simulated
        years = [name for name in found.outcomes if name.startswith("loss_")]
        losses = {
            arm: np.column_stack([found.levels(arm, name)[0] for name in years])
            for arm in found.arrangements
        }
        first = found.arrangements[0]
        moments = {
            (stage, bool(venture)): _sums(found, first, f":{name}:{venture}")
            for stage, name in enumerate(STAGES)
            for venture in (0, 1)
        }
        return Book(losses, moments)


def _sums(found: Any, arm: str, key: str) -> tuple[float, float, float]:
    one, two, three = (float(found.levels(arm, w + key).sum()) for w in (COUNT, SUM, SQUARES))
    return one, two, three


FEWEST = 30
"""Living firms like the applicant from which its quality is told."""


def nature_of(scenario: Scenario, who: Applicant, book: Book | None) -> tuple[float, float]:
    """Give mean and standard deviation of the quality of firms like an applicant.

    As firms of its stage and backing have it that live at the start date; where too few do, or
    the book is not run, as firms of its backing have it when they enter.
    """
    count, total, squares = book.moments[who.stage, who.venture] if book else (0.0, 0.0, 0.0)
    if count < FEWEST:
        equity = scenario.equity
        backed, other = venture_means(equity.venture_logit, equity.venture_quality_slope)
        return (backed if who.venture else other), 1.0
    mean = total / count
    return mean, math.sqrt(max(squares / count - mean * mean, 0.0))


# --- Lives ---------------------------------------------------------------------------------------


class Meeting(NamedTuple):
    """What banks decided on the first day, each of shape (n_copies,).

    reason: code of `REASONS`; made: an offer of the arrangement, of plain lending under it alone;
    took: some loan was signed; own: one of the arrangement; line, CNY million; rate, default, per
    year; loss, share; left: over the break-even rate, per year; lead: code; capital that the loan
    requires, CNY million.
    """

    reason: NDArray[np.int64]
    made: Bools
    took: Bools
    own: Bools
    line: Floats
    rate: Floats
    default: Floats
    loss: Floats
    left: Floats
    lead: NDArray[np.int64]
    capital: Floats


def meeting_of(w: World) -> Meeting:
    """Read what the banks of a world have just decided."""
    table, applied = offers(w)
    codes = range(1, table.shape[1]) if table.shape[1] > 1 else range(1)
    rows, capital, reasons = [], [], []
    for row, a in enumerate(applied):
        made = [code for code in codes if table[row, code].made == 1]
        taken = [code for code in made if table[row, code].taken == 1]
        code = next(iter((*taken, *made)), codes[0])
        o = table[row, code].copy()
        rows.append(o)
        reasons.append(GRANTED if made else min(_reason(w, a, c) for c in codes))
        capital.append(_capital(w, o, a, code) if made else math.nan)
    own = np.array([any(table[row, c].taken == 1 for c in codes) for row in range(len(rows))])
    read = {name: np.array([_first(o[name]) for o in rows]) for name in _READ}
    reason = np.array(reasons)
    return Meeting(
        reason, reason == GRANTED, w.firms["contract"] >= 0, own, read["line"], read["mean_rate"],
        read["default"], read["loss"], read["surplus"], read["lender"], np.array(capital),
    )  # fmt: skip


_READ = ("line", "mean_rate", "default", "loss", "surplus", "lender")


def _first(value: Any) -> Any:
    """Give what stands for the lead, of a column that has a place for each lender."""
    return value[0] if np.ndim(value) else value


def _reason(w: World, a: Any, code: int) -> int:
    """Say why no offer was made, by the rules that decided."""
    k, u = w.terms[code], w.common[0]
    if code > 0 and not is_admitted(a, k, w.admission[code]):
        return CLOSED
    if a.runway < u.least_runway:
        return RUNWAY
    if asked_line(a, k, secured_by_assets(a, u), supported_line(a, u)) < u.least_line:
        return SMALL
    return DEAR


def _capital(w: World, o: Any, a: Any, code: int) -> float:
    """Give the capital that lenders must hold for an offer, CNY million."""
    write_new_risk_assets(o, a, w.terms[code], w.common[0])
    places = range(int(o.lenders))
    return float(
        sum(o.exposure[j] * w.bank_rules[int(o.lender[j])].required_ratio for j in places)
    )


@dataclass(frozen=True, eq=False)
class Lives:
    """All lives of one applicant under one arrangement; histories are rows, copies columns.

    Parameters
    ----------
    meetings
        One for each history.
    loss, margin
        What lenders lose by its default, and what all of its loans leave them before tax and
        screening, CNY million, shape (n_histories, n_copies).
    year
        In which it was lost, from 0, shape (n_histories, n_copies).
    years
        For which each is followed.
    """

    meetings: tuple[Meeting, ...]
    loss: Floats
    margin: Floats
    year: NDArray[np.int64]
    years: int

    def of(self, name: str) -> Any:
        """Give a field of all meetings, shape (n_histories, n_copies)."""
        return np.array([getattr(one, name) for one in self.meetings])

    def by_history(self, values: Any, among: Bools) -> Floats:
        """Give the mean of some lives in each history, shape (n_histories,); nan of none."""
        count = among.sum(axis=1)
        total = np.where(among, values, 0.0).sum(axis=1)
        return np.asarray(
            np.divide(total, count, out=np.full(count.size, np.nan), where=count > 0)
        )

    def yearly(self) -> Floats:
        """Give the mean loss of a loan by year, CNY million, shape (n_histories, n_years)."""
        took = self.of("took")
        parts = [self.by_history(self.loss * (self.year == y), took) for y in range(self.years)]
        return np.column_stack(parts)


@dataclass
class Applications:
    """Worlds of applicants of one scenario, made once for each that is asked for.

    Parameters
    ----------
    copies
        Of an applicant in each history.
    """

    scenario: Scenario
    copies: int
    years: int
    _known: dict[Any, World] = field(default_factory=dict)

    def world(self, replication: int, who: Applicant, nature: tuple[float, float]) -> World:
        """Give the world of an applicant before its banks meet; the last few are kept."""
        key = replication, who, nature
        if key not in self._known:
            if len(self._known) >= KEPT:
                self._known.pop(next(iter(self._known)))
            several = crowd(self.scenario, self.copies, float(self.years), 0.0)
            self._known[key] = applicants(several, replication, who, nature)
        return self._known[key]

    def live(
        self, who: Applicant, nature: tuple[float, float], numbers: Sequence[int]
    ) -> Iterator[tuple[int, dict[str, tuple[Meeting, History]]]]:
        """Let an applicant live under every arrangement, history by history."""
        for n in numbers:
            told = {}
            for name in self.scenario.experiment.arrangements:
                w = decided(self.world(n, who, nature), name)
                met = meeting_of(w)
                run_world(w, 0.0, float(self.years))
                told[name] = met, freeze(w)
            yield n, told

    def granted(
        self, who: Applicant, nature: tuple[float, float], name: str, numbers: Sequence[int]
    ) -> float:
        """Give the share of copies to which banks offer the arrangement."""
        shares = []
        for n in numbers:
            table, _ = offers(decided(self.world(n, who, nature), name))
            own = table["made"][:, 1:] if table.shape[1] > 1 else table["made"]
            shares.append(float((own == 1).any(axis=1).mean()))
        return float(np.mean(shares))

    def means(self, who: Applicant, nature: tuple[float, float], number: int) -> dict[str, float]:
        """Give the mean of what an applicant has where it is not stated, CNY million."""
        w = self.world(number, who, nature)
        firms, c = w.firms, w.market_conditions[0]
        per_scale = w.params["assets_per_sales"][firms["sector"]]
        return {
            "cash": float(firms["cash"].mean()),
            "tangible": float((firms["tangible"] * firms["scale"]).mean() * c.collateral),
            "assets": float((per_scale * firms["asset_factor"] * firms["scale"]).mean()),
        }


KEPT = 8
"""Worlds that are kept."""


def lives_of(
    known: Applications, who: Applicant, nature: tuple[float, float], numbers: Sequence[int]
) -> dict[str, Lives]:
    """Give the lives of an applicant by arrangement."""
    parts: dict[str, list[Any]] = {name: [] for name in known.scenario.experiment.arrangements}
    for _, told in known.live(who, nature, numbers):
        for name, (decision, history) in told.items():
            lost = net_loss(history)
            left = client_income(history) - client_funding(history) - lost
            end = np.ceil(of_firms(history)["end"].clip(max=1e6) - 1e-9).astype(np.int64) - 1
            parts[name].append((decision, lost, left, end))
    found = {}
    for name, rows in parts.items():
        lost, margin, year = (np.array([row[place] for row in rows]) for place in (1, 2, 3))
        met = tuple(row[0] for row in rows)
        found[name] = Lives(met, lost, margin, year, known.years)
    return found


# --- What would flip a decision ------------------------------------------------------------------

INPUTS = ("sales", "cash", "tangible", "assets", "last_round", "age")
"""Inputs that are moved, in this order."""
REACH, CLOSE = 16.0, 0.01
"""Factor up to which an input is moved, and how exactly its turn is found, as a share of it."""
HALF = 0.5
"""Share of lives in which banks must agree for a decision to count as granted."""


@dataclass(frozen=True)
class Flip:
    """One input that turns a decision, or does not.

    Parameters
    ----------
    now, at : its value, and the nearest at which the decision has turned; nan where it does not
    granted : share of copies that were granted, before
    """

    key: str
    now: float
    at: float
    granted: float

    @property
    def turns(self) -> str:
        """Say which way the decision turns."""
        if math.isnan(self.at):
            return f"does not turn between a {REACH:g}th and {REACH:g} times"
        return "grant into refusal" if self.granted >= HALF else "refusal into grant"


def flips(
    known: Applications,
    who: Applicant,
    nature: tuple[float, float],
    name: str,
    numbers: Sequence[int],
) -> list[Flip]:
    """Find by bisection how far each input alone must move to turn a decision.

    The decision is that of the banks' own committee on the first day, on the same copies under
    the same luck at every value. Of a turn on either side the nearer one is told.
    """
    means = known.means(who, nature, numbers[0])
    before = known.granted(who, nature, name, numbers)
    cap = known.scenario.sme_register.sales_cap
    found = []
    for key in INPUTS:
        own = getattr(who, key)
        now = means[key] if own is None else float(own)

        def is_granted(value: float, key: str = key) -> bool:
            moved: dict[str, Any] = {key: value}
            return known.granted(replace(who, **moved), nature, name, numbers) >= HALF

        most = cap if key == "sales" else math.inf
        is_now = is_granted(now) if own is None else before >= HALF
        ways = [turn(is_granted, steps, is_now) for steps in _steps(now, who.sales, most)]
        there = [at for at in ways if not math.isnan(at)]
        nearest = min(there, key=lambda at: _distance(at, now), default=math.nan)
        found.append(Flip(key, now, nearest, 1.0 if is_now else 0.0))
    return found


def _steps(now: float, scale: float, most: float) -> tuple[list[float], list[float]]:
    """Give values to try below and above the present one, the present one first."""
    factors = [2.0**k for k in range(1, round(math.log2(REACH)) + 1)]
    if now <= 0.0:
        return [now], [now, *(scale / f for f in reversed(factors)), scale]
    above = [now * f for f in factors if now * f < most]
    return [now, *(now / f for f in factors)], [now, *above, *([most] if most < math.inf else [])]


def _distance(at: float, now: float) -> float:
    return abs(math.log(at / now)) if at > 0.0 and now > 0.0 else abs(at - now)


def turn(is_granted: Any, steps: Sequence[float], is_now: bool) -> float:
    """Give the first value along some steps at which a decision has turned; nan if nowhere.

    The step in which it turns is halved until it is as narrow as `CLOSE`.

    >>> round(turn(lambda x: x >= 3.0, [1.0, 2.0, 4.0, 8.0], False), 1)
    3.0
    """
    for last, step in pairwise(steps):
        if is_granted(step) != is_now:
            inside, outside = last, step
            while abs(outside - inside) > CLOSE * max(abs(outside), abs(inside)):
                middle = 0.5 * (inside + outside)
                if is_granted(middle) == is_now:
                    inside = middle
                else:
                    outside = middle
            return outside
    return math.nan
