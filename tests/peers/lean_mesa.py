"""The lean model in Mesa: one agent for each firm, stepping quarter by quarter."""

import math
from typing import Any

import mesa

from tests.peers.firm import BOOM_YEARS, BUST_YEARS, QUARTER, Firm, Lives


class FirmAgent(mesa.Agent):  # type: ignore[misc]
    """A firm that steps with the model."""

    def __init__(self, model: "Market") -> None:
        super().__init__(model)
        self.firm = Firm(model.random, model.lives)

    def step(self) -> None:
        """Live a quarter."""
        firm, draw = self.firm, self.random.random
        for event, rate in firm.hazards(self.model.is_bust).items():
            if rate > 0.0 and draw() < 1.0 - math.exp(-rate * QUARTER):
                firm.happens(event)
                if not firm.is_alive:
                    break
        else:
            firm.close_quarter()
            self.model.lives.quarters += 1.0
        if not firm.is_alive:
            self.remove()


class Market(mesa.Model):  # type: ignore[misc]
    """Firms that enter over some years, and the economy around them."""

    def __init__(self, firms: int, years: float, seed: int = 0) -> None:
        super().__init__(seed=seed)
        self.lives = Lives()
        self.is_bust = False
        self.now = 0.0
        dates = (self.random.uniform(0.0, years) for _ in range(firms))
        self.entries = sorted(dates, reverse=True)

    def step(self) -> None:
        """Let firms enter, let the economy turn, and let all firms live a quarter."""
        self.now += QUARTER
        while self.entries and self.entries[-1] < self.now:
            self.entries.pop()
            FirmAgent(self)
        years = BUST_YEARS if self.is_bust else BOOM_YEARS
        if self.random.random() < 1.0 - math.exp(-QUARTER / years):
            self.is_bust = not self.is_bust
        self.agents.shuffle_do("step")


def run(firms: int, years: float, seed: int = 0) -> Any:
    """Let firms enter over some years and live to their end; gives `tests.peers.firm.Lives`."""
    market = Market(firms, years, seed)
    while market.now < years:
        market.step()
    return market.lives
