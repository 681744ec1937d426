"""Descriptions of the model in two standards of the field, gathered from the code.

ODD (Grimm et al. 2020, Journal of Artificial Societies and Social Simulation 23(2) 7) says
what an agent-based model is; STRESS-DES (Monks et al. 2019, Journal of Simulation 13(1))
says what a discrete-event study must report to be repeated. Entities, schedule, submodels,
parameters, streams, outcomes and checks are read from where they are declared; only
sentences that no declaration holds are written in the templates.
"""

import ast
import inspect
import pkgutil
import re
import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from inspect import getmembers, isfunction
from pathlib import Path
from typing import Any, Literal

from markupsafe import Markup

from sim.base.draws import STREAMS
from sim.base.language import tr
from sim.engine import processes, quarter
from sim.engine.kernel import interpreted
from sim.engine.ledger import MEANINGS, TOLERANCE
from sim.engine.settlement import EXACT
from sim.engine.world import World, banks_at_start, new_world, opening_firms, roster_of
from sim.model.contracts.arrangement import PLAIN, differing_clauses
from sim.model.firms import events, record
from sim.model.firms.advance import fire
from sim.model.firms.population import be_born
from sim.model.firms.record import note
from sim.outcomes.mark import registry
from sim.report.figures.selection import group_label
from sim.report.parts import Stated, of_values
from sim.report.studies import environment
from sim.report.tables import manifest_table
from sim.report.vocabulary import columns
from sim.scenario.parameters import Parameter, parameters
from sim.scenario.scenario import Scenario
from sim.scenario.sources import parse_source
from sim.studies.moments import PATTERNS

# The calendar of the system and the rules of a firm are ordinary functions. Here their source
# is read: which function is called after which, and where that depends on something. What
# each does is the first line of its docstring, so the description cannot go stale.

Function = Callable[..., Any]
_SILENT = (note, World.where, quarter.post_bank, quarter.post_firms)
"""What only writes something down."""

_CALLERS = (ast.Expr, ast.Assign, ast.AugAssign, ast.Return)


@dataclass(frozen=True)
class Step:
    """One thing that is done.

    What is done, as its function says; module and name of the function, empty for a loop;
    condition in the source, empty where it is done in any case; what it is made of.
    """

    words: str
    place: str
    when: str = ""
    steps: tuple["Step", ...] = ()


@dataclass(frozen=True)
class EventRule:
    """What an event does to a firm: its steps, or the rule itself where it is too short."""

    name: str
    steps: tuple[Step, ...]
    code: str = ""


def steps_of(function: Function, depth: int = 1) -> tuple[Step, ...]:
    """Give what a function does, in the order of its source.

    So many functions deep, at least 1.
    """
    return tuple(_once(_steps(_tree(function).body, function, depth, ""), set()))


def event_rules() -> list[EventRule]:
    """Give what each event does to a firm, causes first, then dates."""
    found = []
    for function in (events.on_cause, events.on_schedule, events.on_term):
        for test, body in _branches(_tree(function).body):
            steps = tuple(_steps(body, function, 1, ""))
            code = "" if steps else "; ".join(ast.unparse(node) for node in body)
            found += [EventRule(name, steps, code) for name in _events_in(test)]
    return found


def _once(steps: Iterable[Step], told: set[str]) -> Iterator[Step]:
    """Leave out what was just said, and the parts of what was told before."""
    last = None
    for step in steps:
        if step != last:
            parts = () if step.place and step.place in told else tuple(_once(step.steps, told))
            told.add(step.place)
            yield replace(step, steps=parts)
        last = step


