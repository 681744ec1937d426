"""Every word of the program in one table: outcomes, clauses, parameters, columns, accounts.

Nothing is defined here. What a word means stands where it is declared (the mark of an
outcome, the field of a parameter group, the column of a record), and is gathered from there.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from itertools import groupby
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from sim.analysis.additionality import COLUMNS as ADDITIONALITY
from sim.analysis.bank_tails import TAILS
from sim.analysis.compare import FRAME
from sim.analysis.loss_parts import LOSS_PARTS
from sim.analysis.outcomes_table import SUMMARY
from sim.analysis.outcomes_table import TABLE as BY_BANK
from sim.base.columns import Column
from sim.base.draws import STREAMS
from sim.base.language import tr
from sim.base.shipped import name_of, scenario_path
from sim.base.wording import unit_name
from sim.engine.history import SYSTEM_PANEL
from sim.engine.ledger import ACCOUNTS, MEANINGS, PARTIES
from sim.experiment.results import TABLES
from sim.model.banks.application import APPLICATION
from sim.model.banks.bank import BANK_BOOKS
from sim.model.banks.conditions import CONDITIONS
from sim.model.banks.desk import OFFER
from sim.model.contracts.arrangement import Arrangement
from sim.model.contracts.loan_book import CONTRACT
from sim.model.firms.flows import FLOWS
from sim.model.firms.record import FIRM, MARKET_CONDITIONS
from sim.outcomes.mark import registry
from sim.outcomes.series import SERIES
from sim.report.explore_data import EXPLORE
from sim.report.parts import ECONOMY, Stated, breakable, given, linked, of_file
from sim.report.studies import environment
from sim.scenario.parameters import clause_kinds, parameters
from sim.scenario.scenario import Scenario
from sim.scenario.sources import ID, SOURCES, FactFile, read_facts

MONEY = "CNY million"
KINDS = ("outcome", "clause", "parameter", "column", "account", "party", "series", "stream")
"""Kinds of words, in the order of the table."""

RECORDS: dict[str, tuple[Iterable[Column], str]] = {
    "firm": (FIRM.columns, "sim.model.firms.record"),
    "market conditions": (MARKET_CONDITIONS.columns, "sim.model.firms.record"),
    "contract": (CONTRACT.columns, "sim.model.contracts.loan_book"),
    "application": (APPLICATION.columns, "sim.model.banks.application"),
    "conditions": (CONDITIONS.columns, "sim.model.banks.conditions"),
    "offer": (OFFER.columns, "sim.model.banks.desk"),
    "bank": (BANK_BOOKS.columns, "sim.model.banks.bank"),
    "flows of a firm": (FLOWS, "sim.model.firms.flows"),
    "system at settlements": (SYSTEM_PANEL, "sim.engine.history"),
    **{f"{name}.parquet": (table, "sim.experiment.results") for name, table in TABLES.items()},
    "comparison.csv": (FRAME, "sim.analysis.compare"),
    "summary.csv": (SUMMARY, "sim.analysis.outcomes_table"),
    "explore.csv": (EXPLORE, "sim.report.explore_data"),
    "by_bank.csv": (BY_BANK, "sim.analysis.outcomes_table"),
    "loss_parts.csv": (LOSS_PARTS, "sim.analysis.loss_parts"),
    "additionality.csv": (ADDITIONALITY, "sim.analysis.additionality"),
    "bank_tails.csv": (TAILS, "sim.analysis.bank_tails"),
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

    Values and sources of a scenario file stand beside the parameters, by default those of the
    default economy, where it is found from the current folder. Raises ScenarioError if a file
    was named and cannot be read.
    """
    rows = [asdict(entry) for entry in entries(economy)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def entries(economy: str | os.PathLike[str] | None = None) -> list[Entry]:
    """Give every word, by kind in the order of `KINDS`; see `vocabulary`."""
    file = economy_file(economy)
    known = of_file(file)
    return [
        *outcomes(), *clauses(), *scenario_keys(known), *columns(), *ledger(), *curves(),
        *streams(),
    ]  # fmt: skip


def economy_file(economy: str | os.PathLike[str] | None = None) -> Path:
    """Give the scenario whose values are told: the one named, or the default."""
    return scenario_path(ECONOMY if economy is None else economy)


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


def ledger() -> Iterator[Entry]:
    """Every account and every party of the ledger."""
    for account in ACCOUNTS:
        payers, payees = (
            ", ".join(tr(PARTIES[party]) for party in side)
            for side in (account.payers, account.payees)
        )
        yield Entry(
            account.name, "ledger", "account", tr(MONEY), tr(account.meaning),
            "sim.engine.ledger", formula=f"{payers} → {payees}",
        )  # fmt: skip
    for party, meaning in MEANINGS.items():
        yield Entry(party, "ledger", "party", tr("party"), tr(meaning), "sim.engine.ledger")


def curves() -> Iterator[Entry]:
    """Every series."""
    for mark in SERIES:
        yield Entry(
            mark.name, "series.parquet", "series", tr(mark.unit), tr(mark.meaning),
            "sim.outcomes.series", formula=tr("against {x}", x=tr(mark.x)),
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


# --- The vocabulary as one offline HTML page: every word with a place of its own to link to ------

_FIELDS = {
    "meaning": "Meaning", "kinds": "Kinds", "unit": "Unit", "range": "Range", "default": "Default",
    "shipped": "Value", "formula": "Formula", "source": "Source",
}  # fmt: skip
_HEADINGS = {
    "outcome": ("Outcomes", "What is measured of each arrangement in each history."),
    "clause": ("Clauses", "What may be written in a contract; neutral is plain lending."),
    "parameter": (
        "Parameters",
        "The keys of a scenario file. NAME stands for a name that its author picks, [N] for a"
        " place in a list.",
    ),
    "column": ("Columns", "What records of a run and its files hold."),
    "account": ("Accounts", "Every payment is a transfer from one party to another."),
    "party": ("Parties", "Those who pay and are paid."),
    "series": ("Series", "Curves of a run, as series.parquet holds them."),
    "stream": ("Random numbers", "Each purpose has numbers of its own, by address."),
}
_RANGE = re.compile(r"([\[(][^\[(,]*), (?=[^,]*[\])])")


def write_vocabulary(
    path: str | os.PathLike[str],
    economy: str | os.PathLike[str] | None = None,
    facts: str | os.PathLike[str] | None = None,
) -> Path:
    """Write the vocabulary as one self-contained HTML file, in the language of the context.

    Economy as in `vocabulary`; `facts` is the file of published figures that sources name, by
    default that of the project, where it is found from the current folder. Makes the folder.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    text = page(entries(economy), read_facts(facts), name_of(economy_file(economy)))
    target.write_text(text, encoding="utf-8")
    return target


def page(words: Sequence[Entry], facts: FactFile | None = None, economy: str = "") -> str:
    """Give the text of the page: words of one kind, and of one subject, stand together.

    Published figures that a source names are told at the end; `economy` is the scenario whose
    values stand beside the parameters.
    """
    named = set(re.findall(rf"\b{ID}\b", " ".join(entry.source for entry in words)))
    cited = [fact for fact in facts.facts.values() if fact.id in named] if facts else []
    links = {fact.id: f"#fact-{fact.id}" for fact in cited}
    return (
        environment()
        .get_template("vocabulary.html.j2")
        .render(
            count=len(words), economy=economy, sections=list(_sections(words, links)),
            facts=[(fact, "; ".join(facts.titles_of(fact))) for fact in cited] if facts else [],
            facts_file=facts.file if facts else "",
        )
    )  # fmt: skip


def _sections(words: Sequence[Entry], links: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Give one section for each kind, with a table for each subject."""
    for kind, found in groupby(words, key=lambda entry: entry.kind):
        heading, about = _HEADINGS[kind]
        own = list(found)
        subjects: dict[str, list[Entry]] = {}
        for entry in own:
            subjects.setdefault(entry.subject, []).append(entry)
        yield {
            "key": kind, "heading": tr(heading), "about": tr(about), "count": len(own),
            "tables": [
                _table(subject, rows, links) for subject, rows in subjects.items()
            ],
        }  # fmt: skip


def _table(subject: str, rows: Sequence[Entry], links: Mapping[str, str]) -> dict[str, Any]:
    """Give a table with those fields that any of its words has."""
    fields = [name for name in _FIELDS if any(getattr(entry, name) for entry in rows)]
    modules = list(dict.fromkeys(entry.declared for entry in rows))
    about = str(import_module(modules[0]).__doc__ or "").strip().partition("\n")[0]
    return {
        "key": f"table-{rows[0].kind}-{re.sub(r'[^a-zA-Z0-9_.]+', '-', subject)}",
        "subject": subject, "about": about if len(modules) == 1 else "",
        "modules": modules, "heads": [tr(_FIELDS[name]) for name in fields],
        "rows": [
            {
                "anchor": entry.anchor, "name": breakable(entry.name),
                "cells": [_cell(entry, name, links) for name in fields],
            }
            for entry in rows
        ],
    }  # fmt: skip


def _cell(entry: Entry, name: str, links: Mapping[str, str]) -> str:
    """Give a field of a word: sources with links, ranges that no line breaks."""
    text = str(getattr(entry, name))
    if name == "source" and text:
        return Markup('<span lang="en">{}</span>').format(linked(text, links))
    return given(_RANGE.sub("\\1,\u00a0", text) if name == "range" else text)
