"""The plan of the house: floors, files, functions, and who may use which package."""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median

import pytest

HOUSE = Path(__file__).parents[2] / "sim"
FLOORS = {
    "base": 0, "model/firms": 1, "model/contracts": 2, "model/economy": 2, "model/banks": 3,
    "scenario": 4, "engine": 5, "outcomes": 6, "analysis": 7, "experiment": 8, "studies": 9,
    "report/figures": 10, "report": 11, "cli": 12,
}  # fmt: skip
ABOVE_FLOORS = {"model"}
"""Folders that hold only floors."""

PACKAGES = {
    "base": {"numpy", "pandas", "pydantic", "pydantic_core", "xlsxwriter"},
    # Rules are compiled: arrays and special functions of other packages stay outside.
    "model/firms": {"numpy", "pydantic"},
    "model/contracts": {"numpy", "pydantic"},
    "model/economy": {"numpy", "scipy", "pydantic"},
    "model/banks": {"numpy", "scipy", "pydantic"},
    "scenario": {"pydantic", "pydantic_core"},
    "engine": {"numpy", "simpy", "numba"},
    "outcomes": {"numpy", "pandas", "scipy", "cloudpickle"},
    "analysis": {"numpy", "pandas", "scipy"},
    "experiment": {
        "numpy", "pandas", "scipy", "pyarrow", "distributed", "dask", "IPython", "ipywidgets",
    },
    "studies": {"numpy", "pandas", "scipy", "SALib", "pyarrow"},
    "report/figures": {"numpy", "pandas", "matplotlib", "IPython", "ipywidgets"},
    "report": {"numpy", "pandas", "jinja2", "markupsafe", "weasyprint"},
    "cli": {"numpy", "pandas", "pydantic", "rich", "typer", "distributed", "dask"},
}  # fmt: skip
"""Packages that each floor may import, besides the standard library."""

MOST_CODE_OF_A_FILE, MOST_CODE, MOST_ARGUMENTS = 450, 50, 6
KERNEL = "a compiled rule is given all state that it touches: no objects, no closures"
MANY_ARGUMENTS = {
    "model/firms/advance.py advance": KERNEL,
    "model/firms/failure.py close": KERNEL,
    "model/firms/events.py leave": KERNEL,
    "model/firms/events.py on_cause": KERNEL,
    "model/firms/events.py on_schedule": KERNEL,
    "model/firms/contract_effects.py settle_request": KERNEL,
    "model/firms/flows.py post_firm": KERNEL,
    "model/firms/flows.py split_called": KERNEL,
    "model/firms/flows.py place_business": KERNEL,
    "model/firms/contract_effects.py sign_firm": KERNEL,
    "model/firms/contract_effects.py decline_firm": KERNEL,
    "model/banks/own_business.py own_business": KERNEL,
}
"""Functions with more than six arguments, and why; commands have one for each option."""


@dataclass(frozen=True)
class File:
    """One file of the house: its place, its text and its syntax."""

    place: str
    text: str
    tree: ast.Module

    @property
    def module(self) -> str:
        """The dotted name."""
        parts = ["sim", *Path(self.place).with_suffix("").parts]
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def folder(self) -> str:
        """The floor's name; empty for the files at the top."""
        inside = [name for name in FLOORS if self.place.startswith(f"{name}/")]
        return max(inside, key=len, default="")


