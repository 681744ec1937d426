"""A small scenario with every form that a real one has, for the tests of the loader."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field

from sim.base.parameter import (
    Broken,
    Frozen,
    NonNegative,
    PositiveFloat,
    Share,
    StageVector,
    no_whole,
    param,
)
from sim.scenario.edit import with_values


class NoUpside(Frozen):
    kind: Literal["none"] = "none"


class Subscription(Frozen):
    kind: Literal["subscription"] = "subscription"
    coverage: Share = param(0.2, unit="share", meaning="right over line size")
    stake: Share | None = param(None, unit="share", meaning="stake of the right")
    trigger: PositiveFloat = param(500.0, unit="CNY million", meaning="trigger valuation")

    def broken_rules(self) -> Iterator[Broken]:
        if self.stake is not None and self.stake < self.coverage:
            yield "stake", f"must not be below coverage; got {self.stake}", "raise it"


class Royalty(Frozen):
    kind: Literal["royalty"] = "royalty"
    revenue_share: Share = param(unit="share", meaning="part of revenue that is paid")
    cap: float = param(1.5, unit="multiple", meaning="when it ends", low=1.0, high=5.0)


class Sole(Frozen):
    kind: Literal["sole"] = "sole"


class Proportional(Frozen):
    kind: Literal["proportional"] = "proportional"
    shares: tuple[Share, ...]

    def broken_rules(self) -> Iterator[Broken]:
        yield from no_whole("shares", self.shares)


Upside = Annotated[NoUpside | Subscription | Royalty, Field(discriminator="kind")]
LossSharing = Annotated[Sole | Proportional, Field(discriminator="kind")]


class Arrangement(Frozen):
    upside: Upside = NoUpside()
    loss_sharing: LossSharing = Sole()


class Experiment(Frozen):
    arrangements: tuple[str, ...] = param(unit="", meaning="what is compared, in order")
    baseline: str = param("plain", unit="", meaning="what others are compared with")
    replications: int = param(20, unit="", meaning="random histories", low=1)
    seed: int = param(1, unit="", meaning="root of all random streams", low=0)
    footing: Literal["as_offered", "equal_lending", "equal_capital"] = "as_offered"
    run_off: bool = True
    horizon_years: PositiveFloat = 15.0
    settling_years: float = 60.0
    half_width_share: PositiveFloat = 0.05

    @property
    def all_run(self) -> tuple[str, ...]:
        return self.arrangements


class Lifecycle(Frozen):
    progress_hazard: StageVector = param(
        (0.3, 0.25, 0.2, 0.1), unit="per year", meaning="advance by stage", low=0
    )
    revenue: StageVector = param(
        (1, 10, 50, 200), unit="CNY million", meaning="revenue by stage", low=0, high=1e6
    )
    ages: tuple[NonNegative, ...] = ()


class Bank(Frozen):
    capital: NonNegative = param(unit="CNY million", meaning="opening capital of the desk")
    weights: tuple[Share, ...] = (0.5,)


class Sector(Frozen):
    share: Share = param(1.0, unit="share", meaning="part of the firms")
    lifecycle: dict[str, float | tuple[float, ...]] = param(
        {}, unit="", meaning="values that differ from those of all firms"
    )


class StandIn(Frozen):
    title: str = param("", unit="", meaning="name of the scenario")
    question: str = param("", unit="", meaning="what it answers")
    experiment: Experiment
    lifecycle: Lifecycle = Lifecycle()
    bank: dict[str, Bank] = param({}, unit="", meaning="the banks")
    sector: dict[str, Sector] = param({}, unit="", meaning="the sectors")
    arrangement: dict[str, Arrangement] = param({}, unit="", meaning="what is compared")
    sources: dict[str, str] = param({}, unit="", meaning="where numbers come from")

    def broken_rules(self) -> Iterator[Broken]:
        for name in self.experiment.arrangements:
            if name not in self.arrangement:
                key = "experiment.arrangements"
                yield key, f'"{name}" is not an arrangement', "declare it"
        if self.sector and abs(sum(s.share for s in self.sector.values()) - 1) > 1e-9:
            yield "sector", "shares must sum to 1", "change the shares"

    def idle_dates(self) -> tuple[Broken, ...]:
        """Nothing is dated."""
        return ()

    def with_values(self, values: dict[str, Any]) -> "StandIn":
        """A changed copy, as of the real scenario."""
        return with_values(self, values)


GOOD = """\
title = "a test"

[experiment]
arrangements = ["plain", "swap"]
replications = 5

[bank.lead]
capital = 100

[arrangement.plain]
[arrangement.swap]
upside = { kind = "subscription", coverage = 0.3 }

[sources]
"bank.lead.capital" = "assumption 50 to 200: a desk"
"experiment.replications" = "design choice: few"
"arrangement.swap.upside.coverage" = "assumption 0.1 to 0.5: as others have it"
"""
