"""The frozen description of one experiment: every table of a scenario file.

A table's name is the name of the file that reads it; only `experiment`, `measurement`
and `sources` belong to this one.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 -- a type among dates in years
from typing import Any, Literal, Self
from zlib import crc32

from sim.base.calendar import EDGE, Dated, years_between
from sim.base.errors import Problem
from sim.base.language import tr
from sim.base.notebook_html import facts_html
from sim.base.parameter import Broken, Frozen, NonNegative, PositiveFloat, Share, no_whole, param
from sim.base.variance_reduction import VarianceReduction
from sim.base.wording import arrangement_text
from sim.model.banks.bank import Bank
from sim.model.banks.capital import Capital
from sim.model.banks.choice import Choice
from sim.model.banks.hold_or_call import Calling
from sim.model.banks.provisions import Provisions
from sim.model.banks.taxation import Taxation
from sim.model.banks.underwriting import Beliefs, Underwriting
from sim.model.contracts.arrangement import PLAIN, Arrangement, is_plain
from sim.model.contracts.eligibility import Eligibility, Everyone
from sim.model.contracts.instruments import has_several
from sim.model.contracts.loss_sharing import shares_of
from sim.model.contracts.policy import Policy, reach
from sim.model.economy.equity_market import EquityMarket
from sim.model.economy.loan_prime_rate import LoanPrimeRate
from sim.model.economy.macro import Macro
from sim.model.firms.board import MOST_BOARDS, Board
from sim.model.firms.cash import Cash
from sim.model.firms.credit_line import CreditLine
from sim.model.firms.equity import Equity
from sim.model.firms.growth import Growth
from sim.model.firms.lifecycle import Lifecycle
from sim.model.firms.operations import Operations
from sim.model.firms.population import Population
from sim.model.firms.project import Project
from sim.model.firms.register import Register
from sim.model.firms.relationship import Relationship
from sim.model.firms.right import Right
from sim.model.firms.sector import GROUPS, Sector
from sim.model.firms.workout import Workout
from sim.scenario.check import validate
from sim.scenario.dated import DatedValue, misdated, never_in_force
from sim.scenario.drift import KEY as SETTLING
from sim.scenario.drift import unsettled
from sim.scenario.edit import assign_texts, keys_of, value_of, with_values
from sim.scenario.names import misnamed
from sim.scenario.read import RawScenario, resolve, with_path_file
from sim.scenario.sources import notices
from sim.scenario.toml_text import join_key, split_key

AS_OFFERED, EQUAL_LENDING, EQUAL_CAPITAL = "as_offered", "equal_lending", "equal_capital"
EQUAL_FIRMS = "equal_firms"


class Experiment(Frozen):
    """What is compared with what, how often and for how long."""

    arrangements: tuple[str, ...] = param(
        unit="", meaning="arrangements and programmes to compare, in order"
    )
    neighbours: tuple[str, ...] = param(
        (),
        unit="",
        meaning="arrangements and programmes to run beside these, to tell what a part of one"
        " does; whoever names other arrangements names their neighbours too",
    )
    baseline: str = param(unit="", meaning="arrangement that the others are compared with")
    replications: int = param(unit="count", meaning="independent histories", low=1, high=10**6)
    seed: int = param(unit="-", meaning="root of all random streams", low=0, high=2**63 - 1)
    horizon_years: PositiveFloat = param(
        unit="years", meaning="length of the experiment from the start date", high=100
    )
    warm_up_years: NonNegative = param(
        unit="years", meaning="history before the start date, under plain lending", high=100
    )
    settling_years: NonNegative = param(
        0.0,
        unit="years",
        meaning="history before that, at the first values of what is dated, in which firms and"
        " loans settle",
        high=500,
    )
    footing: Literal["as_offered", "equal_lending", "equal_capital", "equal_firms"] = param(
        "as_offered",
        unit="",
        meaning="volumes as they come out, the baseline's loans imposed, equal capital, or"
        " the baseline's borrowers imposed with the arrangement's own lines",
    )
    run_off_years: NonNegative = param(
        0.0, unit="years", meaning="time after the horizon without new loans", high=50
    )
    half_width_share: PositiveFloat = param(
        0.05,
        unit="share of baseline mean",
        meaning="half-width that replications needed refer to",
    )
    start_date: Date = param(Date(2025, 1, 1), unit="", meaning="first day of year zero")

    @property
    def first_day(self) -> float:
        """First day of the whole history, years from the start date."""
        return -(self.settling_years + self.warm_up_years)

    @property
    def all_run(self) -> tuple[str, ...]:
        """Everything that is simulated: the arrangements, then their neighbours."""
        return (*self.arrangements, *self.neighbours)


class Measurement(Frozen):
    """What outcomes need beyond the economy."""

    discount_rate: NonNegative = param(unit="per year", meaning="discount rate of present values")
    relative_risk_aversion: NonNegative = param(
        unit="-", meaning="of the founder, for certainty equivalents", high=20
    )
    registration_lag_years: NonNegative = param(
        unit="years", meaning="time from economic death to its registration"
    )
    outside_wealth: PositiveFloat = param(
        unit="CNY million", meaning="what a founder owns beside the firm"
    )
    private_value_share: Share = param(
        unit="share", meaning="part of a living firm's private value counted as wealth"
    )


class Scenario(Frozen):
    """Everything that one experiment needs."""

    title: str = param(unit="", meaning="what this is")
    question: str = param(unit="", meaning="what it answers")
    experiment: Experiment = param(unit="", meaning="what is compared")
    population: Population = param(unit="", meaning="who enters")
    macro: Macro = param(unit="", meaning="regimes and frailty")
    equity_market: EquityMarket = param(unit="", meaning="open market and winters")
    lifecycle: Lifecycle = param(unit="", meaning="stages and failure")
    growth: Growth = param(unit="", meaning="growth and its spread")
    operations: Operations = param(unit="", meaning="sales and cash")
    equity: Equity = param(unit="", meaning="valuation, rounds, exits")
    board: dict[str, Board] = param(unit="", meaning="standards of listing by name")
    project: Project = param(unit="", meaning="growth projects")
    sme_register: Register = param(unit="", meaning="register of technology SMEs")
    cash: Cash = param(unit="", meaning="target cash and payouts")
    credit_line: CreditLine = param(unit="", meaning="conduct of a line")
    relationship: Relationship = param(unit="", meaning="banking business")
    right: Right = param(unit="", meaning="how firms value rights")
    workout: Workout = param(unit="", meaning="recovery")
    sector: dict[str, Sector] = param(unit="", meaning="sectors by name")
    bank: dict[str, Bank] = param(unit="", meaning="banks by name")
    capital: Capital = param(unit="", meaning="capital rules")
    taxation: Taxation = param(unit="", meaning="taxes that banks pay")
    hold_or_call: Calling = param(unit="", meaning="what a call of a loan costs and brings")
    loan_prime_rate: LoanPrimeRate = param(unit="", meaning="the benchmark of loans")
    underwriting: Underwriting = param(unit="", meaning="how banks judge")
    belief: Beliefs = param(unit="", meaning="what banks believe")
    choice: Choice = param(unit="", meaning="how firms choose")
    provisions: Provisions = param(unit="", meaning="provisioning")
    measurement: Measurement = param(unit="", meaning="discounting and the like")
    variance_reduction: VarianceReduction = param(
        VarianceReduction(), unit="", meaning="options that narrow intervals"
    )
    arrangement: dict[str, Arrangement] = param(unit="", meaning="arrangements by name")
    policy: tuple[Policy, ...] = param((), unit="", meaning="policies, with their dates")
    dated: dict[str, tuple[DatedValue, ...]] = param(
        {}, unit="", meaning="values that change on dates, by key"
    )
    sources: dict[str, str] = param({}, unit="", meaning="source of each number, by key")

    def broken_rules(self) -> Iterator[Broken]:
        """Names that exist, and parts that fit together."""
        yield from self._unknown_arrangements()
        yield from self._misplaced_policies()
        yield from self._unknown_sectors()
        yield from self._misfits()
        yield from misnamed(self)
        yield from misdated(self)

    def _unknown_arrangements(self) -> Iterator[Broken]:
        run, beside = self.experiment.arrangements, self.experiment.neighbours
        cure = f"use {', '.join((*self.arrangement, *self.programmes))}"
        for key, names in (("arrangements", run), ("neighbours", beside)):
            for name in names:
                if name not in self.arrangement and name not in self.programmes:
                    rule = f'"{name}" is no arrangement and no programme'
                    yield f"experiment.{key}", rule, cure
            if len(set(names)) != len(names):
                yield f"experiment.{key}", "must name each arrangement once", cure
        if not run:
            yield "experiment.arrangements", "must name each arrangement once", cure
        yield from self._neighbours_compared()
        if self.experiment.baseline not in run:
            rule = f'"{self.experiment.baseline}" is not among the arrangements run'
            yield "experiment.baseline", rule, f"use one of {', '.join(run)}"

    def _neighbours_compared(self) -> Iterator[Broken]:
        """Give neighbours that are the baseline or an arrangement that is compared."""
        key, given = "experiment.neighbours", self.experiment
        for name in dict.fromkeys(given.neighbours):
            if name == given.baseline:
                yield key, f'"{name}" is the baseline', "take it out of the neighbours"
            elif name in given.arrangements:
                rule = f'"{name}" is among the arrangements already'
                yield key, rule, "take it out of one of the two lists"

    def _misplaced_policies(self) -> Iterator[Broken]:
        for n, policy in enumerate(self.policy):
            if policy.arrangement not in self.arrangement:
                rule = f'"{policy.arrangement}" is no arrangement'
                yield f"policy[{n}].arrangement", rule, f"use {', '.join(self.arrangement)}"
            if policy.programme in self.arrangement:
                rule = f'"{policy.programme}" is the name of an arrangement'
                yield f"policy[{n}].programme", rule, "give the programme a name of its own"

    def _unknown_sectors(self) -> Iterator[Broken]:
        clauses = {
            join_key(("arrangement", k)): a.eligibility for k, a in self.arrangement.items()
        }
        clauses |= {f"policy[{n}]": p.eligibility for n, p in enumerate(self.policy)}
        for key, clause in clauses.items():
            for name in () if isinstance(clause, Everyone) else clause.sectors:
                if self.sector and name not in self.sector:
                    cure = f"use {', '.join(self.sector)}"
                    yield f"{key}.eligibility.sectors", f'"{name}" is no sector', cure

    def _misfits(self) -> Iterator[Broken]:
        for key, what, shares in (
            ("sector", "shares", [sector.share for sector in self.sector.values()]),
            ("bank", "market shares", [bank.market_share for bank in self.bank.values()]),
        ):
            if shares:
                yield from no_whole(key, shares, what)
            else:
                yield key, f"must name at least one {key}", f"add [{key}.NAME]"
        if self.experiment.settling_years and not self.population.entry_rate:
            cure = "give population.entry_rate, or no settling_years"
            yield "experiment.settling_years", "needs firms that enter by the year", cure
        if len(self.board) > MOST_BOARDS:
            rule = f"must have at most {MOST_BOARDS} standards; got {len(self.board)}"
            yield "board", rule, "take some out"
        for name, arrangement in self.arrangement.items():
            lenders = len(shares_of(arrangement.loss_sharing))
            if 0 < len(self.bank) < lenders:
                rule = f"names {lenders} banks, the scenario has {len(self.bank)}"
                key = join_key(("arrangement", name, "loss_sharing", "shares"))
                yield key, rule, "give fewer shares or add banks"
        yield from self._imposed_instruments()
        missing = set(self.macro.regime) - set(self.equity_market.enter_winter_hazard)
        if missing:
            rule = f"lacks the macro regime {min(missing)}"
            cure = "give one hazard for each macro regime"
            yield "equity_market.enter_winter_hazard", rule, cure

    def _imposed_instruments(self) -> Iterator[Broken]:
        """Give what has several instruments where the baseline's loans are imposed."""
        if self.experiment.footing not in (EQUAL_LENDING, EQUAL_FIRMS):
            return
        several = {name for name, one in self.arrangement.items() if has_several(one)}
        several |= {one.programme for one in self.policy if one.arrangement in several}
        for name in self.experiment.all_run:
            if name in several:
                rule = f'imposes loans on "{name}", which has instruments beside the line'
                yield "experiment.footing", rule, f"take {name} out, or compare as offered"

    def idle_dates(self) -> Iterator[Broken]:
        """Give what is dated, and never comes into force in this experiment."""
        day, first = self.experiment.start_date, 0.0 - self.experiment.warm_up_years
        last = self.experiment.horizon_years + self.experiment.run_off_years
        run = f"the years simulated, {first:g} to {last:g} from {day}"
        cure = "give other dates, or another start date or horizon"
        for key, paths in self._paths(day, first, last).items():
            idle = sum(never_in_force([step.since(day) for step in p], first, last) for p in paths)
            if idle:
                steps = sum(len(path) for path in paths)
                yield key, f"has {idle} of {steps} steps that are never in force in {run}", cure
        for n, spell in enumerate(self.on_clock().macro.spell):
            if spell.until <= first or last <= spell.years:
                yield f"macro.spell[{n}]", f"lies outside {run}", cure
        for n, policy in enumerate(self.policy):
            is_over = policy.end is not None and policy.end <= day
            is_late = last <= years_between(day, policy.start)
            if policy.programme in self.experiment.all_run and (is_over or is_late):
                yield f"policy[{n}]", f"is never on offer in {run}", cure

    def _paths(self, day: Date, first: float, last: float) -> dict[str, list[tuple[Dated, ...]]]:
        """Paths by key; those of dated values that are in force at some time stand together."""
        found: dict[str, list[tuple[Dated, ...]]] = {
            "macro.path": [self.macro.path], "equity_market.path": [self.equity_market.path],
        }  # fmt: skip
        for key, path in self.dated.items():
            is_idle = never_in_force([step.since(day) for step in path], first, last) == len(path)
            place = join_key(("dated", key)) if is_idle else "dated"
            found.setdefault(place, []).append(path)
        return found

    def on_clock(self) -> Self:
        """The same with the steps of all paths in years from the start date.

        This is how worlds know it.
        """
        first = self.experiment.start_date

        def timed(steps: Iterable[Dated]) -> tuple[Any, ...]:
            return tuple(step.on_clock(first) for step in steps)

        macro, market = self.macro, self.equity_market
        stated = {"path": timed(macro.path), "spell": timed(macro.spell)}
        return self.model_copy(update={
            "macro": macro.model_copy(update=stated),
            "equity_market": market.model_copy(update={"path": timed(market.path)}),
            "dated": {key: timed(steps) for key, steps in self.dated.items()},
        })  # fmt: skip

    def with_values(self, values: dict[str, Any]) -> "Scenario":
        """A changed copy: ``{"dotted.key": value}``; raises ScenarioError on a bad one."""
        return with_values(self, values)

    def __getitem__(self, key: str) -> Any:
        """The value, or the group of values, at a dotted key; ScenarioError if there is none."""
        return value_of(self, key)

    def _ipython_key_completions_(self) -> list[str]:
        """Give the keys that a notebook completes between brackets."""
        return keys_of(self)

    def _repr_html_(self) -> str:
        """Show in a notebook what is compared, with how many firms and for how long."""
        experiment = self.experiment
        return facts_html(tr(self.title), [
            (tr("Question"), tr(self.question)),
            (tr("Arrangements"), tr(", ").join(map(arrangement_text, experiment.arrangements))),
            (tr("Baseline"), arrangement_text(experiment.baseline)),
            (tr("Replications"), experiment.replications), (tr("Seed"), experiment.seed),
            (tr("Firms"), self.population.firms), (tr("Years"), experiment.horizon_years),
            (tr("Banks"), self.n_banks), (tr("Sectors"), len(self.sector)),
        ])  # fmt: skip

    @property
    def programmes(self) -> tuple[str, ...]:
        """Names of the programmes, in the order of their first policies."""
        return tuple(dict.fromkeys(policy.programme for policy in self.policy))

    @property
    def n_banks(self) -> int:
        """Number of banks."""
        return len(self.bank)

    def firm_groups(self) -> dict[str, Frozen]:
        """The parameter groups that the compiled rules read, by table name."""
        return {name: getattr(self, name) for name in GROUPS}


