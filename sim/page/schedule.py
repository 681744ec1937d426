"""What happens in which order, read off the source of the engine itself.

The calendar of the system and the rules of a firm are ordinary functions. Here their source
is read: which function is called after which, and where that depends on something. What
each does is the first line of its docstring, so the description cannot go stale.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sim.base.language import tr
from sim.engine.world import World
from sim.firms import events, record
from sim.firms.clock import note

Function = Callable[..., Any]
_SILENT = (note, World.where)
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

    Parameters
    ----------
    function : function of the engine or of a firm's rules
    depth : int
        How many functions deep the steps are told, at least 1.

    Examples
    --------
    >>> from sim.engine.settlement import settle
    >>> [step.place for step in steps_of(settle)][:2]
    ['sim.engine.posting.read_all', 'sim.engine.settlement.close_books']
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
            called = _resolved(node.value.func, function)
            if called is not None and called not in (function, *_SILENT):
                yield _step(called, depth, when)


def _step(called: Function, depth: int, when: str) -> Step:
    words = str(called.__doc__).strip().partition("\n")[0]
    place = f"{called.__module__}.{called.__qualname__}"
    return Step(words, place, when, steps_of(called, depth - 1) if depth > 1 else ())


def _resolved(name: ast.expr, function: Function) -> Function | None:
    """Find the function of this program that is called; None for any other."""
    known = function.__globals__
    found = None
    if isinstance(name, ast.Name):
        found = known.get(name.id)
    elif isinstance(name, ast.Attribute) and isinstance(name.value, ast.Name):
        owner = World if name.value.id == "w" else known.get(name.value.id)
        found = getattr(owner, name.attr, None)
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
