"""Descriptions of the model in two standards of the field, gathered from the code.

ODD (Grimm et al. 2020, Journal of Artificial Societies and Social Simulation 23(2) 7) says
what an agent-based model is; STRESS-DES (Monks et al. 2019, Journal of Simulation 13(1))
says what a discrete-event study must report to be repeated. Entities, schedule, submodels,
parameters, streams, outcomes and checks are read from where they are declared; only
sentences that no declaration holds are written in the templates.
"""

import pkgutil
import re
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from inspect import getmembers, isfunction
from pathlib import Path
from typing import Any, Literal

from jinja2 import Environment
from markupsafe import Markup

from sim.base.draws import STREAMS
from sim.base.language import tr
from sim.clauses.arrangement import PLAIN, differing_clauses
from sim.engine import identities, processes
from sim.engine.world import banks_at_start, new_world, opening_firms, roster_of
from sim.firms.advance import fire
from sim.firms.population import be_born
from sim.outcomes.mark import registry
from sim.page.marked import breakable, coded
from sim.page.schedule import event_rules, steps_of
from sim.page.stated import Stated, of_values
from sim.page.study_pages import environment
from sim.page.tables import manifest_table
from sim.page.vocabulary import columns
from sim.scenario.model import Scenario
from sim.scenario.parameters import Parameter, parameters
from sim.scenario.sources import parse_source
from sim.show.selection import group_label
from sim.state.ledger import MEANINGS, TOLERANCE
from sim.study.patterns import PATTERNS

Standard = Literal["odd", "stress"]
STANDARDS: dict[Standard, str] = {
    "odd": "ODD description of the model",
    "stress": "STRESS-DES description of the study",
}
ENTITIES = ("firm", "contract", "bank", "climate")
"""Records whose columns are state variables, in the order of the description."""

SUBMODELS = ("firms", "clauses", "banks", "economy")
"""Folders whose files are the submodels."""


def protocols(
    scenario: Scenario,
    manifest: Mapping[str, Any],
    standards: Sequence[Standard] = ("odd", "stress"),
    *,
    with_sources: bool = True,
) -> Markup:
    """Give the descriptions as sections of a page, in this order, every text escaped.

    The manifest is that of the run, or of this machine where nothing was run; `with_sources`
    tells the source of each parameter, for which a report has a section of its own.
    """
    templates = _templates()
    shared = {"both": len(standards) > 1, "with_sources": with_sources}
    context = _context(scenario, manifest) | shared
    parts = [
        templates.get_template(f"{name}.html.j2").render(title=tr(STANDARDS[name]), **context)
        for name in standards
    ]
    return Markup("\n".join(parts))  # safe: rendered with every text escaped


def write_protocol(
    path: str | Path,
    scenario: Scenario,
    manifest: Mapping[str, Any],
    standards: Sequence[Standard] = ("odd", "stress"),
) -> Path:
    """Write the descriptions as one self-contained HTML file; parameters as in `protocols`."""
    text = _templates().get_template("protocol.html.j2").render(
        title=scenario.title, question=scenario.question,
        sections=protocols(scenario, manifest, standards),
        contents=[(name, tr(STANDARDS[name])) for name in standards],
    )  # fmt: skip
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    return target


def _templates() -> Environment:
    """Give the templates, with the words and signs that the descriptions use."""
    templates = environment()
    templates.filters.update(coded=coded, breakable=breakable)
    return templates


