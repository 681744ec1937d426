"""How replications hang together: options that change no mean, antithetic pairs and the like.

Controls change no draw at all: they only sharpen what is concluded from the same histories,
and those that were found to help are on by default. Mirrored and evenly spread draws are
off: they were found to gain nothing here. They leave the law of each single history, or of
each single firm, as it is; what changes is how histories of a pair, or firms of a block,
hang together. Several populations of firms may also meet one history, so that luck of firms
can be told from luck of histories.

References
----------
Law (2015), Simulation Modeling and Analysis, chapter 11; Owen (2013), Monte Carlo theory,
methods and examples, chapters 8 and 10.
"""

from typing import Literal, get_args

from sim.base import draws
from sim.base.draws import flagged
from sim.base.parameter import Frozen, param

FirmDraw = Literal["birth", "threshold", "shock", "trial", "exit", "workout", "signal"]
Draw = Literal[FirmDraw, "macro", "frailty", "equity_market"]
Control = Literal["economy", "population", "hazards", "exits"]

PURPOSES: dict[str, int] = {name: getattr(draws, name.upper()) for name in get_args(Draw)}


class VarianceReduction(Frozen):
    """Which draws replications share or mirror, and which controls are used."""

    antithetic: tuple[Draw, ...] = param(
        (), unit="", meaning="draws that the second history of each pair mirrors"
    )
    stratified: tuple[FirmDraw, ...] = param(
        (), unit="", meaning="draws spread evenly over each block of 64 firms"
    )
    controls: tuple[Control, ...] = param(
        ("economy", "hazards", "exits"),
        unit="",
        meaning="known means by which differences are adjusted",
    )

    populations_per_history: int = param(
        1,
        unit="count",
        meaning="populations of firms that meet the same regimes, market and yearly factor",
        low=1,
        high=1000,
    )

    @property
    def unit(self) -> int:
        """Replications that make one independent observation: 2 for antithetic pairs.

        Those that meet one history belong together, too.
        """
        return self._pair * self.populations_per_history

    @property
    def _pair(self) -> int:
        return 2 if self.antithetic else 1

    def key(self, seed: int, replication: int) -> tuple[int, int]:
        """The key of one replication's firms, flagged.

        Of an antithetic pair, the even number comes first and is as without mirrors.

        >>> plain, pairs = VarianceReduction(), VarianceReduction(antithetic=("macro",))
        >>> pairs.key(7, 4) == plain.key(7, 4), pairs.key(7, 5) == plain.key(7, 5)
        (True, False)
        """
        second = replication % self._pair
        key = draws.replication_key(seed, replication - second)
        antithetic = [PURPOSES[name] for name in self.antithetic]
        stratified = [PURPOSES[name] for name in self.stratified]
        return flagged(key, antithetic, stratified, bool(second))

    def system_key(self, seed: int, replication: int) -> tuple[int, int]:
        """The key of what all firms of a replication meet: regimes, market, yearly factor.

        It is that of the first of the replications that share a history.

        >>> rule = VarianceReduction(populations_per_history=2)
        >>> rule.system_key(7, 5) == rule.key(7, 4), rule.system_key(7, 5) == rule.key(7, 5)
        (True, False)
        """
        place = replication % self.unit
        return self.key(seed, replication - place + place % self._pair)
