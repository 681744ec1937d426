"""A user's own outcomes go with the work to other processes, which know only those that ship.

An own outcome is one whose function stands outside this package: in a user's file, in a script
or in the cell of a notebook. Each is written as bytes, by name where other processes can import
its file, by value where they cannot (which needs cloudpickle), and read again by the process
that works. One that cannot be sent is refused by its name, never left out without a word.
"""

import os
import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from hashlib import sha256
from inspect import unwrap
from typing import Any, TypeVar
from uuid import uuid4

from sim.base.errors import OutcomeError
from sim.outcomes.mark import Mark, adopt, registry

PACKAGE = "sim."
Answer = TypeVar("Answer")
_TOKEN = uuid4().hex
_CURE = (
    "put its code into a file of its own and import that, or install cloudpickle,"
    " or take workers=1"
)


@dataclass(frozen=True)
class Sent:
    """Own outcomes of a process, by name, as bytes; `home` says which process that is."""

    home: tuple[str, int]
    marks: tuple[tuple[str, bytes], ...]


def own_outcomes() -> list[Mark]:
    """Give the outcomes of this process that do not ship with the package."""
    marks = registry().values()
    return [mark for mark in marks if not mark.function.__module__.startswith(PACKAGE)]


def sent() -> Sent:
    """Write own outcomes down; raises OutcomeError, by its name, for one that cannot be."""
    return Sent(_here(), tuple((mark.name, written(mark.name, mark)) for mark in own_outcomes()))


def with_own(own: Sent, task: Callable[..., Answer], *given: Any) -> Answer:
    """Do a task in another process with exactly the own outcomes of the one that asks for it."""
    if own.home != _here():
        adopt([mark.name for mark in own_outcomes()], [read(*one) for one in own.marks])
    return task(*given)


def own_digest() -> str:
    """Hash own outcomes, their words and their code; empty where there are none.

    What is kept of a replication holds for the outcomes that were there. Code that an outcome
    calls is not followed.
    """
    told = [(*_words(mark), *_code(unwrap(mark.function))) for mark in own_outcomes()]
    return sha256(repr(told).encode()).hexdigest() if told else ""


def _here() -> tuple[str, int]:
    # A process that was forked has the token of its parent, another one may have its number.
    return _TOKEN, os.getpid()


def written(name: str, thing: Any) -> bytes:
    """Write a user's own object for another process; raises OutcomeError if it cannot be."""
    try:
        from cloudpickle import dumps
    except ImportError:
        from pickle import dumps
    try:
        found: bytes = dumps(thing)
    except Exception as error:
        raise OutcomeError(name, f"cannot go to other processes: {error}", _CURE) from error
    return found


def read(name: str, data: bytes) -> Any:
    """Read it again there; raises OutcomeError where what it is made of is not known."""
    try:
        return pickle.loads(data)
    except Exception as error:
        raise OutcomeError(name, f"is not known to other processes: {error}", _CURE) from error


def _words(mark: Mark) -> Iterator[str]:
    """Give what a mark says, functions left out, which differ from process to process."""
    for field in fields(mark):
        value = getattr(mark, field.name)
        if not callable(value) and field.name != "needs":
            yield str(value)


def _code(function: Any) -> Iterator[Any]:
    """Give what a function does, as it is compiled, without the place where it stands."""
    code = getattr(function, "__code__", function)
    if not hasattr(code, "co_code"):
        yield getattr(type(code), "__qualname__", "")
        return
    yield code.co_code.hex()
    yield code.co_names
    for constant in code.co_consts:
        yield tuple(_code(constant)) if hasattr(constant, "co_code") else repr(constant)
