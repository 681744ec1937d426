"""Results of an experiment: what every replication left behind, frozen."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from sim.analysis.contract_table import QUANTILES, contract_summary
from sim.analysis.estimates import unit_of
from sim.analysis.measured import Measured
from sim.analysis.outcomes_table import measure
from sim.analysis.tables import Held, Table, replications
from sim.base.columns import TEXT, Column, unrolled
from sim.base.errors import OutcomeError
from sim.base.language import tr
from sim.base.notebook_html import facts_html
from sim.base.wording import arrangement_text
from sim.base.workbook import write_workbook
from sim.engine.history import BANK_PANEL
from sim.experiment.answers import answer
from sim.experiment.workbook import run_sheets
from sim.model.firms.record import FIRM, LOG
from sim.outcomes.contracts import CONTRACTS
from sim.outcomes.groups import Labels
from sim.scenario.scenario import Scenario


@dataclass(frozen=True)
class Reduced:
    """What is kept of one replication; the same fields as `Results`, for one number."""

    replication: int
    outcomes: pd.DataFrame
    series: pd.DataFrame
    banks: pd.DataFrame
    firms: pd.DataFrame | None
    events: pd.DataFrame | None
    residual: float
    checks: int
    seconds: float
    contracts: pd.DataFrame | None = None
    seen: Mapping[str, pd.DataFrame] = field(default_factory=dict)


class AnyResults:
    """What can be asked of results, wherever their tables lie."""

    scenario: Scenario
    manifest: Mapping[str, Any]

    @property
    def kept(self) -> tuple[str, ...]:
        """Names of the tables that are there, in the order of `TABLES`."""
        raise NotImplementedError

    def table(self, name: str) -> Table:
        """Give a table that was kept, to be read whole or by parts."""
        raise NotImplementedError

    def __repr__(self) -> str:
        """Say in one line what this is."""
        names = ", ".join(self.scenario.experiment.all_run)
        count = self._replications()
        return f"Results({count} replications of {names})"

    def _repr_html_(self) -> str:
        """Show in a notebook what was run and which tables are here, with their rows."""
        named = tr(", ").join(map(arrangement_text, self.scenario.experiment.arrangements))
        return facts_html(tr(self.scenario.title), [
            (tr("Arrangements"), named),
            (tr("Replications"), self._replications()),
            *((name, tr("{count} rows", count=f"{len(self.table(name)):,}"))
              for name in self.kept),
        ])  # fmt: skip

    def frame(self, labels: bool = False) -> pd.DataFrame:
        """The tidy table of outcomes; with `labels` written for people, without controls."""
        return measure(self).frame(labels=True) if labels else self.table("outcomes").frame()

    def _replications(self) -> int:
        return replications(self.table("outcomes"))

    def outcome(
        self, name: str, by: str | Labels | None = None, labels: bool = False
    ) -> pd.DataFrame:
        """One outcome of every history, of all or by group, without simulating again.

        Parameters
        ----------
        name : str
            Of an outcome, also one that was defined after the run; where the parts of an
            outcome are outcomes of their own, what they are parts of (``"bank.line"``).
        by : str or callable, optional
            ``"bank"`` or ``"regime"``, from the books of banks; ``"stage"``, ``"sector"``,
            ``"size"`` (of sales), ``"stratum"`` (on the register of technology SMEs or above its
            caps) or ``"high_tech"`` of firms at their last date; or a function that is given the
            columns of firms by name and labels each firm. Groups of firms need the records of
            firms and contracts, unless the parts are outcomes of their own.
        labels : bool
            Whether to write names in words and numbers in the units that people read.

        Returns
        -------
        DataFrame
            Columns arrangement, replication, group, value; nan where undefined. With `labels`
            outcome and unit stand before them.

        Raises
        ------
        OutcomeError
            If there is no such outcome or group, or it reads what this run has not kept, or
            what cannot be split so.
        """
        return answer(self, name, by, labels)

    def contract_summary(
        self, column: str, by: str | Sequence[str] = ("arrangement",),
        quantiles: Sequence[float] = QUANTILES,
    ) -> pd.DataFrame:  # fmt: skip
        """Mean, quantiles and counts of a column of the contracts signed in the experiment.

        See `sim.analysis.contract_table.contract_summary`. Raises OutcomeError also where
        contracts were not kept.
        """
        if "contracts" not in self.kept:
            cure = 'run with keep=("contracts",), or --keep contracts'
            raise OutcomeError(column, "needs the contracts, which this run has not kept", cure)
        contracts = self.table("contracts").frame()
        date, horizon = contracts["date"], self.scenario.experiment.horizon_years
        signed = contracts[(date > 0.0) & (date <= horizon + 1e-9)]
        return contract_summary(signed, column, by, quantiles, unit_of(self.scenario))

    def to_excel(self, path: str | Path) -> Path:
        """Write all that the run has found as one Excel workbook, with its folder, and name it.

        It holds comparison, levels, banks, curves, every history, assumptions with their
        sources and what the run says of itself, in the language of the context. Raises SimError
        if XlsxWriter, of the extra ``excel``, is not installed.
        """
        return write_workbook(path, run_sheets(Measured(self)))


@dataclass(frozen=True, eq=False, repr=False)
class Results(AnyResults):
    """All replications of an experiment; what each table holds is declared in `TABLES`.

    Firms, events and contracts are kept only where asked for. The manifest holds seed, versions,
    largest accounting residual and the like; `seen` what each observer gave, by its name.
    """

    scenario: Scenario
    outcomes: pd.DataFrame
    series: pd.DataFrame
    banks: pd.DataFrame
    firms: pd.DataFrame | None
    events: pd.DataFrame | None
    manifest: Mapping[str, Any]
    contracts: pd.DataFrame | None = None
    seen: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    @property
    def kept(self) -> tuple[str, ...]:
        """Names of the tables that are there, in the order of `TABLES`."""
        return tuple(name for name in TABLES if getattr(self, name) is not None)

    def table(self, name: str) -> Table:
        """Give a table that was kept, to be read whole or by parts."""
        return Held(getattr(self, name))


@dataclass(frozen=True, eq=False, repr=False)
class StoredResults(AnyResults):
    """Results of a run in a folder: tables stay in their files until they are asked for.

    It has all that `Results` has; ``outcomes``, ``series`` and the other frames are read anew
    whenever they are asked for, so that none is held that nobody uses.
    """

    scenario: Scenario
    tables: Mapping[str, Table]
    manifest: Mapping[str, Any]
    seen: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    @property
    def kept(self) -> tuple[str, ...]:
        """Names of the tables that are there, in the order of `TABLES`."""
        return tuple(self.tables)

    def table(self, name: str) -> Table:
        """Give a table that was kept, to be read whole or by parts."""
        return self.tables[name]

    @property
    def outcomes(self) -> pd.DataFrame:
        """Every outcome of every history, see `OUTCOMES`."""
        return self.tables["outcomes"].frame()

    def __getattr__(self, name: str) -> pd.DataFrame | None:
        """Read a whole table by its name; None where it was not kept."""
        if name not in TABLES:
            raise AttributeError(name)
        return self.tables[name].frame() if name in self.tables else None

    def __dir__(self) -> list[str]:
        """Name the tables, too."""
        return [*super().__dir__(), *TABLES]


def joined(parts: Iterable[pd.DataFrame | None], columns: Sequence[str]) -> pd.DataFrame:
    """Stack tables, or give an empty one with the columns.

    >>> joined([None, pd.DataFrame({"value": [1.0]})], ("value",))["value"].tolist()
    [1.0]
    >>> list(joined([], ("value",)).columns)
    ['value']
    """
    found = [part for part in parts if part is not None and len(part)]
    if not found:
        return pd.DataFrame({name: [] for name in columns})
    return pd.concat(found, ignore_index=True)


# --- The tables that a run leaves: every column with its unit and meaning ------------------------


_RUN = (
    Column("arrangement", TEXT, "arrangement or programme that was run", TEXT),
    Column("replication", "count", "number of the history, from 0", "i8", low=0.0),
)
_BANK = Column("bank", TEXT, "name of the bank; empty where no bank is meant", TEXT)

OUTCOMES = (
    *_RUN,
    Column("outcome", TEXT, "name of the outcome, or of a control", TEXT),
    Column("value", "that of the outcome", "value in this history; nan where undefined"),
)
SERIES = (
    *_RUN,
    Column("series", TEXT, "name of the curve", TEXT),
    _BANK,
    Column("x", "that of the series", "place on the curve: date, age, or time since signing"),
    Column("value", "that of the series", "height of the curve there"),
)
BANKS = (
    _BANK,
    Column("year", "years", "date of the settlement; 0 for the opening, which no flow counts in",
           low=0.0),
    *BANK_PANEL,
    *_RUN,
)  # fmt: skip
FIRMS = (*unrolled(FIRM.columns), *_RUN)
_EVENT = Column("event", TEXT, "what happened, in words", TEXT)
EVENTS = (*(_EVENT if column.name == "event" else column for column in LOG.columns), *_RUN)
TABLES = {
    "outcomes": OUTCOMES, "series": SERIES, "banks": BANKS, "firms": FIRMS, "events": EVENTS,
    "contracts": (*CONTRACTS, *_RUN),
}  # fmt: skip
"""Columns of each table of a run's folder, in their order."""
RECORDS = ("firms", "events", "contracts")
"""Those that are kept only where asked for; large."""


def names(columns: tuple[Column, ...]) -> tuple[str, ...]:
    """Give the names of columns, in order.

    >>> names(OUTCOMES)
    ('arrangement', 'replication', 'outcome', 'value')
    """
    return tuple(column.name for column in columns)
