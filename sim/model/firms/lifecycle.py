"""How a firm moves through its lifecycle: progress, setbacks, recovery, failure.

Each cause has a hazard per year. A hazard depends on stage, latent quality and market conditions
(macro regime times yearly frailty), never on a clause of a financing contract: finance
acts through money, information and incentives only. The one incentive channel is
diversion, where owners of a highly indebted firm that nobody watches may strip it.
"""

from typing import Any

from sim.base.parameter import Frozen, NonNegative, Share, StageVector, param
from sim.model.firms.record import ALIVE, STARTUP


class Lifecycle(Frozen):
    """Hazards of the lifecycle by stage (start-up, growth, expansion, mature)."""

    progress_hazard: StageVector = param(
        unit="per year", meaning="arrival of the step to the next stage", low=0
    )
    progress_quality_slope: float = param(unit="-", meaning="log effect of one sd of quality")
    regress_hazard: StageVector = param(unit="per year", meaning="falling back one stage", low=0)
    success_share: StageVector = param(
        unit="share", meaning="trials that succeed when the step to the next stage is due",
        low=0, high=1,
    )  # fmt: skip
    trial_closes_share: Share = param(
        unit="share", meaning="failed trials that close the firm; the others are setbacks"
    )
    setback_hazard: StageVector = param(
        unit="per year", meaning="arrival of a recoverable setback", low=0
    )
    failure_hazard: StageVector = param(
        unit="per year", meaning="technical failure of a healthy firm", low=0
    )
    failure_quality_slope: float = param(
        unit="-", meaning="log effect of one sd of quality on setback and failure"
    )
    setback_failure_hazard: NonNegative = param(
        unit="per year", meaning="technical failure of a firm in a setback"
    )
    recovery_hazard: NonNegative = param(unit="per year", meaning="recovery from a setback")
    recovery_quality_slope: float = param(
        unit="-", meaning="log effect of one sd of quality on recovery", low=-5, high=5
    )
    wind_up_hazard: NonNegative = param(
        unit="per year",
        meaning="orderly wind-up of an old firm of average quality with sales of 5 million",
    )
    wind_up_quality_slope: float = param(
        unit="-", meaning="log effect of one sd of quality on it, with the sign reversed",
        low=-5, high=5,
    )  # fmt: skip
    wind_up_size_exponent: NonNegative = param(
        unit="-", meaning="power of scale by which it falls"
    )
    wind_up_age: NonNegative = param(unit="years", meaning="age at which it sets in")
    diversion_hazard: NonNegative = param(
        unit="per year", meaning="diversion by owners per unit of debt over equity value"
    )
    monitoring_effect: Share = param(
        unit="share", meaning="part of diversion that a monitoring lender prevents"
    )


def progress_hazard(f: Any, p: Any, c: Any) -> float:
    """Arrival of the next step; none while a project waits or the firm is in a setback."""
    if f.project == 1 or f.setback == 1:
        return 0.0
    return p.progress_hazard[f.stage] * f.quality_on_progress * c.progress


def regress_hazard(f: Any, p: Any, c: Any) -> float:
    """Falling back one stage; a start-up has nowhere to fall."""
    return 0.0 if f.stage == STARTUP else p.regress_hazard[f.stage]


def setback_hazard(f: Any, p: Any, c: Any) -> float:
    """Arrival of a setback; a firm in one cannot enter another."""
    if f.setback == 1:
        return 0.0
    return p.setback_hazard[f.stage] * f.quality_on_failure * c.setback


def recovery_hazard(f: Any, p: Any, c: Any) -> float:
    """Recovery of a firm in a setback."""
    return p.recovery_hazard * f.quality_on_recovery * c.recovery if f.setback == 1 else 0.0


def is_alive(f: Any) -> bool:
    """Whether the firm has entered and not yet ended."""
    return f.status == ALIVE