@cache
def files() -> tuple[File, ...]:
    """Every file of the house."""
    found = []
    for path in sorted(HOUSE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        found.append(File(path.relative_to(HOUSE).as_posix(), text, ast.parse(text)))
    return tuple(found)


def imports(file: File) -> Iterator[tuple[str, int]]:
    """Modules that a file imports, anywhere in it, and the lines."""
    known = {other.module for other in files()}
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            inside = {f"{node.module}.{alias.name}" for alias in node.names} & known
            yield from ((name, node.lineno) for name in inside or {node.module})


def floor_of(module: str) -> str:
    """The floor of a module of the house; empty for what stands on none."""
    return next((file.folder for file in files() if file.module == module), "")


def functions(file: File) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a file, methods included."""
    for node in ast.walk(file.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef, text: str) -> int:
    """Lines of a function's body, without docstring, comments and empty lines."""
    first, last = function.body[0], function.end_lineno or function.lineno
    start = first.lineno
    if ast.get_docstring(function):
        start = (first.end_lineno or first.lineno) + 1
    lines = [line.strip() for line in text.splitlines()[start - 1 : last]]
    return sum(line != "" and not line.startswith("#") for line in lines)


def test_every_folder_is_a_floor() -> None:
    folders = {path.parent.relative_to(HOUSE).as_posix() for path in HOUSE.rglob("__init__.py")}
    assert folders - {"."} == set(FLOORS) | ABOVE_FLOORS
    assert set(FLOORS) == set(PACKAGES)


def test_files_import_from_floors_below_or_from_their_own() -> None:
    breaches = []
    for file in files():
        for module, line in imports(file):
            if module.split(".")[0] != "sim" or not file.folder:
                continue
            other = floor_of(module)
            below = other in FLOORS and FLOORS[other] < FLOORS[file.folder]
            if not below and other != file.folder:
                breaches.append(f"{file.place}:{line} imports {module}")
    assert breaches == []


def test_no_imports_go_in_circles() -> None:
    graph = {
        file.module: sorted({m for m, _ in imports(file) if m.startswith("sim.")})
        for file in files()
    }
    done: set[str] = set()

    def walk(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, " -> ".join((*path[path.index(module) :], module))
        if module not in done:
            for other in graph.get(module, ()):
                walk(other, (*path, module))
            done.add(module)

    for module in graph:
        walk(module, ())


def test_each_floor_uses_only_its_packages() -> None:
    breaches = []
    for file in files():
        allowed = PACKAGES.get(file.folder, set()) | sys.stdlib_module_names | {"sim"}
        for module, line in imports(file):
            if module.split(".")[0] not in allowed:
                breaches.append(f"{file.place}:{line} imports {module}")
    assert breaches == []


@pytest.mark.parametrize(
    ("package", "places"),
    [
        ("numba", {"engine/kernel.py", "engine/compiler.py"}),
        ("simpy", {"engine/processes.py"}),
        ("xlsxwriter", {"base/workbook.py"}),
    ],
)
def test_compiler_calendar_and_workbooks_are_known_where_they_belong(
    package: str, places: set[str]
) -> None:
    users = {
        file.place for file in files() for m, _ in imports(file) if m.split(".")[0] == package
    }
    assert users == places


def test_slow_packages_load_late() -> None:
    late = {
        "numba", "matplotlib.pyplot", "SALib", "distributed", "dask", "IPython", "ipywidgets",
        "xlsxwriter",
    }  # fmt: skip
    breaches = []
    for file in files():
        for node in file.tree.body:
            names = {alias.name for alias in node.names} if isinstance(node, ast.Import) else set()
            if isinstance(node, ast.ImportFrom):
                names = {node.module or ""}
            if names & late:
                breaches.append(f"{file.place}:{node.lineno}")
    assert breaches == []


def test_nothing_is_imported_by_star_or_by_relative_path() -> None:
    for file in files():
        for node in ast.walk(file.tree):
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{file.place}:{node.lineno}"
                assert all(a.name != "*" for a in node.names), f"{file.place}:{node.lineno}"


def test_folders_open_with_their_purpose_and_no_code() -> None:
    for file in files():
        if file.place.endswith("/__init__.py"):
            assert len(file.tree.body) == 1, file.place
            assert ast.get_docstring(file.tree), file.place


def test_floor_numbers_in_words_are_those_of_the_plan() -> None:
    wrong = []
    for file in files():
        for number in re.findall(r"[Ff]loor (\d+)", ast.get_docstring(file.tree) or ""):
            if int(number) != FLOORS[file.folder]:
                wrong.append(f"{file.place} says {number}, the plan {FLOORS[file.folder]}")
    assert wrong == []


def test_the_package_itself_is_a_lazy_table_of_names() -> None:
    top = next(file for file in files() if file.place == "__init__.py")
    assert {module for module, _ in imports(top)} == {"importlib", "typing"}
    assert {f.name for f in functions(top)} == {"__getattr__", "__dir__"}


def code_of_file(file: File) -> int:
    """Lines of code of a file, without docstrings, comments, imports and empty lines."""
    left_out: set[int] = set()
    for node in ast.walk(file.tree):
        parts: list[ast.stmt] = []
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(
            node
        ):
            parts = node.body[:1]
        elif isinstance(node, ast.Import | ast.ImportFrom):
            parts = [node]
        for part in parts:
            left_out |= set(range(part.lineno, (part.end_lineno or part.lineno) + 1))
    lines = enumerate(file.text.splitlines(), start=1)
    return sum(
        number not in left_out and line.strip() != "" and not line.strip().startswith("#")
        for number, line in lines
    )


def test_files_stay_short() -> None:
    lengths = {file.place: code_of_file(file) for file in files()}
    assert {name: n for name, n in lengths.items() if n > MOST_CODE_OF_A_FILE} == {}


def test_functions_stay_short() -> None:
    lengths = {
        f"{file.place} {function.name}": code_lines(function, file.text)
        for file in files()
        for function in functions(file)
    }
    assert {name: n for name, n in lengths.items() if n >= MOST_CODE} == {}
    assert median(lengths.values()) < 15


def _name(decorator: ast.expr) -> str:
    named = decorator.func if isinstance(decorator, ast.Call) else decorator
    return named.id if isinstance(named, ast.Name) else ""


def test_functions_take_few_arguments() -> None:
    many = set()
    for file in files():
        for function in functions(file):
            # A command has one argument for each of its options.
            if any(_name(one) in {"reports_errors", "study"} for one in function.decorator_list):
                continue
            a = function.args
            names = [part.arg for part in (*a.posonlyargs, *a.args, *a.kwonlyargs)]
            if len([name for name in names if name not in {"self", "cls"}]) > MOST_ARGUMENTS:
                many.add(f"{file.place} {function.name}")
    # A name that is no longer needed must leave the list, too.
    assert many == set(MANY_ARGUMENTS)


def test_every_file_and_every_public_function_says_what_it_is() -> None:
    silent = [file.place for file in files() if not ast.get_docstring(file.tree)]
    for file in files():
        for node in file.tree.body:
            open_class = isinstance(node, ast.ClassDef) and node.name[0] != "_"
            members = node.body if open_class else []
            for part in (node, *members):
                named = isinstance(part, ast.FunctionDef | ast.ClassDef)
                if named and part.name[0] != "_" and not ast.get_docstring(part):
                    silent.append(f"{file.place} {part.name}")
    assert silent == []
