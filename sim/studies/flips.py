"""What would flip the decision on an applicant: one of its inputs moved, all else as it is.

The decision is that of the banks' own committee on the first day. Banks see a signal of quality
and not quality, so it is one of chances: it counts as granted where lenders make an offer to at
least half of the copies, each with a signal of its own, the same ones at every value.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from sim.engine.ledger import GUARANTORS, PROTECTION_PROVIDERS
from sim.engine.world import World
from sim.studies.applicant_world import Applicant
from sim.studies.lives import Applications, Nature
from sim.studies.meetings import granted

MONEY, YEARS, DEVIATIONS = "CNY million", "years", "standard deviations"
INPUTS = {
    "sales": "CNY million a year", "cash": MONEY, "tangible": MONEY, "assets": MONEY,
    "last_round": MONEY, "age": YEARS, "quality": DEVIATIONS,
    "spread_cap": "fraction a year", "guaranteed_share": "fraction",
}  # fmt: skip
"""Inputs that are moved, in this order, with their units; the last two are rules, not the firm's.

``spread_cap`` is the most that is charged above the benchmark at its stage; ``guaranteed_share``
what a guarantor bears of the loss, without a cap on one firm and at the arrangement's own fee.
"""
SPREAD_CAP, GUARANTEED = RULES = ("spread_cap", "guaranteed_share")
GUARANTOR = PROTECTION_PROVIDERS.index(GUARANTORS)
REACH, CLOSE = 16.0, 0.01
"""Factor up to which an input is moved, and how exactly its turn is found, as a share of it."""
FARTHEST = 3.0
"""Standard deviations up to which quality is moved either way."""
ENDS = {SPREAD_CAP: (0.0, 0.1), GUARANTEED: (0.0, 1.0)}
"""Between which rules are moved."""
HALF = 0.5
"""Share of lives in which banks must agree for a decision to count as granted."""
HISTORIES = 4
"""Histories in which a decision is tried; the first day differs between them by its regime."""
GRANT, REFUSAL = "grant", "refusal"
NOWHERE = "nothing in the range"


@dataclass(frozen=True)
class Flip:
    """One input that turns a decision, or does not.

    Parameters
    ----------
    now, at, before : its value, the nearest at which the decision has turned, and the nearest
        tried at which it has not yet; nan where it turns nowhere
    low, high : ends of what was tried
    decision : before, `GRANT` or `REFUSAL`
    """

    key: str
    now: float
    at: float
    before: float
    low: float
    high: float
    decision: str

    @property
    def turns(self) -> str:
        """Say which way the decision turns."""
        if math.isnan(self.at):
            return NOWHERE
        return "grant into refusal" if self.decision == GRANT else "refusal into grant"


class Trials:
    """Decisions on an applicant whose inputs are moved, each tried once.

    Parameters
    ----------
    numbers
        Histories in which banks meet.
    """

    def __init__(
        self, known: Applications, who: Applicant, nature: Nature, numbers: Sequence[int]
    ) -> None:
        """Try nothing yet."""
        self.known, self.who, self.nature, self.numbers = known, who, nature, tuple(numbers)
        self._found: dict[tuple[Applicant, str, float], dict[str, float]] = {}

    def shares(self, who: Applicant, rule: str = "", value: float = 0.0) -> dict[str, float]:
        """Give by arrangement the share of copies with an offer, a rule of `RULES` being moved."""
        key = who, rule, value
        if key not in self._found:
            move = partial(move_rule, key=rule, value=value, stage=who.stage)
            parts = [
                {name: float(granted(w).mean()) for name, w in
                 self.known.met(number, who, self.nature, move).items()}
                for number in self.numbers
            ]  # fmt: skip
            self._found[key] = {
                name: float(np.mean([part[name] for part in parts]))
                for name in self.known.arrangements
            }
        return self._found[key]

    def is_granted(self, name: str, key: str = "", value: float = 0.0) -> bool:
        """Whether an arrangement is granted, with an input moved to a value where one is named."""
        if key in RULES:
            return self.shares(self.who, key, value)[name] >= HALF
        moved: dict[str, Any] = {key: value} if key else {}
        return self.shares(replace(self.who, **moved))[name] >= HALF

    def own(self, name: str) -> dict[str, float]:
        """Give each input under an arrangement, the mean over copies where it is not stated."""
        w = self.known.world(self.numbers[0], self.who, self.nature)
        firms, c = w.firms, w.market_conditions[0]
        per_scale = w.params["assets_per_sales"][firms["sector"]]
        drawn = {
            "cash": float(firms["cash"].mean()),
            "tangible": float((firms["tangible"] * firms["scale"]).mean() * c.collateral),
            "assets": float((per_scale * firms["asset_factor"] * firms["scale"]).mean()),
            "quality": float(firms["quality"].mean()),
        }
        stated = {key: getattr(self.who, key) for key in INPUTS if key not in RULES}
        own = {key: float(drawn[key] if one is None else one) for key, one in stated.items()}
        mine = w.branch(name)
        cover = float(mine.terms["cover_shares"][min(1, len(mine.menu)), GUARANTOR])
        return {**own, SPREAD_CAP: float(w.common["spread_cap"][0, self.who.stage]),
                GUARANTEED: cover}  # fmt: skip


def move_rule(w: World, key: str, value: float, stage: int) -> None:
    """Move a rule of banks, or a term of what is on offer, in a world before they meet."""
    if key == SPREAD_CAP:
        w.common["spread_cap"][:, stage] = value
    elif key == GUARANTEED:
        w.terms["cover_shares"][:, GUARANTOR] = value
        w.terms["caps_per_firm"][:, GUARANTOR] = math.inf


def flips(trials: Trials, name: str) -> Iterator[Flip]:
    """Find by bisection how far each input alone must move to turn a decision.

    Of a turn on either side the nearer one is told. What an applicant leaves open is drawn for
    each copy; where such an input is moved all copies have the same of it, and whether the
    decision has turned is told against that of the applicant as it is described.
    """
    cap = trials.known.scenario.sme_register.sales_cap
    is_now = trials.is_granted(name)
    for key, now in trials.own(name).items():

        def is_granted(value: float, key: str = key) -> bool:
            return trials.is_granted(name, key, value)

        ways = steps_of(key, now, trials.who.sales, cap)
        found = [turn(is_granted, steps, is_now) for steps in ways]
        near = min(found, key=partial(_distance, key, now))
        tried = [step for steps in ways for step in steps]
        decision = GRANT if is_now else REFUSAL
        yield Flip(key, now, near[1], near[0], min(tried), max(tried), decision)


def steps_of(key: str, now: float, sales: float, cap: float) -> tuple[list[float], list[float]]:
    """Give values to try below and above the present one, the present one first.

    >>> steps_of("cash", 0.0, 8.0, 400.0)
    ([0.0], [0.0, 0.5, 1.0, 2.0, 4.0, 8.0])
    """
    if key == "quality":
        away = [FARTHEST * k / 4.0 for k in range(1, 5)]
        return [now, *(now - one for one in away)], [now, *(now + one for one in away)]
    if key in ENDS:
        low, high = ENDS[key]
        ends = (min(low, now), max(high, now))
        below, above = (np.linspace(now, end, 5).tolist() for end in ends)
        return below, above
    factors = [2.0**k for k in range(1, round(math.log2(REACH)) + 1)]
    if now <= 0.0:
        return [now], [now, *(sales / f for f in reversed(factors)), sales]
    most = cap if key == "sales" else math.inf
    above = [now * f for f in factors if now * f < most]
    return [now, *(now / f for f in factors)], [now, *above, *([most] if most < math.inf else [])]


def _distance(key: str, now: float, ends: tuple[float, float]) -> float:
    """How far a turn lies from the present value: by a factor, or by what is added.

    >>> [round(_distance("quality", 0.1, (0.0, at)), 1) for at in (0.5, -0.5)]
    [0.4, 0.6]
    """
    at = ends[1]
    if math.isnan(at):
        return math.inf
    is_factor = key != "quality" and key not in RULES and at > 0.0 and now > 0.0
    return abs(math.log(at / now)) if is_factor else abs(at - now)


def turn(
    is_granted: Callable[[float], bool], steps: Sequence[float], is_now: bool
) -> tuple[float, float]:
    """Give the last value before a decision turns along some steps, and the first after it.

    The step in which it turns is halved until it is as narrow as `CLOSE`; nan where it turns
    nowhere.

    >>> [round(end, 1) for end in turn(lambda x: x >= 3.0, [1.0, 2.0, 4.0, 8.0], False)]
    [3.0, 3.0]
    """
    for last, step in pairwise(steps):
        if is_granted(step) != is_now:
            return _narrowed(is_granted, last, step, is_now)
    return math.nan, math.nan


def _narrowed(
    is_granted: Callable[[float], bool], inside: float, outside: float, is_now: bool
) -> tuple[float, float]:
    """Halve a step in which a decision turns, until its ends are `CLOSE` together.

    About zero no share of them is wide enough; there a part of the step is taken.
    """
    least = CLOSE * CLOSE * abs(outside - inside)
    while abs(outside - inside) > max(CLOSE * max(abs(outside), abs(inside)), least):
        middle = 0.5 * (inside + outside)
        if is_granted(middle) == is_now:
            inside = middle
        else:
            outside = middle
    return inside, outside