# --- Load a scenario file: the first arrow of the walk -------------------------------------------


def load_scenario(path: str | os.PathLike[str], settings: Iterable[str] = ()) -> Scenario:
    """Read a scenario file with all that it extends, and check it.

    Settings are values to lay over those of the file, written ``key=value``. Raises
    ScenarioError with every problem of the files and the settings in one go: file, line, key,
    rule, value and cure of each.
    """
    return load_with_notices(path, settings)[0]


def load_with_notices(
    path: str | os.PathLike[str], settings: Iterable[str] = ()
) -> tuple[Scenario, list[Problem]]:
    """Read and check a scenario, and say what is legal in it and yet should be looked at.

    That is numbers without a source or outside the plausible range of their own, and parts
    that never come into force. Errors are those of :func:`load_scenario`.
    """
    stated = resolve(path)
    written = assign_texts(stated, settings)
    raw = with_path_file(written)
    scenario = validate_scenario(raw)
    idle = []
    for key, rule, cure in scenario.idle_dates():
        at = raw.place(split_key(key))
        idle.append(Problem(at.file, at.line, key, rule, "", cure))
    return scenario, [*_drift(scenario, raw), *notices(written, stated, scenario), *idle]


def _drift(scenario: Scenario, raw: RawScenario) -> list[Problem]:
    """Say first of all that a run drifts, where it does."""
    why, cure = unsettled(scenario)
    at = raw.place(split_key(SETTLING))
    return [Problem(at.file, at.line, SETTLING, why, "", cure)] if why else []