def _tree(function: Function) -> ast.FunctionDef:
    (node,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    assert isinstance(node, ast.FunctionDef)
    return node


def _steps(body: Sequence[ast.stmt], function: Function, depth: int, when: str) -> Iterator[Step]:
    """Give the steps in some statements; `when` is the condition around them."""
    for node in body:
        if isinstance(node, ast.If):
            yield from _steps([ast.Expr(node.test)], function, depth, when)
            yield from _steps(node.body, function, depth, ast.unparse(node.test))
            yield from _steps(node.orelse, function, depth, tr("otherwise"))
        elif isinstance(node, ast.For):
            each = ast.unparse(node.target).strip("()")
            inside = tuple(_steps(node.body, function, depth, ""))
            yield from [Step(tr("for each {name}", name=each), "", when, inside)] if inside else []
        elif isinstance(node, _CALLERS) and isinstance(node.value, ast.Call):
            named = (node.value.func, *node.value.args)
            called = next(filter(None, (_resolved(one, function) for one in named)), None)
            if called is not None and called not in (function, *_SILENT):
                words = str(called.__doc__).strip().partition("\n")[0]
                place = f"{called.__module__}.{called.__qualname__}"
                deeper = steps_of(called, depth - 1) if depth > 1 else ()
                yield Step(words, place, when, deeper)


def _resolved(name: ast.expr, function: Function) -> Function | None:
    """Find the function of this program, or the compiled rule, of a name; None for any other."""
    known = function.__globals__
    found = None
    if isinstance(name, ast.Name):
        found = known.get(name.id)
    elif isinstance(name, ast.Attribute) and isinstance(name.value, ast.Name):
        owner = World if name.value.id == "w" else known.get(name.value.id)
        found = getattr(owner, name.attr, None)
    elif isinstance(name, ast.Attribute) and ast.unparse(name.value) == "w.rules":
        found = getattr(interpreted(), name.attr)
    is_own = inspect.isfunction(found) and found.__module__.startswith("sim.")
    return found if is_own and found is not None and found.__doc__ else None


def _branches(body: Sequence[ast.stmt]) -> Iterator[tuple[ast.expr, list[ast.stmt]]]:
    """Give the tests and bodies of a chain of conditions."""
    for node in body:
        if isinstance(node, ast.If):
            yield node.test, node.body
            yield from _branches(node.orelse)


def _events_in(test: ast.expr) -> list[str]:
    """Give the names of the events that a test is about."""
    codes = [
        getattr(record, node.attr)
        for node in ast.walk(test)
        if isinstance(node, ast.Attribute) and hasattr(record, node.attr)
    ]
    return [record.EVENT_NAMES[code] for code in codes if code in record.EVENT_NAMES]


Standard = Literal["odd", "stress"]
STANDARDS: dict[Standard, str] = {
    "odd": "ODD description of the model",
    "stress": "STRESS-DES description of the study",
}
ENTITIES = ("firm", "contract", "bank", "market conditions")
"""Records whose columns are state variables, in the order of the description."""

SUBMODELS = ("model.economy", "model.firms", "model.contracts", "model.banks")
"""Folders whose files are the submodels."""
CLOSING = ("_close", "_closes")
"""How names of rules end that write both sides of an identity."""


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
    templates = environment()
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
    text = environment().get_template("protocol.html.j2").render(
        title=scenario.title, question=scenario.question,
        sections=protocols(scenario, manifest, standards),
        contents=[(name, tr(STANDARDS[name])) for name in standards],
    )  # fmt: skip
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    return target


def _context(scenario: Scenario, manifest: Mapping[str, Any]) -> dict[str, Any]:
    stated = of_values(scenario.model_dump(), scenario.sources)
    marks = list(registry().values())
    groups = dict.fromkeys(mark.group for mark in marks)
    graded = [parse_source(text) for text in scenario.sources.values()]
    return {
        "scenario": scenario, "experiment": scenario.experiment,
        "arrangements": list(_arrangements(scenario)), "entities": list(_entities()),
        "parties": MEANINGS, "calendar": steps_of(processes.calendar, depth=4),
        "regime_switches": steps_of(processes.regime_switches, depth=2),
        "one_event": steps_of(fire),
        "events": event_rules(),
        "streams": {name: meaning for name, (_, meaning) in STREAMS.items()},
        "submodels": list(_submodels(stated)), "others": list(_others(stated)),
        "opening": [
            _rule(one) for one in (new_world, opening_firms, roster_of, banks_at_start, be_born)
        ],
        "outcomes": [(group_label(n), [m for m in marks if m.group == n]) for n in groups],
        "checks": [_rule(one) for one in _functions(quarter) if one.__name__.endswith(CLOSING)],
        "tolerance": TOLERANCE, "exact": EXACT, "patterns": PATTERNS,
        "sources": dict(Counter(one.kind for one in graded).most_common()),
        "facts": sorted({fact for one in graded for fact in one.facts}),
        "manifest": manifest_table(_system(manifest)).to_dict("records"),
    }  # fmt: skip


def _system(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out of a manifest what grows with the run: lists, and the runs before it."""
    return {
        key: value
        for key, value in manifest.items()
        if not isinstance(value, list | tuple) and key != "resumed_from"
    }


def _arrangements(scenario: Scenario) -> Iterator[dict[str, Any]]:
    """Give the clauses in which each arrangement or programme differs from plain lending."""
    for name in scenario.experiment.all_run:
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
            module = import_module(f"{package.__name__}.{found.name}")
            own = [one for one in known if one.module == module.__name__]
            head = str(module.__doc__ or "").strip().partition("\nReferences\n")[0]
            yield {
                "module": module.__name__,
                # Paragraph by paragraph, without the list of references.
                "about": [" ".join(part.split()) for part in re.split(r"\n\s*\n", head)],
                "parameters": [_parameter(one, stated) for one in own],
                "rules": [(one.__name__, _rule(one)[1]) for one in _functions(module)],
            }


def _others(stated: Stated) -> Iterator[dict[str, str]]:
    """Give the parameters that no submodel holds: of the experiment and its measurement."""
    for one in parameters(Scenario):
        inside = one.module.startswith(tuple(f"sim.{folder}." for folder in SUBMODELS))
        if not inside and one.path != ("sources",):
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
