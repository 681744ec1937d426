"""Every word of the program in one table: outcomes, clauses, parameters, columns, accounts.

Nothing is defined here. What a word means stands where it is declared (the mark of an
outcome, the field of a parameter group, the column of a record), and is gathered from there.
"""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from importlib import import_module
from pathlib import Path
from typing import get_type_hints

import pandas as pd

from sim.base.columns import Column
from sim.base.draws import STREAMS
from sim.base.language import tr
from sim.clauses.arrangement import Arrangement
from sim.engine.world import Banks
from sim.experiment.tables import TABLES
from sim.firms.record import CLIMATE, FIRM
from sim.firms.totals import FLOWS
from sim.outcomes.by_bank import TABLE as BY_BANK
from sim.outcomes.comparison import FRAME
from sim.outcomes.mark import registry
from sim.outcomes.measure import SUMMARY
from sim.outcomes.series_words import SERIES
from sim.outcomes.wording import unit_name
from sim.page.explore_table import EXPLORE
from sim.page.stated import ECONOMY, Stated, of_file
from sim.scenario.model import Scenario
from sim.scenario.parameters import clause_kinds, parameters
from sim.scenario.sources import SOURCES
from sim.state.accounts import ACCOUNTS
from sim.state.book import CONTRACT
from sim.state.history import SYSTEM_PANEL
from sim.state.ledger import MEANINGS, PARTIES

MONEY = "CNY million"
KINDS = ("outcome", "clause", "parameter", "column", "account", "party", "series", "stream")
"""Kinds of words, in the order of the table."""

RECORDS: dict[str, tuple[Iterable[Column], str]] = {
    "firm": (FIRM.columns, "sim.firms.record"),
    "climate": (CLIMATE.columns, "sim.firms.record"),
    "contract": (CONTRACT.columns, "sim.state.book"),
    "flows of a firm": (FLOWS, "sim.firms.totals"),
    "system at settlements": (SYSTEM_PANEL, "sim.state.history"),
    **{f"{name}.parquet": (table, "sim.experiment.tables") for name, table in TABLES.items()},
    "comparison.csv": (FRAME, "sim.outcomes.comparison"),
    "summary.csv": (SUMMARY, "sim.outcomes.measure"),
    "explore.csv": (EXPLORE, "sim.page.explore_table"),
    "by_bank.csv": (BY_BANK, "sim.outcomes.by_bank"),
}
"""Records and tables with their columns, and where these are declared."""


@dataclass(frozen=True)
class Entry:
    """One word: as it is written in files and tables, and what it belongs to.

    `subject` is a party, a table of the scenario or a record, `kind` one of `KINDS`,
    `declared` the module in which it is declared, `shipped` the value in the default
    economy, and `kinds` the kinds of a clause that have the key; empty where there is none.
    """

    name: str
    subject: str
    kind: str
    unit: str
    meaning: str
    declared: str
    range: str = ""
    default: str = ""
    shipped: str = ""
    kinds: str = ""
    formula: str = ""
    source: str = ""

    @property
    def anchor(self) -> str:
        """Place on a page: one for each word."""
        # A key may belong to several kinds of a clause, with a range for each.
        words = (self.kind, self.subject, self.name, self.kinds)
        return re.sub(r"[^a-zA-Z0-9_.]+", "-", "-".join(words)).strip("-")


COLUMNS = (
    "name", "subject", "kind", "unit", "range", "default", "shipped", "kinds", "meaning",
    "formula", "source", "declared",
)  # fmt: skip