def validate_scenario(raw: RawScenario) -> Scenario:
    """Check raw values and build the scenario; for callers that need the raw ones too."""
    return validate(with_path_file(raw), Scenario)


# --- The menu of one world: the arrangements on offer beside plain lending, with their dates -----
# An arrangement that is run by its own name is on offer to all from the first day on; a
# programme puts its arrangements on offer by policy. Time is in years from the start date of
# the experiment.


@dataclass(frozen=True)
class Item:
    """One arrangement on a menu, by its name, also for the beliefs that banks hold about it.

    Start and end are the first day on offer and the first day no longer on offer, in years. One
    without a policy is on offer to all.
    """

    name: str
    arrangement: Arrangement
    start: float = -float("inf")
    end: float = float("inf")
    policy: Policy | None = None

    def is_open(self, date: float) -> bool:
        """Whether it is on offer to anybody at a date."""
        return self.start <= date + EDGE and date + EDGE < self.end

    def reach(self, date: float) -> float:
        """Share of firms reached at a date."""
        if self.policy is None:
            return 1.0
        return reach(self.policy, max(date - self.start, 0.0)) if self.is_open(date) else 0.0

    @property
    def address(self) -> int:
        """Address of the draws that say whom it reaches; depends on its name alone."""
        return crc32(self.name.encode()) & 0x7FFFFFFF

    @property
    def admission(self) -> tuple[Eligibility, Eligibility]:
        """The two conditions that an applicant must meet: the arrangement's, the policy's."""
        other = Everyone() if self.policy is None else self.policy.eligibility
        return self.arrangement.eligibility, other


Menu = tuple[Item, ...]


def menu_of(scenario: Scenario, name: str) -> Menu:
    """The menu of an arrangement or a programme, in the order of the file.

    It is empty for plain lending, and for arrangements that are plain.
    """
    if name in scenario.arrangement:
        arrangement = scenario.arrangement[name]
        return () if is_plain(arrangement) else (Item(name, arrangement),)
    first = scenario.experiment.start_date
    return tuple(
        _under(policy, scenario.arrangement[policy.arrangement], first)
        for policy in scenario.policy
        if policy.programme == name
    )


def _under(policy: Policy, arrangement: Arrangement, first: Date) -> Item:
    end = float("inf") if policy.end is None else years_between(first, policy.end)
    start = years_between(first, policy.start)
    return Item(policy.arrangement, arrangement, start, end, policy)


def terms_of(menu: Sequence[Item], code: int) -> tuple[str, Arrangement]:
    """Name and clauses behind the code of a contract: 0 is plain lending."""
    if code == 0:
        return "plain", PLAIN
    return menu[code - 1].name, menu[code - 1].arrangement
