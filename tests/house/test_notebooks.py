"""Every notebook runs from top to bottom, made small, and ends with a figure."""

import ast
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell

pytestmark = pytest.mark.full

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "notebooks").glob("*.ipynb"))
TINY: dict[str, Any] = {
    "coverage": 0.30, "evaluations": 18, "firms": 120, "history_years": 1.0,
    "horizon_years": 4.0, "most": 4, "points": 2, "replications": 3, "versus": "revenue_swap",
    "workers": 1,
}  # fmt: skip
"""Values laid over those of the cell with the tag ``parameters``."""

WIDGET = "application/vnd.jupyter.widget-view+json"
PANEL = "02_turn_the_parameters"
MOVE = """
first, slider = bytes(panel.picture.value), next(iter(panel.sliders.values()))
slider.value = slider.max
if panel._run is not None:
    await panel._run
assert bytes(panel.picture.value) != first
assert panel.seconds > 0.0
"""
"""What a reader does with the sliders of a panel."""
WITHOUT_WIDGETS = """
import sys
sys.modules["ipywidgets"] = None
"""

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


def tiny(file: Path) -> Any:
    """Read a notebook with small values in place of its own."""
    notebook = read(file)
    cell = parameters(notebook)
    cell.source = "\n".join(f"{name} = {TINY[name]!r}" for name in names_in(cell.source))
    return notebook


def execute(notebook: Any) -> None:
    """Run all cells where the notebook lies; raises where one fails."""
    where = {"metadata": {"path": str(ROOT / "notebooks")}}
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources=where).execute()


def shown(cell: Any) -> set[str]:
    """Give the kinds of what a cell has displayed."""
    return {kind for output in cell.outputs for kind in output.get("data", {})}


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
    notebook = tiny(file)
    if file.stem == PANEL:
        notebook.cells.insert(-1, new_code_cell(MOVE))
    execute(notebook)
    assert "image/png" in shown(notebook.cells[-1])
    # Long work says by itself how far it is.
    simulating = [cell for cell in notebook.cells if "= sim.simulate(" in cell.source]
    assert all(WIDGET in shown(cell) for cell in simulating)


@pytest.mark.filterwarnings("ignore")
def test_without_widgets_a_panel_is_its_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    (file,) = [file for file in FILES if file.stem == PANEL]
    notebook = tiny(file)
    # The screening needs no widgets and is run above.
    notebook.cells = [cell for cell in notebook.cells if "screening" not in cell.source]
    notebook.cells.insert(0, new_code_cell(WITHOUT_WIDGETS))
    execute(notebook)
    (panel,) = [cell for cell in notebook.cells if "sim.panel(" in cell.source]
    assert "image/png" in shown(panel)
    assert "image/png" in shown(notebook.cells[-1])
