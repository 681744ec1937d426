"""Put a fault into the program on purpose, one at a time: the tests of its folder must find it.

``nice python -m tests.house.mutation`` tries every mutant of ``mutation.toml`` with interpreted
rules and writes ``mutation.log``; with words behind it, those whose name or file has one of them.
The test that the list names is asked first, then the test file of the same name, then the folder
with the tests of money and identity, and of what survives even that, the whole of the full tier.
A test counts only if it passes without the mutant. No file is changed: a process of its own reads
the changed text, and runs its functions for the old ones.
"""

import ast
import gc
import importlib
import math
import multiprocessing
import os
import re
import signal
import sys
import time
import tomllib
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import CodeType, FunctionType

ROOT = Path(__file__).parents[2]
LIST, LOG = (Path(__file__).with_name(f"mutation.{kind}") for kind in ("toml", "log"))
IDENTITIES = ("tests/house/test_money.py", "tests/house/test_identity_limits.py")
"""Tests of money and of identity, which every mutant meets."""
AREAS = {
    "rules": ("sim/model/firms/", "sim/model/contracts/"), "banks": ("sim/model/banks/",),
    "books": ("sim/engine/",), "outcomes": ("sim/outcomes/",), "statistics": ("sim/analysis/",),
    "loading": ("sim/scenario/",),
}  # fmt: skip
SECONDS, LONG = 120.0, 3600.0
"""Time in which the tests of its folder must have found a mutant, and in which any tests end."""
PART = 10
"""Of so many mutants the full tier tries one."""
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload([
    "hypothesis", "pytest", "scipy.optimize", "scipy.stats", "sim.experiment.simulate",
    "sim.outcomes.mark", "sim.analysis.compare",
])  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """A change of one place in a function of one file.

    Parameters
    ----------
    name : str
        What the program then does wrong.
    file : str
        In the checkout.
    old, new : str
        What stands there once, and what stands there instead.
    test : str
        What has found it before: a file of tests, or one test; empty where that is not known.
    """

    name: str
    file: str
    old: str
    new: str
    test: str = ""

    @property
    def folder(self) -> str:
        """The folder of its tests."""
        return (Path("tests") / Path(self.file).relative_to("sim").parent).as_posix()

    @property
    def selections(self) -> list[tuple[str, ...]]:
        """What is asked in turn: a test, the file of the same name, the folder."""
        own = f"{self.folder}/test_{Path(self.file).stem}.py"
        found = [(self.test,)] if self.test else []
        found += [(own,)] if (ROOT / own).exists() else []
        return [*found, (self.folder, *IDENTITIES)]

    def texts(self) -> tuple[str, str]:
        """The whole file, and the same with the change."""
        text = (ROOT / self.file).read_text(encoding="utf-8")
        times = text.count(self.old)
        assert times == 1, f"{self.name}: what it changes stands {times} times in {self.file}"
        return text, text.replace(self.old, self.new)

    def changed(self) -> dict[str, CodeType]:
        """Code of the functions that it changes, by qualified name."""
        before, after = (_functions(ast.parse(text)) for text in self.texts())
        assert before.keys() == after.keys(), self.name
        names = {name for name in before if before[name] != after[name]}
        whole = compile(self.texts()[1], str(ROOT / self.file), "exec")
        return {one.co_qualname: one for one in _codes(whole) if one.co_qualname in names}

    def come_true(self) -> None:
        """Run the changed functions for the old ones, from now on, in this process."""
        module = ".".join(Path(self.file).with_suffix("").parts)
        importlib.import_module(module)
        changed = self.changed()
        old = [
            one
            for one in gc.get_objects()
            if isinstance(one, FunctionType) and one.__module__ == module
            and one.__qualname__ in changed
        ]  # fmt: skip
        assert {one.__qualname__ for one in old} == set(changed), self.name
        for function in old:
            function.__code__ = changed[function.__qualname__]


def _functions(tree: ast.Module | ast.ClassDef, inside: str = "") -> dict[str, str]:
    """Text of each function of a module and of its classes, by qualified name."""
    found = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            found[inside + node.name] = ast.unparse(node)
        elif isinstance(node, ast.ClassDef):
            found |= _functions(node, f"{inside}{node.name}.")
    return found


def _codes(code: CodeType) -> Iterator[CodeType]:
    """All code within some code."""
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield one
            yield from _codes(one)


def mutants() -> list[Mutant]:
    """All of the list."""
    return [Mutant(**one) for one in tomllib.loads(LIST.read_text(encoding="utf-8"))["mutant"]]


def drawn() -> list[Mutant]:
    """One in ten, others for every state of the program."""
    from sim.experiment.identity import code_digest

    listed = mutants()
    listed.sort(key=lambda one: zlib.crc32(f"{code_digest()} {one.name}".encode()))
    return listed[: math.ceil(len(listed) / PART)]


# --- Asking tests, in a process of their own -----------------------------------------------------


