"""What banks believe, by arrangement: default, loss, and the worth of rights.

Banks act on beliefs; the simulation says what happens. The gap between the two is an
outcome, and can be closed by iterating the beliefs until they agree.
"""

from sim.base.frozen import Frozen, NonNegative, PositiveFloat, Share, StageVector, param


class Belief(Frozen):
    """Beliefs under one arrangement."""

    default_rate: StageVector = param(
        unit="per year", meaning="default of a borrower of average quality, by stage", low=0
    )
    loss_secured: Share = param(unit="share", meaning="loss given default, secured")
    loss_unsecured: Share = param(unit="share", meaning="loss given default, unsecured")
    right_worth: StageVector = param(
        unit="CNY per CNY of subscription amount",
        meaning="present worth of a right to the lenders' side, by stage",
        low=0,
    )


class Beliefs(Frozen):
    """How beliefs depend on what a bank sees, and their levels by arrangement."""

    quality_slope: NonNegative = param(
        unit="-", meaning="log effect of one sd on default", high=10
    )
    bust_factor: PositiveFloat = param(unit="x", meaning="believed default in a bust")
    setback_factor: PositiveFloat = param(
        unit="x", meaning="believed default of a firm seen in a setback"
    )
    right_quality_slope: float = param(
        unit="-", meaning="log effect of one sd of judged quality on the worth of a right"
    )
    default: Belief = param(unit="", meaning="beliefs unless an arrangement has its own")
    by_arrangement: dict[str, Belief] = param({}, unit="", meaning="beliefs by arrangement")


def belief_of(beliefs: Beliefs, arrangement: str) -> Belief:
    """The beliefs under one arrangement.

    Examples
    --------
    >>> level = Belief(default_rate=(0.04, 0.03, 0.02, 0.01), loss_secured=0.45,
    ...                loss_unsecured=0.7, right_worth=(0.3, 0.3, 0.2, 0.2))
    >>> rules = Beliefs(quality_slope=0.8, bust_factor=1.2, setback_factor=3.0,
    ...                 right_quality_slope=0.3, default=level)
    >>> belief_of(rules, "consortium").loss_secured
    0.45
    """
    return beliefs.by_arrangement.get(arrangement, beliefs.default)
