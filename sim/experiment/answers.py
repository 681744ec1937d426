"""Outcomes of a finished run, of all or by group, read from what it has kept.

What a run has measured is looked up. Everything else is measured on histories that are put
together again from its tables: the books of banks, which every run keeps, and the records of
firms and contracts where they were kept. Nothing is simulated.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import repeat
from typing import Any

import pandas as pd

from sim.analysis.labelled import labelled
from sim.analysis.outcomes_table import OF_OUTCOME, TIDY, measure, panel_of
from sim.analysis.tables import by_replication
from sim.base.columns import TEXT, Column, Rows
from sim.base.errors import OutcomeError
from sim.engine.history import History
from sim.engine.world import paths_of
from sim.experiment.facts import facts_of
from sim.model.firms.record import FIRM
from sim.outcomes.contracts import book_of
from sim.outcomes.groups import AbsentError, Labels, absent, parts_of
from sim.outcomes.mark import Mark, evaluate, label_of, registry
from sim.scenario.scenario import menu_of

ALL = "all"
ANSWER = (
    *TIDY[:-1],
    Column("group", TEXT, "group of firms, bank or regime", TEXT),
    Column("value", OF_OUTCOME, "value of the group in this history; nan where undefined"),
)
"""What an answer holds for people; without labels the first two are left out."""
_KEEP = 'run with keep=("firms", "contracts"), or --keep firms --keep contracts'


def answer(results: Any, name: str, by: str | Labels | None, labels: bool) -> pd.DataFrame:
    """Give one outcome of every history, of all or by group; see `Results.outcome`."""
    found, mark = _rows(results, name, by)
    frame = pd.DataFrame(found, columns=["arrangement", "replication", "group", "value"])
    if not labels:
        return frame
    told = frame.assign(outcome=name, unit=mark.unit)
    return labelled(told, ANSWER, {name: mark})


def _rows(results: Any, name: str, by: str | Labels | None) -> tuple[list[Any], Mark]:
    known = registry()
    members = {mark.member: mark for mark in known.values() if (mark.whole, mark.by) == (name, by)}
    present = set(results.outcomes["outcome"])
    if members and present.issuperset(mark.name for mark in members.values()):
        rows = [
            row for member, mark in members.items()
            for row in _measured(results, mark.name, member)
        ]  # fmt: skip
        order = {key: place for place, key in enumerate(dict.fromkeys(row[:2] for row in rows))}
        own = known.get(name) or replace(next(iter(members.values())), label=label_of(name))
        return sorted(rows, key=lambda row: order[row[:2]]), own
    if by is None and name in present:
        return list(_measured(results, name, ALL)), measure(results, name).mark(name)
    if name not in known:
        # Says which names are near.
        measure(results, name)
    return list(_evaluated(results, known[name], by)), known[name]


def _measured(results: Any, name: str, group: str) -> Iterator[tuple[Any, ...]]:
    """Look an outcome up."""
    rows = results.outcomes[results.outcomes["outcome"] == name]
    for arrangement, replication, value in zip(
        rows["arrangement"], rows["replication"], rows["value"], strict=True
    ):
        yield arrangement, replication, group, value


def _evaluated(results: Any, mark: Mark, by: str | Labels | None) -> Iterator[tuple[Any, ...]]:
    """Measure an outcome on the histories of a run, or on parts of them."""
    what = mark.name if by is None else f"{mark.name} by {getattr(by, '__name__', by)}"
    try:
        for history, baseline in histories_of(results):
            parts = [(ALL, history, baseline)] if by is None else parts_of(history, baseline, by)
            for group, part, other in parts:
                value = evaluate(part, other, [mark.name])[mark.name]
                yield history.arrangement, history.replication, group, value
    except AbsentError as error:
        raise OutcomeError(what, f"reads {error}", _cure(results, by)) from error


def _cure(results: Any, by: str | Labels | None) -> str:
    if by is None:
        return "define it before the run, which then measures it"
    if {"firms", "contracts"} <= set(results.kept):
        return "ask for other groups, or for another outcome"
    return _KEEP


def histories_of(results: Any) -> Iterator[tuple[History, History]]:
    """Put every history of a run together again, each with the baseline's of its replication.

    Tables are read one replication at a time.
    """
    told = results.outcomes[["arrangement", "replication"]].drop_duplicates()
    names, numbers = list(dict.fromkeys(told["arrangement"])), sorted(set(told["replication"]))
    tables = [
        by_replication(results.table(name), numbers) if name in results.kept else repeat(None)
        for name in ("banks", "firms", "contracts")
    ]
    for replication, *rows in zip(numbers, *tables, strict=False):
        baseline: History | None = None
        for name in names:
            own = [None if one is None else one[one["arrangement"] == name] for one in rows]
            history = _history(results.scenario, name, replication, own)
            baseline = baseline or history
            yield history, baseline


def _history(scenario: Any, name: str, replication: int, tables: Sequence[Any]) -> History:
    """One history, as far as rows of banks, firms and contracts are there."""
    settings = scenario.experiment
    macro, market = paths_of(scenario, replication)
    banks, firms, contracts = tables
    assert banks is not None, "every run keeps its banks"
    dates, panel = panel_of(banks)
    facts = facts_of(scenario, menu_of(scenario, name), dates)
    rows: Rows = _not_kept("firms") if firms is None else FIRM.rows(firms)
    book: Rows = _not_kept("contracts") if contracts is None else book_of(contracts, facts)
    return History(
        arrangement=name, replication=replication, firms=rows, book=book, dates=dates,
        panel=panel, system=_not_kept("the system"), macro=macro, market=market,
        horizon=settings.horizon_years, end=settings.horizon_years + settings.run_off_years,
        residual=0.0, facts=facts, pages=_not_kept("firms at year ends"),
        lent=_not_kept("balances by quarter"),
    )  # fmt: skip


def _not_kept(what: str) -> Any:
    return absent(f"records of {what}, which this run has not kept")