def _ask(mutant: Mutant | None, words: Sequence[str], told: str) -> None:
    """Run tests with interpreted rules, with a mutant or without, and tell in a file."""
    os.setsid()  # so that what a test has started can be ended with it
    os.chdir(ROOT)
    os.environ |= {"NUMBA_DISABLE_JIT": "1", "COLUMNS": "500"}
    import pytest

    with Path(told).open("w", encoding="utf-8") as out, redirect_stdout(out), redirect_stderr(out):
        if mutant:
            mutant.come_true()
        code = pytest.main([*words])
    sys.exit(code)


def failing(
    mutant: Mutant | None, selection: Sequence[str], *words: str, seconds: float = LONG
) -> list[str]:
    """Tests that fail with a mutant, or without one; none where they do not end in time."""
    asked = ["-q", "-n", "0", "-rfE", "-p", "no:cacheprovider", "--no-header", "--tb=no",
             "--assert=plain"]  # fmt: skip
    with TemporaryDirectory() as place:
        told = Path(place) / "told.txt"
        given = (mutant, [*asked, *words, *selection], str(told))
        process = CONTEXT.Process(target=_ask, args=given)
        process.start()
        process.join(seconds)
        if process.is_alive():
            os.killpg(process.pid, signal.SIGKILL)
            process.join()
            return []
        text = told.read_text(encoding="utf-8") if told.exists() else ""
    failed = re.findall(r"^(?:FAILED|ERROR) (\S+::.+?|\S+)(?: - .*)?$", text, re.M)
    is_told = process.exitcode in (0, 1, 2) and bool(process.exitcode) == bool(failed)
    assert is_told, f"{mutant}\n{text[-3000:]}"
    return failed


@cache
def unfit(selection: tuple[str, ...], *words: str) -> tuple[str, ...]:
    """Tests that fail interpreted without any mutant, as words that leave them out."""
    return tuple(f"--deselect={test}" for test in failing(None, selection, *words))


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant: the first test that failed, empty of none, and the seconds."""

    test: str
    seconds: float

    def __str__(self) -> str:
        """In the words of the log."""
        return f"{self.test or 'survived'} in {self.seconds:.0f} s"


def verdict(mutant: Mutant) -> Verdict:
    """What the tests of its folder say of a mutant."""
    for selection in mutant.selections:
        without = () if selection == (mutant.test,) else unfit(selection)
        found = _first(mutant, selection, *without, seconds=SECONDS)
        if found.test:
            break
    return found


def verdict_of_full_tier(mutant: Mutant) -> Verdict:
    """What the whole of the full tier says of a mutant that its folder let live."""
    words = ("-m", "not slow")
    return _first(mutant, ("tests",), *words, *unfit(("tests",), *words))


def _first(
    mutant: Mutant, selection: Sequence[str], *words: str, seconds: float = LONG
) -> Verdict:  # fmt: skip
    begun = time.monotonic()
    failed = failing(mutant, selection, "-x", *words, seconds=seconds)
    return Verdict(failed[0] if failed else "", time.monotonic() - begun)


def try_all(chosen: Iterable[Mutant], say: Callable[[str], None]) -> dict[str, Verdict]:
    """Try mutants one after another; those that survive also on the full tier."""
    found = {}
    for mutant in chosen:
        found[mutant.name] = verdict(mutant)
        more = "" if found[mutant.name].test else f"; full tier: {verdict_of_full_tier(mutant)}"
        say(line_of(mutant, found[mutant.name]) + more)
    return found


# --- The log -------------------------------------------------------------------------------------


def line_of(mutant: Mutant, found: Verdict) -> str:
    """What the log says of a mutant."""
    return f"{_place(mutant)}: {found}"


def _place(mutant: Mutant) -> str:
    return f"{mutant.file}: {mutant.name}"


def keep(line: str) -> None:
    """Write a line into the log, in the place of an older one of the same mutant."""
    known = LOG.read_text(encoding="utf-8").splitlines()[1:] if LOG.exists() else []
    places = [_place(one) for one in mutants()]
    by_place = {
        place: text for text in (*known, line) for place in places if text.startswith(f"{place}: ")
    }
    killed = sum(": tests/" in text for text in by_place.values())
    head = f"{len(places)} mutants, {killed} killed: python -m tests.house.mutation"
    lines = [by_place[place] for place in places if place in by_place]
    LOG.write_text("\n".join([head, *lines, ""]), encoding="utf-8")


def main(*words: str) -> None:
    """Try all, or those alone whose name or file has one of some words, and write them down."""
    chosen = [one for one in mutants() if not words or any(w in str(one) for w in words)]
    wrong = failing(None, sorted({one.test for one in chosen if one.test}))
    assert not wrong, f"fails without any mutant: {', '.join(wrong)}"

    def say(text: str) -> None:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
        keep(text)

    try_all(chosen, say)


if __name__ == "__main__":
    # As a module of its own, which the processes that ask find by its name.
    importlib.import_module("tests.house.mutation").main(*sys.argv[1:])
