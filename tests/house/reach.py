"""How many files of the house one must pass to follow a function: its reach.

The static call graph: a function leads to every function and every table of functions of the
house that its text names, through imports and through names of its own file. Methods of objects,
and what is found only while the program runs (a registry, a value handed in), are not followed.

``python -m tests.house.reach [MODULE:FUNCTION]`` prints the files.
"""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

HOUSE = Path(__file__).parents[2] / "sim"
Place = tuple[str, str]
"""A module of the house and the name of one of its definitions."""


def module_of(path: Path) -> str:
    """The dotted name of a file."""
    parts = ["sim", *path.relative_to(HOUSE).with_suffix("").parts]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def trees() -> dict[str, ast.Module]:
    """Every module of the house and its syntax."""
    return {
        module_of(path): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(HOUSE.rglob("*.py"))
    }


def _named(node: ast.stmt) -> Iterator[str]:
    """Names that a statement of a module defines."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    targets = node.targets if isinstance(node, ast.Assign) else []
    if isinstance(node, ast.AnnAssign):
        targets = [node.target]
    for target in targets:
        yield from (part.id for part in ast.walk(target) if isinstance(part, ast.Name))


@cache
def definitions(module: str) -> dict[str, ast.stmt]:
    """What a module defines at its top, by name."""
    return {name: node for node in trees()[module].body for name in _named(node)}


@cache
def imported(module: str) -> dict[str, Place]:
    """Names that a module, anywhere in it, takes from the house; a whole module has no name."""
    found: dict[str, Place] = {}
    for node in ast.walk(trees()[module]):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                place = (whole, "") if whole in trees() else (node.module, alias.name)
                if place[0] in trees():
                    found[alias.asname or alias.name] = place
    return found


def named_by(module: str, node: ast.stmt) -> Iterator[Place]:
    """Definitions of the house that the text of a definition names."""
    own, foreign = definitions(module), imported(module)
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name):
            other, name = foreign.get(part.value.id, ("", "?"))
            if name == "" and part.attr in definitions(other):
                yield other, part.attr
        elif isinstance(part, ast.Name):
            if part.id in own:
                yield module, part.id
            elif foreign.get(part.id, ("", ""))[1]:
                yield foreign[part.id]


def reached(start: Place) -> set[Place]:
    """Every definition that can be reached from one."""
    seen: set[Place] = set()
    waiting = [start]
    while waiting:
        place = waiting.pop()
        node = definitions(place[0]).get(place[1])
        if node is not None and place not in seen and not isinstance(node, ast.ClassDef):
            seen.add(place)
            waiting += named_by(place[0], node)
    return seen


def files_passed(start: Place) -> set[str]:
    """Modules that hold a function which can be reached from one function.

    Parameters
    ----------
    start : (str, str)
        A module and the name of a function in it.
    """
    return {
        module for module, name in reached(start)
        if isinstance(definitions(module)[name], ast.FunctionDef)
    }  # fmt: skip


def main(arguments: list[str]) -> None:
    """Print the files, and how many."""
    module, name = (arguments or ["sim.experiment.simulate:simulate"])[0].split(":")
    found = sorted(files_passed((module, name)))
    sys.stdout.write("\n".join([*found, f"{len(found)} files"]) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
