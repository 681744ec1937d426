"""What one more loan does: whether banks would make it, and what it would bring and cost them.

A firm that a few values describe applies on the start date, under every arrangement of a scenario
and in every history of it. The banks' own committee decides, and the engine lives the firm. Each
history has many copies of the applicant: banks see of each a signal of its quality, drawn for that
copy by the rule that holds for every firm, and never the quality itself. A history is one
observation; what is told of a loan is told of the copies that signed one on the first day.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.bank_tails import LEVELS
from sim.analysis.estimates import FloatArray, Interval, averaged, mean_interval
from sim.analysis.ratios import exact_interval, ratio_of_means
from sim.base.language import tr
from sim.base.wording import arrangement_text, percent_text, plain_number
from sim.experiment.progress import meter
from sim.experiment.store import Store
from sim.model.firms.record import STAGES
from sim.scenario.scenario import Scenario
from sim.studies.applicants import Described, described
from sim.studies.findings import Findings, estimate_text, level_row
from sim.studies.flips import GRANT, HALF, HISTORIES, INPUTS, REFUSAL, RULES, Flip, Trials, flips
from sim.studies.lent_book import Book, nature_of
from sim.studies.lives import LONGEST, Applications, Lives, Nature, lives_in, lives_of, years_of
from sim.studies.meetings import CLOSED, GRANTED, REASONS
from sim.studies.request import (
    arms_alone,
    at_least,
    at_least_two,
    keywords,
    refused,
    study_store,
    together,
)
from sim.studies.shortfall import contribution

KEY = "what_if"
COPIES = 100
"""Copies of an applicant in each history, unless more or less are asked for."""
FEWEST, MOST = 10, 10_000
"""Copies of an applicant that may be asked for."""
USUAL: tuple[Mapping[str, Any], ...] = (
    {
        "name": "start-up with investors",
        "stage": "startup",
        "sales": 5,
        "cash": 8,
        "venture": "yes",
    },
    {"name": "growing firm", "stage": "growth", "sales": 20},
    {"name": "mature firm", "stage": "mature", "sales": 60},
)
"""Applicants of a study that is given none; assumption, one of each kind of firm."""
SHARES = (0.5, 0.95, 0.99)
"""Shares of lives below the quantiles of a loss curve."""
LENDS, REFUSES, SPLIT = "lends", "refuses", "hangs on the signal"
FLIPPED = {LENDS: GRANT, REFUSES: REFUSAL}
"""What can be flipped: a decision that is clear, and the same in the histories of the trials."""
MONEY = "CNY million"


@dataclass(frozen=True, eq=False)
class Answer:
    """What was found of one applicant.

    Parameters
    ----------
    who
        As described.
    nature
        Mean and standard deviation of its quality, where it states none.
    lives
        By arrangement.
    flips
        By arrangement; what turns the decision.
    """

    who: Described
    nature: Nature
    lives: Mapping[str, Lives]
    flips: Mapping[str, tuple[Flip, ...]]


@dataclass(frozen=True, eq=False)
class WhatIf:
    """What one more loan does, for every applicant and arrangement.

    Parameters
    ----------
    answers
        One for each applicant.
    losses
        What all desks lose by year, CNY million, by arrangement; shape (n_histories, n_years).
    unit
        Histories that make one observation; 2 for antithetic pairs.
    """

    answers: tuple[Answer, ...]
    losses: Mapping[str, FloatArray]
    unit: int = 1
    confidence: float = 0.95

    def frame(self) -> pd.DataFrame:
        """Give the decisions, see `decisions`."""
        return self.decisions

    def _cases(self) -> Iterator[tuple[Answer, dict[str, str], Lives]]:
        """Give every applicant under every arrangement, with the head of its rows."""
        for one in self.answers:
            for name, lives in one.lives.items():
                yield one, {"applicant": one.who.name, "arrangement": name}, lives

    def interval(self, values: FloatArray) -> Interval:
        """Give the mean over histories, shape (n_histories,), with its interval."""
        return mean_interval(averaged(pd.Series(values), self.unit), self.confidence)

    def share(self, values: FloatArray, cases: int) -> Interval:
        """Give the same of shares of so many copies, whose interval ends at none and at all."""
        found = self.interval(values)
        if found.low == found.high and cases:
            return exact_interval(found.estimate, cases, found.count)
        low, high = np.clip([found.low, found.high], 0.0, 1.0)
        return replace(found, low=float(low), high=float(high))

    @property
    def decisions(self) -> pd.DataFrame:
        """What banks decide.

        Columns applicant, arrangement, decision, offered, offered_low, offered_high (share of
        copies that get an offer), line, rate (means of offers), seen (quality as the lead
        believes it, mean of all copies to which it is open) and reason (why most of the others
        get none).
        """
        return pd.DataFrame([
            {**head, "decision": decision_of(self._share(lives, "made")),
             **self._share(lives, "made").named(*_ends("offered")),
             "line": self._mean(lives, "line").estimate,
             "rate": self._mean(lives, "rate").estimate,
             "seen": self._mean(lives, "seen", lives.of("reason") != CLOSED).estimate,
             "reason": reason_of(lives)}
            for one, head, lives in self._cases()
        ])  # fmt: skip

    def _mean(self, lives: Lives, name: str, among: Any = None) -> Interval:
        """Give the mean of what a meeting says, of offers unless others are named."""
        made = np.asarray(lives.of("made"), dtype=bool)
        return self.interval(lives.by_history(lives.of(name), made if among is None else among))

    def _share(self, lives: Lives, name: str) -> Interval:
        """Give the share of all copies of which a meeting says something."""
        return self.share(lives.by_history(lives.of(name), everybody(lives)), lives.took.size)

    @property
    def loans(self) -> pd.DataFrame:
        """What a loan brings and ties up.

        Columns applicant, arrangement, measure, value, low, high, unit; empty where no copy signs.
        """
        return pd.DataFrame([
            {**head, "measure": name, **level_row(found, unit)}
            for _, head, lives in self._cases() for name, (found, unit) in self._of(lives).items()
        ])  # fmt: skip

    def _of(self, lives: Lives) -> dict[str, tuple[Interval, str]]:
        """Give what is told of the loans to one applicant under one arrangement."""
        took = lives.took
        last = lives.years - 1

        def mean(values: Any) -> Interval:
            return self.interval(lives.by_history(values, took))

        sums = np.column_stack([lives.by_history(x, took) for x in (lives.lent, lives.margin)])
        known = sums[np.isfinite(sums).all(axis=1)]
        return {
            "signs the arrangement": (self._share(lives, "own"), "share"),
            "signs any loan": (self._share(lives, "took"), "share"),
            "believed default": (self._mean(lives, "default"), "per year"),
            "believed loss given default": (self._mean(lives, "loss"), "share"),
            "believed surplus over break-even": (self._mean(lives, "left"), "per year"),
            "required capital at signing": (self._mean(lives, "capital"), MONEY),
            "default": (
                self.share(lives.by_history(lives.defaults_by(last), took), int(took.sum())),
                "share",
            ),
            "loss": (mean(lives.lost_by(last)), MONEY),
            "margin": (mean(lives.margin), MONEY),
            "margin over balance": (ratio_of_means(known, self.confidence), "per year"),
        }  # fmt: skip

    @property
    def curves(self) -> pd.DataFrame:
        """Losses of a loan by year since signing.

        Columns applicant, arrangement, year (that has ended), default, default_low, default_high
        (share that has defaulted), loss, loss_low, loss_high, and median, loss_95 and loss_99
        (quantiles over all lives), CNY million.
        """
        return pd.DataFrame([
            {**head, "year": year + 1, **self._by(lives, year)}
            for _, head, lives in self._cases() if lives.took.any() for year in range(lives.years)
        ], columns=["applicant", "arrangement", "year", *_ends("default"), *_ends("loss"),
                    "median", "loss_95", "loss_99"])  # fmt: skip

    def _by(self, lives: Lives, year: int) -> dict[str, float]:
        """Give default and loss by the end of a year, from 0."""
        took, lost = lives.took, lives.lost_by(year)
        default = self.share(lives.by_history(lives.defaults_by(year), took), int(took.sum()))
        mean = self.interval(lives.by_history(lost, took))
        most = np.quantile(lost[took], SHARES, method="inverted_cdf")
        names = ("median", "loss_95", "loss_99")
        return {
            **default.named(*_ends("default")), **mean.named(*_ends("loss")),
            **dict(zip(names, map(float, most), strict=True)),
        }  # fmt: skip

    @property
    def tails(self) -> pd.DataFrame:
        """What a loan adds to the expected shortfall of the yearly losses of all desks.

        Columns applicant, arrangement, level, value, low, high, capital (what it adds beyond its
        mean loss: economic capital), unit, tail_years, tail_histories, remark (why it is not
        available).
        """
        return pd.DataFrame([
            {**head, **row} for _, head, lives in self._cases() if lives.took.any()
            for row in self._tail(lives, self.losses[head["arrangement"]])
        ], columns=["applicant", "arrangement", "level", "value", "low", "high", "capital", "unit",
                    "tail_years", "tail_histories", "remark"])  # fmt: skip

    def _tail(self, lives: Lives, book: FloatArray) -> Iterator[dict[str, Any]]:
        """Give the contribution at every level, or why there is none."""
        years = min(lives.years, book.shape[1])
        loan = in_units(lives.yearly()[:, :years], self.unit)
        beside = in_units(book[:, :years], self.unit)
        for level in LEVELS:
            found, remark, tail = contribution(loan, beside, level, self.confidence)
            yield {
                "level": level, **level_row(found, f"{MONEY} a year"),
                "capital": found.estimate - float(np.nanmean(loan)),
                "tail_years": tail.years(level), "tail_histories": tail.histories(level),
                "remark": remark,
            }  # fmt: skip

    @property
    def turns(self) -> pd.DataFrame:
        """What would flip each decision.

        Columns applicant, arrangement, input, now, at (the nearest value that flips it), unit,
        turns (which way), from and to (ends of what was tried).
        """
        return pd.DataFrame([
            {**head, "input": flip.key, "now": flip.now, "at": flip.at, "unit": INPUTS[flip.key],
             "turns": flip.turns, "from": flip.low, "to": flip.high}
            for one, head, lives in self._cases() for flip in one.flips[head["arrangement"]]
            if FLIPPED.get(decision_of(self._share(lives, "made"))) == flip.decision
        ], columns=["applicant", "arrangement", "input", "now", "at", "unit", "turns", "from",
                    "to"])  # fmt: skip

    @property
    def applicants(self) -> pd.DataFrame:
        """Applicants as they were described; what is empty was drawn for each copy."""
        return pd.DataFrame([
            {"applicant": one.who.name, "stage": STAGES[one.who.who.stage],
             **{key: _told(getattr(one.who.who, key)) for key in INPUTS if key not in RULES},
             "quality_mean": one.nature[0], "quality_deviation": one.nature[1]}
            for one in self.answers
        ])  # fmt: skip

    def sentences(self) -> Iterator[str]:
        """Say of each applicant and arrangement what banks decide, and what the loan brings."""
        told = {name: _by_case(table) for name, table in
                (("loans", self.loans), ("tails", self.tails), ("flips", self.turns))}  # fmt: skip
        for row in self.decisions.to_dict("records"):
            way = row["applicant"], row["arrangement"]
            offered = {
                "value": row["offered"], "low": row["offered_low"], "high": row["offered_high"],
                "unit": "share",
            }  # fmt: skip
            yield tr(
                "{applicant}, {arrangement}: {share} of copies get an offer; {loan}; {tail};"
                " {flips}.",
                applicant=way[0], arrangement=arrangement_text(way[1]),
                share=estimate_text(offered, "value"), loan=loan_text(told["loans"][way]),
                tail=tail_text(told["tails"].get(way, [])),
                flips=flips_text(told["flips"].get(way, [])),
            )  # fmt: skip
        yield tr(
            "The decision of a committee hangs on the signal of quality that banks see, drawn for"
            " each copy; banks lend, or refuse, where clearly more, or fewer, than {half} of"
            " copies get an offer. What flips it is sought in the first histories alone.",
            half=percent_text(HALF),
        )  # fmt: skip
        yield tr(
            "Banks are short of no capital here. Lives are followed with all later loans, before"
            " tax and screening, not discounted; intervals are over histories."
        )

    def findings(self) -> Findings:
        """Give words and tables for files and the report."""
        tables = {
            "decisions": self.decisions, "loans": self.loans, "losses": self.curves,
            "shortfall": self.tails, "flips": self.turns, "applicants": self.applicants,
        }  # fmt: skip
        captions = {
            "decisions": "What banks decide on the first day, and why they refuse the others",
            "loans": "What loans bring, of copies that sign; beliefs and capital are of offers",
            "losses": "Default and loss by year since signing: means in which histories weigh"
            " alike, and quantiles of all lives",
            "shortfall": "What the loan adds to the expected shortfall of all desks in a year",
            "flips": "Nearest value found of one input that flips a clear decision, in the first"
            " histories",
            "applicants": "Applicants; what is empty was drawn for each copy",
        }
        title = "What does one more loan do?"
        return Findings(KEY, title, tuple(self.sentences()), tables, captions, UNITS)


Rows = list[dict[Any, Any]]


def _by_case(table: pd.DataFrame) -> dict[tuple[str, str], Rows]:
    """Give the rows of each applicant and arrangement."""
    found: dict[tuple[str, str], Rows] = {}
    for row in table.to_dict("records"):
        found.setdefault((row["applicant"], row["arrangement"]), []).append(row)
    return found


def loan_text(rows: Rows) -> str:
    """Say what the loan brings, or that there is none."""
    told = {row["measure"]: row for row in rows}
    if np.isnan(told["margin"]["value"]):
        return tr("nobody signs, so there is no loan of which to tell a margin")
    return tr(
        "margin over balance {margin}, default {default}, required capital {capital}",
        margin=estimate_text(told["margin over balance"], "value"),
        default=estimate_text(told["default"], "value"),
        capital=estimate_text(told["required capital at signing"], "value"),
    )  # fmt: skip


def tail_text(rows: Rows) -> str:
    """Say what the loan adds to the tail of all desks, at the first level that is told."""
    for row in rows:
        if not row["remark"]:
            return tr(
                "it adds {value} to their expected shortfall {level}",
                value=estimate_text(row, "value"), level=percent_text(row["level"]),
            )  # fmt: skip
    return tr("what it adds to expected shortfall is not available")


def flips_text(rows: Rows) -> str:
    """Say which inputs alone would flip the decision, and at what value."""
    if not rows:
        return tr("its decision is not clear, so that nothing is said to flip it")
    known = [row for row in rows if not np.isnan(row["at"])]
    if not known:
        return tr("no input that was moved alone flips the decision")
    each = [f"{tr(row['input'].replace('_', ' '))} {plain_number(row['at'], 3)}" for row in known]
    return tr("the decision flips at {inputs}", inputs=", ".join(each))


UNITS = {
    "offered": "share", "offered_low": "share", "line": MONEY, "rate": "per year",
    "default": "share", "default_low": "share", "loss": MONEY, "loss_low": MONEY,
    "median": MONEY, "loss_95": MONEY, "loss_99": MONEY, "level": "share",
}  # fmt: skip
"""Units of columns."""


def _ends(name: str) -> tuple[str, str, str]:
    return name, f"{name}_low", f"{name}_high"


def _told(value: Any) -> float:
    return float("nan") if value is None else float(value)


def everybody(lives: Lives) -> Any:
    """Every copy in every history."""
    return np.ones(lives.loss.shape, dtype=bool)


def decision_of(offered: Interval) -> str:
    """Say whether lenders make an offer to most copies, where its interval tells.

    >>> [decision_of(Interval(x, x - 0.2, x + 0.2, 0.1, 9)) for x in (0.9, 0.6, 0.1)]
    ['lends', 'hangs on the signal', 'refuses']
    """
    if offered.low >= HALF:
        return LENDS
    return REFUSES if offered.high < HALF else SPLIT


def reason_of(lives: Lives) -> str:
    """Say why most of the copies without an offer get none; empty where all get one."""
    codes = np.asarray(lives.of("reason"), dtype=np.int64)
    without = codes[codes != GRANTED]
    return REASONS[int(np.bincount(without).argmax())] if without.size else ""


def in_units(values: FloatArray, unit: int) -> FloatArray:
    """Put years of histories that belong together into one row, (n_observations, unit * n_years).

    Their mean would have a thinner tail than either.

    >>> in_units(np.array([[1.0], [3.0]]), 2).tolist()
    [[1.0, 3.0]]
    """
    whole = values[: values.shape[0] // unit * unit]
    return np.asarray(whole.reshape(-1, unit * values.shape[1]))


@dataclass(frozen=True)
class Request:
    """What is asked for, checked: the scenario without neighbours, applicants, copies, years."""

    scenario: Scenario
    who: tuple[Described, ...]
    copies: int
    years: int


def check_request(
    scenario: Scenario,
    firms: Iterable[str | Mapping[str, Any]] = (),
    table: str | Path | None = None,
    copies: int = COPIES,
    years: int | None = None,
) -> Request:
    """Check what is asked for, all mistakes at once; parameters as in `what_if`."""
    most = int(min(LONGEST, scenario.experiment.horizon_years))
    lived = 1 if years is None else years
    given = [firms] if isinstance(firms, str | Mapping) else list(firms)
    asked = given or ([] if table is not None else list(USUAL))
    place = None if table is None else Path(table)
    who, *_ = together(
        lambda: described(scenario, asked, place),
        lambda: at_least("--copies", copies, FEWEST),
        lambda: at_most("--copies", copies, MOST),
        lambda: at_least("--years", lived, 1),
        lambda: at_most("--years", lived, max(most, 1)),
        lambda: at_least_two(scenario),
    )
    own = arms_alone(scenario)
    longest = years_of(own, own.experiment.arrangements)
    return Request(own, who, copies, longest if years is None else years)


def at_most(option: str, value: int, most: int) -> int:
    """Give a number back that is small enough; raises ScenarioError otherwise."""
    if value > most:
        raise refused(option, f"must be at most {most}", value, "give less")
    return value


@keywords(store=study_store)
def what_if(
    scenario: Scenario,
    firms: Iterable[str | Mapping[str, Any]] = (),
    table: str | Path | None = None,
    copies: int = COPIES,
    years: int | None = None,
    *,
    store: Store,
) -> WhatIf:
    """Tell what one more loan does under every arrangement of a scenario.

    Parameters
    ----------
    firms
        Each a text such as ``"stage=growth,sales=20,cash=3"`` or a mapping of the same; three
        usual ones where neither these nor a table is given.
    table
        A CSV file with one applicant a row.
    copies
        Of each applicant in each history, 10 to 10,000.
    years
        For which lives are followed, at most 10 and the horizon; as long as the longest contract
        or right by default.
    workers, folder, executor, progress
        As in `sim.studies.request.study_store`; they run the book.

    Raises
    ------
    ScenarioError
        For what no applicant can be, and for fewer than two replications.
    """
    asked = check_request(scenario, firms, table, copies, years)
    own, count = asked.scenario, asked.scenario.experiment.replications
    book = Book.of(own, count, store)
    known = Applications(own, copies, asked.years)
    tell = meter(store.progress)
    found: list[Answer] = []
    for place, who in enumerate(asked.who):

        def done(history: int, place: int = place) -> None:
            tell(place * count + history, len(asked.who) * count)

        found.append(answer(known, who, nature_of(own, who.who, book), count, done))
    return WhatIf(tuple(found), book.losses, own.variance_reduction.unit)


def answer(
    known: Applications, one: Described, nature: Nature, histories: int,
    done: Callable[[int], None] = lambda _: None,
) -> Answer:  # fmt: skip
    """Let one applicant live in so many histories, and find what flips its decisions."""
    parts = []
    for number in range(histories):
        parts.append(lives_in(known, one.who, nature, number))
        done(number + 1)
    trials = Trials(known, one.who, nature, range(min(HISTORIES, histories)))
    turned = {name: tuple(flips(trials, name)) for name in known.arrangements}
    return Answer(one, nature, lives_of(parts, known.years), turned)
