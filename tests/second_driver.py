"""The second driver: one SimPy process for each firm, as proof of the compiled loop.

It calls the same rules with the same streams as `sim.model.firms.advance.advance`, but leaves it
to SimPy's event queue to say which firm is next, as a textbook would. It must give the same
event log and the same firms, bit for bit. It is slow on purpose: nothing in it is shared
with the loop that it proves, except the rules.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import simpy

from sim.base.columns import Rows
from sim.engine.world import World
from sim.model.firms.record import NEVER

Life = Generator[simpy.Event, None, None]


@dataclass
class SecondDriver(World):
    """A world whose firms are SimPy processes with a clock of their own.

    A branch of such a world is again one, with processes of its own.

    Parameters
    ----------
    order : sequence of int, optional
        In which order the processes of the firms are created; by row by default.
    """

    order: Sequence[int] | None = None
    street: "Street | None" = field(default=None, init=False)

    def advance(self, until: float) -> None:
        """Take every firm to a date."""
        if self.street is None:
            self.street = Street(self)
        self.street.run(until)
        self.keep_events()


def with_second_driver(world: World, order: Sequence[int] | None = None) -> SecondDriver:
    """The same world, to be driven by SimPy."""
    return SecondDriver(**vars(world), order=order)


class Street:
    """The firms of one world, each a process in one SimPy environment."""

    def __init__(self, world: World) -> None:
        self.world = world
        # No firm has anything left to do before the last settlement.
        self.env = simpy.Environment(initial_time=world.settled)
        # The date for which each process waits, to notice that others have changed it.
        self.planned = world.next_time.copy()
        order = getattr(world, "order", None)
        count = range(world.firms.shape[0])
        # Dictionaries keep the order in which the processes are created.
        self.lives = {
            int(i): self.env.process(self.live(int(i)))
            for i in (count if order is None else order)
        }
        self.interruptions = 0
        self.swept = 0

    def run(self, until: float) -> None:
        """Wake whoever was dealt with from outside, run to a barrier, sweep it clean."""
        for i in np.flatnonzero(self.world.next_time != self.planned):
            self.interrupt(int(i))
        if until > self.env.now:
            self.env.run(until=until)
        self.sweep(until)

    def interrupt(self, i: int) -> None:
        """Let a firm look at its next date again: a committee or market conditions moved it."""
        self.planned[i] = self.world.next_time[i]
        if self.lives[i].is_alive:
            self.lives[i].interrupt()
            self.interruptions += 1

    def live(self, i: int) -> Life:
        """One firm: wait for the next event, carry it out, start over."""
        while self.planned[i] < NEVER:
            try:
                yield from self.wait(float(self.planned[i]))
            except simpy.Interrupt:
                continue
            self.fire(i)
            self.planned[i] = self.world.next_time[i]

    def wait(self, date: float) -> Life:
        """Wait until the clock is not before `date`.

        The clock can come out a rounding error early; what is then left is exact.
        """
        yield self.env.timeout(max(date - self.env.now, 0.0))
        while self.env.now < date:
            yield self.env.timeout(date - self.env.now)

    def sweep(self, until: float) -> None:
        """Carry out what is due at the barrier itself.

        SimPy stops just before what is scheduled for the barrier's own date, and a clock
        that came out a rounding error late leaves its firm behind.
        """
        for i in np.flatnonzero(self.world.next_time <= until):
            while self.world.next_time[i] <= until:
                self.fire(int(i))
                self.swept += 1

    def fire(self, i: int) -> None:
        """Carry out a firm's next event at its own date, whatever the clock shows."""
        w = self.world
        if w.cursor[1] == 1 and w.cursor[0] + 8 > w.log.shape[0]:
            w.keep_events()
        firm, market_conditions = w.firms[i], w.market_conditions[0]
        parameters = w.params[int(firm.sector)]
        date = float(w.next_time[i])
        w.next_time[i] = w.rules.fire(firm, parameters, market_conditions, date, w.log, w.cursor)
        w.pending[i] = firm.request


def by_firm(events: Sequence[Rows]) -> Any:
    """All events, firm by firm, each firm's own in the order in which they happened."""
    rows = np.concatenate(events)
    return rows[np.argsort(rows["firm"], kind="stable")]
