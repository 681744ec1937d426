"""A firm whose fate hangs on the arrangement: it lives under one and closes under the other.

The same firms meet the same random numbers under both, so that a fate that differs is the doing
of the contract, or of what followed from it for banks and firms.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from sim.base.wording import spoken
from sim.engine.history import History
from sim.experiment.progress import ProgressOption, meter
from sim.experiment.simulate import freeze, worlds
from sim.outcomes.reading import Mask, saved
from sim.scenario.scenario import Scenario
from sim.studies.findings import Findings
from sim.studies.request import Names, arrangements_of, refused, together

Fate = Literal["saved", "lost"]
FATES: tuple[Fate, ...] = get_args(Fate)
FIND = "--find"


@dataclass(frozen=True)
class FateFound:
    """A firm of the fate that was looked for, and what was searched.

    arrangements: the fate is that under the second, against the first.
    firm, replication: of the firm that was found; None where there is none.
    replications: those that were searched.
    firms: in each of them.
    saved, lost: firms of either fate in all of them together.
    """

    fate: Fate
    arrangements: tuple[str, str]
    firm: int | None
    replication: int | None
    replications: tuple[int, ...]
    firms: int
    saved: int
    lost: int

    def sentence(self) -> str:
        """Say what was found, and where it was looked for.

        >>> FateFound("lost", ("plain", "swap"), None, None, (0, 1), 300, 4, 0).sentence()
        'Looked at 300 firms in replications 0 to 1: 4 live under swap alone, 0 under plain \
lending alone; no firm is lost under swap.'
        """
        first, second = (spoken(name) for name in self.arrangements)
        start, end = self.replications[0], self.replications[-1]
        where = f"replication {start}" if start == end else f"replications {start} to {end}"
        text = (
            f"Looked at {self.firms:,} firms in {where}: {self.saved} live under {second} alone,"
            f" {self.lost} under {first} alone"
        )
        if self.firm is None:
            return f"{text}; no firm is {self.fate} under {second}."
        return f"{text}; firm {self.firm} of replication {self.replication} is {self.fate}."

    def findings(self) -> Findings:
        """What was searched, for files and the report."""
        key = "_".join(("story", self.fate, *self.arrangements))
        title = f"A firm that is {self.fate} under {spoken(self.arrangements[1])}"
        return Findings(key, title, (self.sentence(),), {}, {})


def find_firm(
    scenario: Scenario,
    fate: Fate,
    arrangements: Names,
    first: int = 0,
    progress: ProgressOption = None,
) -> FateFound:
    """Look for a firm that one arrangement saves, or loses, one replication after the other.

    Of several firms in a replication it gives the one that entered nearest to the start date,
    chosen for the length of its story.

    Parameters
    ----------
    fate
        ``"saved"`` lives to the horizon under the second arrangement and closes before it under
        the first, ``"lost"`` the reverse; a firm that is listed or sold lives.
    arrangements
        Two, programmes too.
    first
        The replication to begin with; the search ends with the last of the scenario.
    progress
        As in `sim.experiment.simulate.simulate`.

    Raises
    ------
    ScenarioError
        For a name that cannot be, or a replication that is not there.
    """
    (one, two), lean = check_request(scenario, fate, arrangements, first)
    counts: dict[str, int] = dict.fromkeys(FATES, 0)
    asked = range(first, lean.experiment.replications)
    tell = meter(progress)
    tell(0, len(asked))
    for replication in asked:
        ends = {
            world.name: freeze(world)
            for world in worlds(lean, replication)
            if world.name in (one, two)
        }
        fates = {"saved": saved(ends[two], ends[one]), "lost": saved(ends[one], ends[two])}
        for name, firms in fates.items():
            counts[name] += int(firms.sum())
        tell(replication - first + 1, len(asked))
        if fates[fate].any():
            firm = _nearest_to_start(ends[one], fates[fate])
            looked = tuple(range(first, replication + 1))
            return _found(fate, (one, two), lean, looked, counts, (firm, replication))
    return _found(fate, (one, two), lean, tuple(asked), counts, (None, None))


def _found(
    fate: Fate,
    pair: tuple[str, str],
    lean: Scenario,
    looked: tuple[int, ...],
    counts: dict[str, int],
    which: tuple[int | None, int | None],
) -> FateFound:
    return FateFound(fate, pair, *which, looked, int(lean.population.stock), **counts)


def _nearest_to_start(history: History, chosen: Mask) -> int:
    """Give the chosen firm that entered nearest to the start date."""
    places = np.flatnonzero(chosen)
    return int(places[np.abs(history.firms["birth"][places]).argmin()])


def check_request(
    scenario: Scenario, fate: str, arrangements: Names, first: int = 0
) -> tuple[tuple[str, str], Scenario]:
    """Check what is looked for; give the pair, and the scenario that runs it alone."""
    pair, _, _ = together(
        lambda: arrangements_of(scenario, arrangements, 2),
        lambda: _known(fate),
        lambda: _there(scenario, first),
    )
    run = dict.fromkeys([scenario.experiment.baseline, *pair])
    return (pair[0], pair[1]), scenario.with_values({"experiment.arrangements": list(run)})


def _known(fate: str) -> None:
    if fate not in FATES:
        raise refused(FIND, "must be saved or lost", fate, "give one of the two")


def _there(scenario: Scenario, first: int) -> None:
    last = scenario.experiment.replications - 1
    if not 0 <= first <= last:
        raise refused("--replication", "is not among the replications", first, f"0 to {last}")
