"""A run as an object: what its folder holds, with what it means."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.analysis.measured import Measured
from sim.base.errors import StorageError
from sim.base.workbook import write_workbook
from sim.experiment.replication_file import ROWS
from sim.experiment.results import AnyResults
from sim.experiment.run_folder import SCENARIO, RunFolder, read_results
from sim.experiment.workbook import run_sheets
from sim.scenario.scenario import Scenario
from sim.scenario.toml_text import dump_model, fingerprint


class Run(Measured):
    """Results with their outcomes, their comparison and the tables that were kept."""

    if TYPE_CHECKING:
        results: AnyResults

    def __repr__(self) -> str:
        """Say in one line what this is."""
        return f"Run of {self.results!r}"

    def _repr_html_(self) -> str:
        """Show in a notebook what was run, and the differences folded by party."""
        return self.results._repr_html_() + self.comparison._repr_html_()

    @property
    def scenario(self) -> Scenario:
        """The scenario that was run, with all of its values."""
        return self.results.scenario

    @property
    def manifest(self) -> Mapping[str, Any]:
        """What the run says of itself: seed, versions, digests, the command that repeats it."""
        return self.results.manifest

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """The tables that the run left, by name, each read when it is asked for.

        Firms, events and contracts are there only where they were kept.
        """
        return _Frames(self.results)

    def to_excel(self, path: str | Path) -> Path:
        """Write one Excel workbook, as `Results.to_excel` does."""
        return write_workbook(path, run_sheets(self))

    def save(self, folder: str | Path) -> Path:
        """Write a folder that `load_run` reads again: scenario, tables and manifest; name it.

        Raises StorageError if the folder holds a run.
        """
        place = RunFolder(Path(folder))
        if place.manifest():
            raise StorageError(str(folder), "holds a run", "give another folder, or remove it")
        with place.held(), place.staging(_values(self)) as stage:
            for name, table in self.tables.items():
                # Files are read by parts, and so have their replications one after another.
                rows = table.sort_values("replication", kind="stable")
                rows.to_parquet(stage / f"{name}.parquet", index=False, row_group_size=ROWS)
            (stage / SCENARIO).write_text(dump_model(self.scenario), encoding="utf-8")
        return place.path


class _Frames(Mapping[str, pd.DataFrame]):
    """Tables of results by name, each read when it is asked for."""

    def __init__(self, results: AnyResults) -> None:
        self._results = results

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._results.kept:
            raise KeyError(name)
        return self._results.table(name).frame()

    def __iter__(self) -> Iterator[str]:
        return iter(self._results.kept)

    def __len__(self) -> int:
        return len(self._results.kept)


def load_run(folder: str | Path) -> Run:
    """Open the folder of a run, every file of it checked.

    Raises StorageError if it holds no run, or one that was not finished, or a file of it is
    damaged or gone; ScenarioError if its scenario is not one of this version.
    """
    return Run(read_results(folder))


def _values(run: Run) -> dict[str, Any]:
    """Say of a run what its folder's manifest holds, beside what its results say already."""
    done = sorted({int(n) for n in run.tables["outcomes"]["replication"]})
    asked = run.scenario.experiment.replications
    return {
        "finished": len(done) == asked, "scenario_sha256": fingerprint(run.scenario),
        "replications_asked": asked, "replications_done": done, "shard": "1/1",
        "kept": [name for name in ("firms", "events") if name in run.tables], "workers": 1,
        "notices": [], "command": "", "go_on_with": "", **run.manifest,
    }  # fmt: skip
