"""Arrangements between two others: some clauses of one, the rest of the other.

Every subset of clauses is a valid arrangement, so the clauses in which two arrangements
differ are the players of a game, and a coalition is the first arrangement with the
coalition's clauses of the second. What banks believe is a player of its own where the
scenario lets them believe different things of the two.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sim.banks.belief import belief_of
from sim.clauses.arrangement import differing_clauses
from sim.scenario.model import Scenario
from sim.scenario.positions import join_key
from sim.study.aims import ARRANGEMENTS, Names, arrangements_of, refused

BELIEF = "belief"
"""The player that stands for what banks believe."""


@dataclass(frozen=True)
class Game:
    """The clauses in which two arrangements of a scenario differ.

    Parameters
    ----------
    scenario : Scenario
    first, second : str
        Names of the two arrangements.
    players : tuple of str
        Clauses in the order of the book, then ``"belief"`` where it differs.
    """

    scenario: Scenario
    first: str
    second: str
    players: tuple[str, ...]

    @property
    def everybody(self) -> int:
        """The coalition of all players."""
        return (1 << len(self.players)) - 1

    def name(self, coalition: int) -> str:
        """Name the arrangement of a coalition; none and all keep their own names."""
        if coalition in (0, self.everybody):
            return self.second if coalition else self.first
        return "+".join([self.first, *self.members(coalition)])

    def members(self, coalition: int) -> list[str]:
        """Give the players of a coalition."""
        return [one for n, one in enumerate(self.players) if coalition >> n & 1]

    def with_coalitions(self, coalitions: Iterable[int]) -> Scenario:
        """Give the scenario that runs these coalitions side by side, and its baseline.

        Raises
        ------
        ScenarioError
            If a mixture breaks a rule of the scenario.
        """
        names = {coalition: self.name(coalition) for coalition in coalitions}
        baseline = self.scenario.experiment.baseline
        run = dict.fromkeys([baseline, *names.values()])
        values: dict[str, Any] = {"experiment.arrangements": list(run)}
        for coalition, name in names.items():
            if coalition not in (0, self.everybody):
                values |= self._mixture(name, set(self.members(coalition)))
        return self.scenario.with_values(values)

    def _mixture(self, name: str, members: set[str]) -> Mapping[str, Any]:
        """Give the values of one arrangement between the two."""
        second = self.scenario.arrangement[self.second]
        changed = {clause: getattr(second, clause) for clause in members - {BELIEF}}
        mixed = self.scenario.arrangement[self.first].model_copy(update=changed)
        values: dict[str, Any] = {join_key(("arrangement", name)): mixed}
        believes = self.second if BELIEF in members else self.first
        own = self.scenario.belief.by_arrangement.get(believes)
        if own is not None:
            values[join_key(("belief", "by_arrangement", name))] = own
        return values


def game_of(scenario: Scenario, arrangements: Names) -> Game:
    """Find the players of the game between two arrangements.

    Raises
    ------
    ScenarioError
        If one is unknown, or the two are the same.
    """
    first, second = arrangements_of(scenario, arrangements, 2, clauses=True)
    players = differing_clauses(scenario.arrangement[first], scenario.arrangement[second])
    if belief_of(scenario.belief, first) != belief_of(scenario.belief, second):
        players = (*players, BELIEF)
    if not players:
        rule, cure = "are the same in every clause", "name two that differ"
        raise refused(ARRANGEMENTS, rule, f"{first}, {second}", cure)
    return Game(scenario, first, second, players)
