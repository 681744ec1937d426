"""The frozen description of one experiment: every table of a scenario file.

A table's name is the name of the file that reads it; only `experiment`, `measurement`
and `sources` belong to this one.
"""

from collections.abc import Iterator
from datetime import date as Date  # noqa: N812 -- a type among dates in years
from typing import Any, Literal

from sim.banks.bank import Bank, Capital
from sim.banks.belief import Beliefs
from sim.banks.choice import Choice
from sim.banks.provisions import Provisions
from sim.banks.underwriting import Underwriting
from sim.base.frozen import (
    Broken,
    Frozen,
    NonNegative,
    PositiveFloat,
    Share,
    no_whole,
    param,
)
from sim.base.variance_reduction import VarianceReduction
from sim.clauses.arrangement import Arrangement
from sim.clauses.eligibility import Everyone
from sim.clauses.loss_sharing import shares_of
from sim.clauses.policy import Policy, years_between
from sim.economy.equity_market import EquityMarket
from sim.economy.macro import Macro
from sim.firms.credit_line import CreditLine
from sim.firms.equity import Equity
from sim.firms.lifecycle import Lifecycle
from sim.firms.operations import Operations
from sim.firms.population import Population
from sim.firms.project import Project
from sim.firms.relationship import Relationship
from sim.firms.right import Right
from sim.firms.sector import GROUPS, Sector
from sim.firms.workout import Workout
from sim.scenario.positions import join_key

AS_OFFERED, EQUAL_LENDING, EQUAL_CAPITAL = "as_offered", "equal_lending", "equal_capital"
EQUAL_FIRMS = "equal_firms"


class Experiment(Frozen):
    """What is compared with what, how often and for how long."""

    arrangements: tuple[str, ...] = param(
        unit="", meaning="arrangements and programmes to run, in order"
    )
    baseline: str = param(unit="", meaning="arrangement that the others are compared with")
    replications: int = param(unit="count", meaning="independent histories", low=1)
    seed: int = param(unit="-", meaning="root of all random streams", low=0, high=2**63 - 1)
    horizon_years: PositiveFloat = param(
        unit="years", meaning="length of the experiment from the start date", high=100
    )
    warm_up_years: NonNegative = param(
        unit="years", meaning="history before the start date, under plain lending", high=100
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
    operations: Operations = param(unit="", meaning="sales and cash")
    equity: Equity = param(unit="", meaning="valuation, rounds, exits")
    project: Project = param(unit="", meaning="growth projects")
    credit_line: CreditLine = param(unit="", meaning="conduct of a line")
    relationship: Relationship = param(unit="", meaning="banking business")
    right: Right = param(unit="", meaning="how firms value rights")
    workout: Workout = param(unit="", meaning="recovery")
    sector: dict[str, Sector] = param(unit="", meaning="sectors by name")
    bank: dict[str, Bank] = param(unit="", meaning="banks by name")
    capital: Capital = param(unit="", meaning="capital rules")
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
    sources: dict[str, str] = param({}, unit="", meaning="source of each number, by key")

    def broken_rules(self) -> Iterator[Broken]:
        """Names that exist, and parts that fit together."""
        yield from self._unknown_arrangements()
        yield from self._misplaced_policies()
        yield from self._unknown_sectors()
        yield from self._misfits()

    def _unknown_arrangements(self) -> Iterator[Broken]:
        run, key = self.experiment.arrangements, "experiment.arrangements"
        cure = f"use {', '.join((*self.arrangement, *self.programmes))}"
        for name in run:
            if name not in self.arrangement and name not in self.programmes:
                yield key, f'"{name}" is no arrangement and no programme', cure
        if len(set(run)) != len(run) or not run:
            yield key, "must name each arrangement once", cure
        if self.experiment.baseline not in run:
            rule = f'"{self.experiment.baseline}" is not among the arrangements run'
            yield "experiment.baseline", rule, f"use one of {', '.join(run)}"

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
        for name, arrangement in self.arrangement.items():
            lenders = len(shares_of(arrangement.loss_sharing))
            if 0 < len(self.bank) < lenders:
                rule = f"names {lenders} banks, the scenario has {len(self.bank)}"
                key = join_key(("arrangement", name, "loss_sharing", "shares"))
                yield key, rule, "give fewer shares or add banks"
        missing = set(self.macro.regime) - set(self.equity_market.enter_winter_hazard)
        if missing:
            rule = f"lacks the macro regime {min(missing)}"
            cure = "give one hazard for each macro regime"
            yield "equity_market.enter_winter_hazard", rule, cure

    def idle_dates(self) -> Iterator[Broken]:
        """Give what is dated, and never comes into force in this experiment."""
        day, first = self.experiment.start_date, -self.experiment.warm_up_years
        last = self.experiment.horizon_years + self.experiment.run_off_years
        run = f"the years simulated, {first:g} to {last:g} from {day}"
        cure = "give other dates, or another start date or horizon"
        paths = {
            "macro.path": [step.from_years for step in self.macro.path],
            "equity_market.path": [step.from_years for step in self.equity_market.path],
        }
        for key, dates in paths.items():
            if dates and not any(first <= date < last for date in dates):
                yield key, f"has no step in {run}", cure
        for n, spell in enumerate(self.macro.spell):
            if spell.until_years <= first or last <= spell.from_years:
                yield f"macro.spell[{n}]", f"lies outside {run}", cure
        for n, policy in enumerate(self.policy):
            is_over = policy.end is not None and policy.end <= day
            is_late = last <= years_between(day, policy.start)
            if policy.programme in self.experiment.arrangements and (is_over or is_late):
                yield f"policy[{n}]", f"is never on offer in {run}", cure

    def with_values(self, values: dict[str, Any]) -> "Scenario":
        """A changed copy: ``{"dotted.key": value}``; raises ScenarioError on a bad one."""
        from sim.scenario.edit import with_values

        return with_values(self, values)

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