def vocabulary(economy: str | os.PathLike[str] | None = None) -> pd.DataFrame:
    """Give every word of the program, one row each, with the columns of `COLUMNS`, all text.

    Parameters
    ----------
    economy : path, optional
        Scenario file whose values and sources are told beside the parameters; by default
        the default economy, where it is found from the current folder.

    Raises
    ------
    ScenarioError
        If a file was named and cannot be read.

    Examples
    --------
    >>> words = vocabulary().set_index("name")
    >>> words.loc["bank.raroc", "unit"], words.loc["lifecycle.recovery_hazard", "range"]
    ('per year', '[0, ∞)')
    """
    rows = [asdict(entry) for entry in entries(economy)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def entries(economy: str | os.PathLike[str] | None = None) -> list[Entry]:
    """Give every word, by kind in the order of `KINDS`; see `vocabulary`."""
    file = economy_file(economy)
    known = of_file(file) if file is not None else Stated()
    return [
        *outcomes(), *clauses(), *scenario_keys(known), *columns(), *ledger(), *curves(),
        *streams(),
    ]  # fmt: skip


def economy_file(economy: str | os.PathLike[str] | None = None) -> Path | None:
    """Give the scenario whose values are told: the one named, or the default where it is."""
    if economy is not None:
        return Path(economy)
    return ECONOMY if ECONOMY.is_file() else None


def outcomes() -> Iterator[Entry]:
    """Every outcome, from its mark."""
    for mark in registry().values():
        better = "" if mark.better == "neither" else f"; {tr(mark.better)} {tr('is better')}"
        yield Entry(
            mark.name, mark.group, "outcome", tr(mark.unit), f"{tr(mark.label)}{better}",
            mark.function.__module__, range=str(mark.bounds), formula=tr(mark.formula),
            source=tr(mark.source),
        )  # fmt: skip


def clauses() -> Iterator[Entry]:
    """Every kind of every clause, from its group."""
    for one in clause_kinds(Arrangement):
        keys = ", ".join(one.keys)
        yield Entry(
            f"{one.clause}.{one.kind}", one.clause, "clause", tr("kind of clause"),
            tr(one.meaning), one.module, source=_source_of(one.module),
            range=tr("keys: {keys}", keys=keys) if keys else tr("no keys"),
            default=tr("neutral") if one.is_neutral else "",
        )  # fmt: skip


def scenario_keys(known: Stated) -> Iterator[Entry]:
    """Every key of a scenario, from the declared groups; those in no table come first."""
    for one in sorted(parameters(Scenario), key=lambda key: len(key.path) > 1):
        value, source = known.of(one.path) if one.path != (SOURCES,) else ("", "")
        yield Entry(
            one.key, one.table, "parameter", tr(unit_name(one.unit)), tr(one.meaning), one.module,
            range=one.legal, shipped=value, source=source or _source_of(one.module),
            default=tr("must be given") if one.default is None else one.default,
            kinds=", ".join(one.kinds),
        )  # fmt: skip


def columns() -> Iterator[Entry]:
    """Every column of every record and table, and the state of a bank."""
    for record, (declared, module) in RECORDS.items():
        for column in declared:
            unit = tr(unit_name(column.unit))
            if column.length > 1:
                unit = tr("{unit}, {count} values", unit=unit, count=column.length)
            yield Entry(
                column.name, record, "column", unit, tr(column.meaning), module,
                range=column.legal,
            )  # fmt: skip
    meanings = get_type_hints(Banks, include_extras=True)
    for field in fields(Banks):
        (words,) = meanings[field.name].__metadata__
        yield Entry(field.name, "bank", "column", tr(MONEY), tr(words), Banks.__module__)


def ledger() -> Iterator[Entry]:
    """Every account and every party of the ledger."""
    for account in ACCOUNTS:
        payers, payees = (
            ", ".join(tr(PARTIES[party]) for party in side)
            for side in (account.payers, account.payees)
        )
        yield Entry(
            account.name, "ledger", "account", tr(MONEY), tr(account.meaning),
            "sim.state.accounts", formula=f"{payers} → {payees}",
        )  # fmt: skip
    for party, meaning in MEANINGS.items():
        yield Entry(party, "ledger", "party", tr("party"), tr(meaning), "sim.state.ledger")


def curves() -> Iterator[Entry]:
    """Every series."""
    for mark in SERIES:
        yield Entry(
            mark.name, "series.parquet", "series", tr(mark.unit), tr(mark.meaning),
            "sim.outcomes.series_words", formula=tr("against {x}", x=tr(mark.x)),
        )  # fmt: skip


def streams() -> Iterator[Entry]:
    """Every stream of random numbers."""
    for name, (purpose, meaning) in STREAMS.items():
        yield Entry(
            name, "random numbers", "stream", tr("uniform numbers"), tr(meaning),
            "sim.base.draws", range="(0, 1)", formula=tr("purpose {number}", number=purpose),
        )  # fmt: skip


def _source_of(module: str) -> str:
    """Give what the head of a file says about its sources; empty where it says nothing."""
    words = " ".join(str(import_module(module).__doc__ or "").split())
    return words.partition("Source: ")[2].rstrip(".")
