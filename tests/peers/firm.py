"""A lean firm in plain Python: stages, hazards, a quarterly shock, cash and a simple loan.

No banks decide and no books are kept: a loan is granted by a rule and its loss is added up.
Numbers are of the size of those in `scenarios/base/china_technology.toml`; money is in
CNY million, rates are per year.
"""

import math
from dataclasses import dataclass
from random import Random

QUARTER = 0.25
PROGRESS = (0.27, 0.16, 0.18, 0.0)
SETBACK = (0.17, 0.10, 0.06, 0.05)
FAILURE = (0.009, 0.011, 0.006, 0.004)
ACQUISITION = 0.04
LISTING = (0.0, 0.003, 0.008, 0.015)
ROUND = (0.9, 0.5, 0.3, 0.1)
RECOVERY = 0.5
BUST_SETBACK = 2.1
MARGIN = (-0.35, 0.10, 0.15, 0.11)
DRIFT = (0.24, 0.18, 0.14, 0.05)
VOLATILITY = (0.38, 0.32, 0.22, 0.14)
SETBACK_MARGIN = 0.20
SETBACK_DRIFT = 0.05
LOAN_RATE = 0.04
LINE_SHARE = 0.45
LOSS_SHARE = 0.7
BOOM_YEARS, BUST_YEARS = 3.5, 1.5


@dataclass
class Lives:
    """What all firms of a run have come to; CNY million."""

    quarters: float = 0.0
    entered: int = 0
    failed: int = 0
    exited: int = 0
    lent: float = 0.0
    interest: float = 0.0
    lost: float = 0.0

    @property
    def alive(self) -> int:
        """Firms that are still there."""
        return self.entered - self.failed - self.exited


class Firm:
    """One firm, and what happens to it."""

    def __init__(self, random: Random, lives: Lives) -> None:
        self.random = random
        self.lives = lives
        self.stage = 0
        self.in_setback = False
        self.is_alive = True
        self.scale = random.lognormvariate(math.log(5.2), 0.6)
        self.cash = random.lognormvariate(math.log(8.0), 0.5)
        self.debt = 0.0
        lives.entered += 1

    def hazards(self, is_bust: bool) -> dict[str, float]:
        """Rates of everything that may happen, by name."""
        rates = {
            "failure": FAILURE[self.stage],
            "acquisition": ACQUISITION,
            "listing": LISTING[self.stage],
            "round": ROUND[self.stage] if self.cash < self.scale else 0.0,
        }
        if self.in_setback:
            rates["recovery"] = RECOVERY
        else:
            rates["progress"] = PROGRESS[self.stage]
            rates["setback"] = SETBACK[self.stage] * (BUST_SETBACK if is_bust else 1.0)
        return rates

    def happens(self, event: str) -> None:
        """Carry out what has happened."""
        if event == "failure":
            self.fail()
        elif event in ("acquisition", "listing"):
            self.exit()
        elif event == "round":
            self.cash += 0.2 * 2.5 * self.scale
        elif event == "progress":
            self.stage += 1
        else:
            self.in_setback = event == "setback"

    def close_quarter(self) -> None:
        """Earn, pay, draw or repay, and meet the quarter's shock."""
        margin, drift = MARGIN[self.stage], DRIFT[self.stage]
        if self.in_setback:
            margin, drift = margin - SETBACK_MARGIN, -SETBACK_DRIFT
        interest = LOAN_RATE * self.debt * QUARTER
        self.lives.interest += interest
        self.cash += margin * self.scale * QUARTER - interest
        self.borrow_or_repay()
        volatility = VOLATILITY[self.stage]
        shock = self.random.gauss(0.0, 1.0) * math.sqrt(QUARTER)
        self.scale *= math.exp((drift - 0.5 * volatility**2) * QUARTER + volatility * shock)
        if self.cash < 0.0:
            self.fail()

    def borrow_or_repay(self) -> None:
        """Draw on a line that grows with sales when cash is short; repay what is not needed."""
        wanted = 0.5 * self.scale - self.cash
        if wanted > 0.0 and self.stage > 0:
            drawn = max(min(wanted, LINE_SHARE * self.scale - self.debt), 0.0)
            self.lives.lent += drawn
        else:
            drawn = -min(self.debt, max(self.cash - self.scale, 0.0))
        self.debt += drawn
        self.cash += drawn

    def fail(self) -> None:
        """Close; the lender loses a share of exposure at default."""
        self.is_alive = False
        self.lives.failed += 1
        self.lives.lost += LOSS_SHARE * self.debt

    def exit(self) -> None:
        """Be sold or listed; the loan is repaid."""
        self.is_alive = False
        self.lives.exited += 1