def _context(scenario: Scenario, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Gather all that the templates show."""
    stated = of_values(scenario.model_dump(), scenario.sources)
    return {
        "scenario": scenario,
        "experiment": scenario.experiment,
        "arrangements": list(_arrangements(scenario)),
        "entities": list(_entities()),
        "parties": MEANINGS,
        "calendar": steps_of(processes.calendar, depth=3),
        "climate": steps_of(processes.climate, depth=2),
        "one_event": steps_of(fire),
        "events": event_rules(),
        "streams": {name: meaning for name, (_, meaning) in STREAMS.items()},
        "submodels": list(_submodels(stated)),
        "others": list(_others(stated)),
        "opening": [
            _rule(one) for one in (new_world, opening_firms, roster_of, banks_at_start, be_born)
        ],
        "outcomes": _outcomes(),
        "checks": [_rule(one) for one in _functions(identities) if one.__name__.endswith("close")],
        "tolerance": TOLERANCE,
        "patterns": PATTERNS,
        "sources": _kinds(scenario.sources),
        "facts": sorted({fact for one in scenario.sources.values() for fact in _facts(one)}),
        "manifest": manifest_table(_system(manifest)).to_dict("records"),
    }


def _system(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out of a manifest what grows with the run: lists, and the runs before it."""
    return {
        key: value
        for key, value in manifest.items()
        if not isinstance(value, list | tuple) and key != "resumed_from"
    }


def _arrangements(scenario: Scenario) -> Iterator[dict[str, Any]]:
    """Give the clauses in which each arrangement or programme differs from plain lending."""
    for name in scenario.experiment.arrangements:
        own = [one.arrangement for one in scenario.policy if one.programme == name] or [name]
        yield {
            "name": name,
            "is_baseline": name == scenario.experiment.baseline,
            "parts": [
                {
                    "name": part,
                    "clauses": [
                        (clause, getattr(scenario.arrangement[part], clause))
                        for clause in differing_clauses(PLAIN, scenario.arrangement[part])
                    ],
                }
                for part in dict.fromkeys(own)
            ],
        }


def _entities() -> Iterator[dict[str, Any]]:
    """Give each entity with its state variables."""
    every = list(columns())
    for name in ENTITIES:
        rows = [entry for entry in every if entry.subject == name]
        yield {"name": name, "module": rows[0].declared, "columns": rows}


def _submodels(stated: Stated) -> Iterator[dict[str, Any]]:
    """Give every file of the submodels: what it says of itself, its parameters and rules."""
    known = parameters(Scenario)
    for folder in SUBMODELS:
        package = import_module(f"sim.{folder}")
        for found in pkgutil.iter_modules(package.__path__):
            module = import_module(f"sim.{folder}.{found.name}")
            own = [one for one in known if one.module == module.__name__]
            yield {
                "module": module.__name__,
                "about": _paragraphs(module),
                "parameters": [_parameter(one, stated) for one in own],
                "rules": [(one.__name__, _rule(one)[1]) for one in _functions(module)],
            }


def _others(stated: Stated) -> Iterator[dict[str, str]]:
    """Give the parameters that no submodel holds: of the experiment and its measurement."""
    for one in parameters(Scenario):
        if one.module.split(".")[1] not in SUBMODELS and one.path != ("sources",):
            yield _parameter(one, stated)


def _parameter(one: Parameter, stated: Stated) -> dict[str, str]:
    value, source = stated.of(one.path)
    return {
        "key": one.key, "unit": tr(one.unit), "meaning": tr(one.meaning),
        "value": value or (one.default or ""), "source": source,
    }  # fmt: skip


def _functions(module: Any) -> list[Any]:
    """Give the public functions that a module defines itself, in the order of its source."""
    own = [
        one
        for name, one in getmembers(module, isfunction)
        if one.__module__ == module.__name__ and not name.startswith("_")
    ]
    return sorted(own, key=lambda one: one.__code__.co_firstlineno)


def _rule(function: Any) -> tuple[str, str]:
    """Give the full name of a function and the first line that it says of itself."""
    words = str(function.__doc__ or "").strip().partition("\n")[0]
    return f"{function.__module__}.{function.__name__}", words


def _paragraphs(module: Any) -> list[str]:
    """Give the head of a file, paragraph by paragraph, without its list of references."""
    text = str(module.__doc__ or "").strip().partition("\nReferences\n")[0]
    return [" ".join(part.split()) for part in re.split(r"\n\s*\n", text)]


def _outcomes() -> list[tuple[str, list[Any]]]:
    """Give the outcomes by the party they belong to."""
    marks = list(registry().values())
    groups = dict.fromkeys(mark.group for mark in marks)
    return [
        (group_label(group), [mark for mark in marks if mark.group == group]) for group in groups
    ]


def _kinds(sources: Mapping[str, str]) -> dict[str, int]:
    """Count the numbers of a scenario by what stands behind them."""
    found: dict[str, int] = {}
    for text in sources.values():
        kind = parse_source(text).kind
        found[kind] = found.get(kind, 0) + 1
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def _facts(text: str) -> tuple[str, ...]:
    return parse_source(text).facts
