"""What becomes of an applicant under each arrangement, over many lives and histories.

A life is one copy of the firm in one history of the scenario's economy: its banks meet, and then
it lives on by the rules that hold for every firm, renewals and new loans included, as long as the
longest contract or right that is compared here. A loan that runs at the end counts at face value.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.engine.processes import run_world
from sim.engine.world import World, conditions_on
from sim.experiment.simulate import freeze
from sim.experiment.store import Floats
from sim.outcomes.bank_stage import client_funding, client_income
from sim.outcomes.reading import defaulted, net_loss, of_firms
from sim.scenario.scenario import Scenario, menu_of
from sim.studies.applicant_world import Applicant, applicants, crowd, decided
from sim.studies.meetings import Bools, Meeting, meeting_of

Nature = tuple[float, float]
LONGEST = 10.0
"""Years for which a life is followed at most."""


def years_of(scenario: Scenario, names: Sequence[str]) -> int:
    """Give the years of the longest contract or right of some arrangements, plain lending too."""
    terms = [conditions_on(menu_of(scenario, name), scenario)[0] for name in ("plain", *names)]
    most = max(float(max(one["years"].max(), one["right_years"].max())) for one in terms)
    return math.ceil(min(most, LONGEST) - 1e-9)


@dataclass(frozen=True, eq=False)
class Lives:
    """All lives of one applicant under one arrangement; histories are rows, copies columns.

    Parameters
    ----------
    meetings
        One for each history.
    loss, margin, lent
        What lenders lose by its default, what all of its loans leave them before tax and
        screening, CNY million, and the time integral of its balance, CNY million years; shape
        (n_histories, n_copies).
    failed
        Whether it defaults on a loan of the desks, the same shape.
    year
        In which it was lost, from 0, the same shape.
    years
        For which each is followed.
    """

    meetings: tuple[Meeting, ...]
    loss: Floats
    margin: Floats
    lent: Floats
    failed: Bools
    year: NDArray[np.int64]
    years: int

    def of(self, name: str) -> NDArray[np.generic]:
        """Give a field of all meetings, shape (n_histories, n_copies)."""
        return np.array([getattr(one, name) for one in self.meetings])

    @property
    def took(self) -> Bools:
        """Whether a loan was signed on the first day, shape (n_histories, n_copies)."""
        return np.asarray(self.of("took"), dtype=bool)

    def by_history(self, values: NDArray[np.generic], among: Bools) -> Floats:
        """Give the mean of some lives in each history, shape (n_histories,); nan of none."""
        count = among.sum(axis=1)
        total = np.where(among, values, 0.0).sum(axis=1)
        return np.asarray(
            np.divide(total, count, out=np.full(count.size, np.nan), where=count > 0)
        )

    def lost_by(self, year: int) -> Floats:
        """Give what each life has cost lenders by the end of a year, from 0, CNY million."""
        return np.asarray(np.where(self.year <= year, self.loss, 0.0))

    def defaults_by(self, year: int) -> Bools:
        """Whether each life has defaulted by the end of a year, from 0."""
        return np.asarray(self.failed & (self.year <= year))

    def yearly(self) -> Floats:
        """Give the mean loss of a loan by year, CNY million, shape (n_histories, n_years)."""
        parts = [
            self.by_history(self.loss * (self.year == y), self.took) for y in range(self.years)
        ]
        return np.column_stack(parts)


KEPT = 8
"""Worlds that are kept."""


@dataclass
class Applications:
    """Worlds of applicants of one scenario, made once for each that is asked for.

    Parameters
    ----------
    copies
        Of an applicant in each history.
    """

    scenario: Scenario
    copies: int
    years: int
    _known: dict[tuple[int, Applicant, Nature], World] = field(default_factory=dict)

    @property
    def arrangements(self) -> tuple[str, ...]:
        """Those that are compared."""
        return tuple(self.scenario.experiment.arrangements)

    def world(self, replication: int, who: Applicant, nature: Nature) -> World:
        """Give the world of an applicant before its banks meet; the last few are kept."""
        key = replication, who, nature
        if key not in self._known:
            if len(self._known) >= KEPT:
                self._known.pop(next(iter(self._known)))
            several = crowd(self.scenario, self.copies, float(self.years), 0.0)
            self._known[key] = applicants(several, replication, who, nature)
        return self._known[key]

    def met(
        self,
        replication: int,
        who: Applicant,
        nature: Nature,
        change: Callable[[World], None] = lambda _: None,
    ) -> dict[str, World]:
        """Give the world under each arrangement, once its banks have met by changed rules."""
        w = self.world(replication, who, nature)
        return {name: decided(w, name, change) for name in self.arrangements}


Life = tuple[Meeting, Floats, Floats, Floats, Bools, NDArray[np.int64]]


def lived(w: World, years: int) -> Life:
    """Read what banks have just decided, let all copies live, and read what came of them."""
    met = meeting_of(w)
    run_world(w, 0.0, float(years))
    history = freeze(w)
    lost = net_loss(history)
    left = client_income(history) - client_funding(history) - lost
    firms = of_firms(history)
    end = np.ceil(firms["end"].clip(max=1e6) - 1e-9).astype(np.int64) - 1
    lent = np.asarray(firms["cum_balance"], dtype=np.float64)
    return met, lost, left, lent, defaulted(history), end


def lives_in(known: Applications, who: Applicant, nature: Nature, number: int) -> dict[str, Life]:
    """Let an applicant live in one history under every arrangement."""
    met = known.met(number, who, nature)
    return {name: lived(w, known.years) for name, w in met.items()}


def lives_of(parts: Sequence[Mapping[str, Life]], years: int) -> dict[str, Lives]:
    """Put the lives of an applicant in several histories together, by arrangement."""
    found = {}
    for name in parts[0] if parts else ():
        own = [one[name] for one in parts]
        loss, margin, lent = (np.array([row[place] for row in own]) for place in (1, 2, 3))
        failed, year = np.array([row[4] for row in own]), np.array([row[5] for row in own])
        met = tuple(row[0] for row in own)
        found[name] = Lives(met, loss, margin, lent, failed, year, years)
    return found
