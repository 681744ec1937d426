"""What a scenario says, in sentences: its arrangements, its setting, and what it cannot say."""

from collections.abc import Iterator
from typing import Any

from markupsafe import Markup

from sim.base.language import tr
from sim.base.wording import arrangement_text
from sim.model.contracts.words import WORDS, number, percent, span
from sim.report.parts import cited, in_a_row, put
from sim.scenario.declared import KIND, shown, unit_and_meaning
from sim.scenario.drift import unsettled

NEUTRAL = (
    "Plain lending: each bank decides on its own file, lends at its own rate against tangible"
    " collateral for a year at a time, bears its losses alone and has no part in a gain."
)
"""The arrangement in which every clause is neutral."""

FOOTINGS = {
    "as_offered": "Volumes are as they come out.",
    "equal_lending": "The baseline's loans are imposed on every arrangement.",
    "equal_capital": "Every arrangement has the same bank capital.",
    "equal_firms": "The baseline's borrowers are imposed, with each arrangement's own lines.",
}

LIMITS = (
    "This is not a forecast: it compares arrangements under assumptions that are stated.",
    "The firms are made up; their laws are set from published totals, not from records.",
    "Banks and firms do not learn beyond their stated rules, and no new programme appears"
    " in answer to another.",
    "Each arrangement or programme lives in a world of its own beside plain lending; how"
    " programmes of different authorities crowd each other is not told.",
    "An interval covers sampling error, not whether the assumptions are right.",
)
"""What the model cannot say."""


def describe(scenario: Any) -> dict[str, list[str]]:
    """Say in words what each arrangement or programme of a scenario is.

    That is what each clause that is not neutral says, in the order of the clauses; for a
    programme, what is on offer from when on, and the clauses of each.
    """
    return {
        name: _sentences(scenario.arrangement[name])
        if name in scenario.arrangement
        else _policies(scenario, name)
        for name in scenario.experiment.all_run
    }


def _policies(scenario: Any, programme: str) -> list[str]:
    """Tell the policies of a programme, each followed by what its arrangement is."""
    said = []
    for policy in scenario.policy:
        if policy.programme == programme:
            said.append(_dates(policy))
            if policy.eligibility.kind != "everyone":
                said.append(_sentence("eligibility", policy.eligibility))
            said += _sentences(scenario.arrangement[policy.arrangement])
    return said


def _dates(policy: Any) -> str:
    """Say from when to when a policy holds, and whom it reaches."""
    said = {
        "offer": arrangement_text(policy.arrangement).lower(), "start": policy.start.isoformat()
    }  # fmt: skip
    if policy.end is None:
        words = [tr("From {start} on, {offer} is on offer beside plain lending", **said)]
    else:
        text = "From {start} until {end}, {offer} is on offer beside plain lending"
        words = [tr(text, end=policy.end.isoformat(), **said)]
    if policy.reach_share < 1.0:
        words.append(tr(" to {share} of firms", share=percent(policy.reach_share)))
    if policy.phase_in_years > 0.0:
        words.append(tr(", phased in over {years}", years=span(policy.phase_in_years)))
    return tr("{words}.", words="".join(words))


def setting(scenario: Any) -> str:
    """Say on what firms, for how long and on what footing arrangements are compared.

    Up to four sentences with the ids of their numbers, as markup of a page; none where the
    scenario does not tell.
    """
    experiment = scenario.experiment
    footing = FOOTINGS.get(experiment.footing, "")
    said = [put(footing)] if footing else []
    if hasattr(scenario, "population"):
        why, _ = unsettled(scenario)
        drifts = [put("{words}.", words=why[0].upper() + why[1:])] if why else []
        said = [_who_and_when(scenario), *drifts, *said]
    return in_a_row(said)


CLOSED = (
    "{firms} firms enter over {history} of history under plain lending and the {horizon} that"
    " are compared."
)
STEADY = (
    "{firms} firms are there once entries and exits have settled, over {settling}; {history} of"
    " history under plain lending follow, and the {horizon} that are compared."
)
OPEN = (
    "{entries} firms enter a year: over {settling} in which firms and loans settle, {history} of"
    " history under plain lending and the {horizon} that are compared."
)


def _who_and_when(scenario: Any) -> Markup:
    """Say how many firms there are, and over which years."""
    experiment, population = scenario.experiment, scenario.population
    spans = {
        name: _cited_span(experiment, f"{name}_years") for name in ("settling", "horizon")
    } | {"history": _cited_span(experiment, "warm_up_years")}
    if population.entries_a_year:
        count = cited(number(population.entries), "scenario", "population", "entries_a_year")
        return put(OPEN, entries=count, **spans)
    count = cited(number(population.firms), "scenario", "population", "firms")
    return put(STEADY if population.entry_rate else CLOSED, firms=count, **spans)


def _cited_span(experiment: Any, key: str) -> str:
    return cited(span(getattr(experiment, key)), "scenario", "experiment", key)


def _sentences(arrangement: Any) -> list[str]:
    return list(clause_sentences(arrangement).values()) or [tr(NEUTRAL)]


def _sentence(name: str, clause: Any) -> str:
    """Tell one clause: in words where there are any, otherwise key by key."""
    kind = str(getattr(clause, KIND))
    if (name, kind) in WORDS:
        return WORDS[name, kind](clause)
    kind = kind.replace("_", " ")
    head = f"{name.replace('_', ' ').capitalize()}: {kind}"
    values = [
        _value(key, getattr(clause, key), unit_and_meaning(field)[0])
        for key, field in type(clause).model_fields.items()
        if key != KIND and getattr(clause, key) is not None
    ]
    return f"{head}; {', '.join(values)}." if values else f"{head}."


def _value(key: str, value: Any, unit: str) -> str:
    return f"{key.replace('_', ' ')} {shown(value)}" + (f" {unit}" if unit else "")


def clause_sentences(arrangement: Any) -> dict[str, str]:
    """Tell each clause of an arrangement that is not neutral, by its name."""
    neutral = type(arrangement)()
    return {
        name: _sentence(name, getattr(arrangement, name))
        for name in type(arrangement).model_fields
        if getattr(arrangement, name) != getattr(neutral, name)
    }


# --- The matrix of clauses by arrangement --------------------------------------------------------


def matrix(scenario: Any, part: str = "arrangements") -> list[dict[str, Any]]:
    """Lay out what each of the arrangements, or of the neighbours, says on each clause.

    Keys label, and cells: text (empty where the clause is as in plain lending), names of the
    arrangements that say so side by side. Clauses on which all are neutral are left out, and so
    is an arrangement that is neutral on all; no rows where something that is run is no
    arrangement but a programme. `part` is the key of the experiment that names them.
    """
    experiment = getattr(scenario, "experiment", None)
    known = getattr(scenario, "arrangement", {})
    if experiment is None or not set(experiment.all_run) <= set(known):
        return []
    every = {name: clause_sentences(known[name]) for name in getattr(experiment, part)}
    said = {name: own for name, own in every.items() if own}
    fields = type(next(iter(known.values()))).model_fields
    return [
        {"label": tr(unit_and_meaning(field)[1].capitalize()), "cells": list(_cells(name, said))}
        for name, field in fields.items()
        if any(name in own for own in said.values())
    ]


def _cells(clause: str, said: dict[str, dict[str, str]]) -> Iterator[dict[str, Any]]:
    """Join neighbours that say the same."""
    cell: dict[str, Any] = {}
    for name, own in said.items():
        text = own.get(clause, "")
        if cell and cell["text"] == text:
            cell["names"].append(name)
            continue
        if cell:
            yield cell
        cell = {"text": text, "names": [name]}
    yield cell
