"""Every notebook runs from top to bottom, made small, and ends with a figure."""

import ast
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "notebooks").glob("*.ipynb"))
TINY: dict[str, Any] = {
    "coverage": 0.30, "evaluations": 18, "firms": 120, "history_years": 1.0,
    "horizon_years": 4.0, "most": 4, "points": 2, "replications": 3, "versus": "revenue_swap",
    "workers": 1,
}  # fmt: skip
"""Values laid over those of the cell with the tag ``parameters``."""

each = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


def read(file: Path) -> Any:
    return nbformat.read(file, as_version=4)


def parameters(notebook: Any) -> Any:
    """Give the one cell whose values a test may replace."""
    (cell,) = [c for c in notebook.cells if "parameters" in c.metadata.get("tags", [])]
    return cell


def names_in(source: str) -> set[str]:
    """Give the names that a cell of plain assignments sets."""
    targets = [line.targets[0] for line in ast.parse(source).body if isinstance(line, ast.Assign)]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def test_there_is_a_notebook() -> None:
    assert FILES


@each
def test_a_notebook_is_stored_without_outputs(file: Path) -> None:
    cells = [cell for cell in read(file).cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in cells)


@each
def test_a_notebook_is_thin(file: Path) -> None:
    cells = [cell for cell in read(file).cells if cell.cell_type == "code"]
    assert all(len(cell.source.splitlines()) <= 15 for cell in cells)


@each
def test_its_parameters_can_be_made_small(file: Path) -> None:
    names = names_in(parameters(read(file)).source)
    assert names
    assert names <= set(TINY)


@each
# The kernel's own packages warn of their plans; that is nothing for this project to mend.
@pytest.mark.filterwarnings("ignore")
def test_a_notebook_runs_and_ends_with_a_figure(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    notebook = read(file)
    cell = parameters(notebook)
    cell.source = "\n".join(f"{name} = {TINY[name]!r}" for name in names_in(cell.source))
    where = {"metadata": {"path": str(file.parent)}}
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources=where).execute()
    (*_, last) = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert any("image/png" in output.get("data", {}) for output in last.outputs)
