"""The lean model in SimPy: one process for each firm, and one for the economy."""

from collections.abc import Generator
from random import Random

import simpy

from tests.peers.firm import BOOM_YEARS, BUST_YEARS, QUARTER, Firm, Lives

Steps = Generator[simpy.Event, None, None]


class Economy:
    """Booms and busts in turn."""

    def __init__(self, env: simpy.Environment, random: Random) -> None:
        self.env = env
        self.random = random
        self.is_bust = False
        env.process(self.turn())

    def turn(self) -> Steps:
        """Wait for the end of each regime."""
        while True:
            years = BUST_YEARS if self.is_bust else BOOM_YEARS
            yield self.env.timeout(self.random.expovariate(1.0 / years))
            self.is_bust = not self.is_bust


def live(env: simpy.Environment, economy: Economy, entry: float, lives: Lives) -> Steps:
    """One firm: enter, then wait for whatever comes first, quarter by quarter."""
    random = economy.random
    yield env.timeout(entry)
    firm = Firm(random, lives)
    birth, quarter = env.now, 1
    while firm.is_alive:
        due = birth + quarter * QUARTER
        rates = firm.hazards(economy.is_bust)
        wait = random.expovariate(sum(rates.values()))
        # Hazards have no memory, so that waiting anew from each quarter on changes nothing.
        if env.now + wait < due:
            yield env.timeout(wait)
            firm.happens(random.choices(list(rates), list(rates.values()))[0])
        else:
            yield env.timeout(due - env.now)
            firm.close_quarter()
            lives.quarters += 1.0
            quarter += 1


def run(firms: int, years: float, seed: int = 0) -> Lives:
    """Let firms enter over some years and live to their end."""
    random, lives = Random(seed), Lives()
    env = simpy.Environment()
    economy = Economy(env, random)
    for _ in range(firms):
        env.process(live(env, economy, random.uniform(0.0, years), lives))
    env.run(until=years)
    return lives
