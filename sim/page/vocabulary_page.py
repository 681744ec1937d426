"""The vocabulary as one offline HTML page: every word with a place of its own to link to."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from itertools import groupby
from pathlib import Path
from typing import Any

from markupsafe import Markup

from sim.base.language import tr
from sim.page.marked import breakable, linked
from sim.page.page_words import given
from sim.page.study_pages import environment
from sim.page.vocabulary import Entry, economy_file, entries
from sim.scenario.facts import FACTS, ID, FactFile, read_facts

_FIELDS = {
    "meaning": "Meaning",
    "kinds": "Kinds",
    "unit": "Unit",
    "range": "Range",
    "default": "Default",
    "shipped": "Value",
    "formula": "Formula",
    "source": "Source",
}
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

    Parameters
    ----------
    path : path
        Where to write; folders are made as needed.
    economy : path, optional
        Scenario file whose values stand beside the parameters; see `vocabulary`.
    facts : path, optional
        File of published figures that sources name; by default that of the project, where it
        is found from the current folder.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    text = page(entries(economy), _known(facts), economy_file(economy))
    target.write_text(text, encoding="utf-8")
    return target


def page(
    words: Sequence[Entry], facts: FactFile | None = None, economy: Path | None = None
) -> str:
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
            count=len(words),
            economy=economy,
            sections=list(_sections(words, links)),
            facts=[(fact, "; ".join(facts.titles_of(fact))) for fact in cited] if facts else [],
            facts_file=facts.file if facts else "",
        )
    )


def _known(facts: str | os.PathLike[str] | None) -> FactFile | None:
    """Read the file of facts that was named, or that of the project where it is there."""
    if facts is not None:
        return read_facts(facts)
    return read_facts() if Path(FACTS).is_file() else None


def _sections(words: Sequence[Entry], links: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Give one section for each kind, with a table for each subject."""
    for kind, found in groupby(words, key=lambda entry: entry.kind):
        heading, about = _HEADINGS[kind]
        own = list(found)
        yield {
            "key": kind, "heading": tr(heading), "about": tr(about), "count": len(own),
            "tables": [
                _table(subject, list(rows), links)
                for subject, rows in groupby(own, key=lambda entry: entry.subject)
            ],
        }  # fmt: skip


def _table(subject: str, rows: Sequence[Entry], links: Mapping[str, str]) -> dict[str, Any]:
    """Give a table with those fields that any of its words has."""
    fields = [name for name in _FIELDS if any(getattr(entry, name) for entry in rows)]
    modules = list(dict.fromkeys(entry.declared for entry in rows))
    return {
        "key": f"table-{rows[0].kind}-{re.sub(r'[^a-zA-Z0-9_.]+', '-', subject)}",
        "subject": subject,
        "about": _first_line(modules[0]) if len(modules) == 1 else "",
        "modules": modules,
        "heads": [tr(_FIELDS[name]) for name in fields],
        "rows": [
            {
                "anchor": entry.anchor,
                "name": breakable(entry.name),
                "cells": [_cell(entry, name, links) for name in fields],
            }
            for entry in rows
        ],
    }


def _cell(entry: Entry, name: str, links: Mapping[str, str]) -> str:
    """Give a field of a word: sources with links, ranges that no line breaks."""
    text = str(getattr(entry, name))
    if name == "source" and text:
        return Markup('<span lang="en">{}</span>').format(linked(text, links))
    return given(_RANGE.sub("\\1,\u00a0", text) if name == "range" else text)


def _first_line(module: str) -> str:
    return str(import_module(module).__doc__ or "").strip().partition("\n")[0]
