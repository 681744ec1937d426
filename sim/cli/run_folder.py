"""The folder of a run: which files it has, and how they are written.

Files are first written beside the folder's own and then moved into place, so that a file
of a run is either whole or not there. ``manifest.json`` comes last: it says whether the
run is finished.
"""

import json
import shutil
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cli.options import BadInputError

if TYPE_CHECKING:
    import pandas as pd

MANIFEST = "manifest.json"
SCENARIO = "scenario.toml"
COMPARISON = "comparison.csv"
SUMMARY = "summary.csv"
EXPLORE = "explore.csv"
BY_BANK = "by_bank.csv"
WORKBOOK = "workbook.xlsx"
REPORT = "report.html"
FIGURES = "figures"
TABLES = ("outcomes", "series", "banks", "firms", "events", "contracts")
"""Tables of a run; the last three only where they were asked for."""

RUNS = Path("runs")
"""Where runs go that are not told where to go; git ignores it."""
_AGAIN = "remove it and run again, or choose another folder with --out"


@dataclass(frozen=True)
class RunFolder:
    """A folder that holds one run; it need not exist before something is written."""

    path: Path

    @property
    def report(self) -> Path:
        """The report for readers."""
        return self.path / REPORT

    @staticmethod
    def place(folder: Path | None, name: str) -> Path:
        """Give the place of a page in a folder, the current one by default, and check it."""
        if folder is not None:
            RunFolder(folder).check_usable()
        return (folder or Path()) / name

    def check_usable(self) -> None:
        """Refuse a place that is a file or lies beneath one, before time is spent."""
        for place in (self.path, *self.path.parents):
            if place.is_dir():
                return
            if place.exists():
                cure = "choose another folder with --out"
                raise BadInputError(str(self.path), f"cannot be a folder; {place} is a file", cure)

    @contextmanager
    def staging(self) -> Iterator[Path]:
        """Give a folder to write into; what is in it moves into place at the end.

        If the writing fails, nothing moves.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        stage = Path(tempfile.mkdtemp(prefix=".writing-", dir=self.path))
        try:
            yield stage
            _move_into(stage, self.path)
        finally:
            shutil.rmtree(stage, ignore_errors=True)

    def manifest(self) -> dict[str, Any]:
        """Read the manifest; empty where there is no run."""
        file = self.path / MANIFEST
        if not file.is_file():
            return {}
        try:
            found = json.loads(file.read_text(encoding="utf-8"))
        except ValueError as error:
            raise BadInputError(str(file), "is not a manifest", _AGAIN) from error
        if not isinstance(found, dict):
            raise BadInputError(str(file), "is not a manifest", _AGAIN)
        return found

    def scenario(self) -> dict[str, Any]:
        """Read the values of the scenario that was run."""
        file = self.path / SCENARIO
        try:
            return tomllib.loads(file.read_text(encoding="utf-8"))
        except ValueError as error:
            raise BadInputError(str(file), "is not a scenario", _AGAIN) from error

    def table(self, name: str) -> "pd.DataFrame | None":
        """Read one table of the run; None where it is not there."""
        import pandas as pd

        file = self.path / f"{name}.parquet"
        try:
            return pd.read_parquet(file) if file.is_file() else None
        except ValueError as error:
            raise BadInputError(str(file), "is not a table", _AGAIN) from error


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write what a run says about itself."""
    text = json.dumps(manifest, indent=2, ensure_ascii=False, default=_plain)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def write_tables(folder: Path, results: Any) -> None:
    """Write the tables of results, those that were kept."""
    for name in TABLES:
        frame = getattr(results, name)
        if frame is not None:
            frame.to_parquet(folder / f"{name}.parquet", index=False)


def _plain(value: Any) -> Any:
    """Turn NumPy values and paths into what JSON can hold."""
    return value.tolist() if hasattr(value, "tolist") else str(value)


def _move_into(stage: Path, folder: Path) -> None:
    files = [file for file in sorted(stage.rglob("*")) if file.is_file()]
    # The manifest says that the others are there.
    for file in sorted(files, key=lambda f: f.name == MANIFEST):
        place = folder / file.relative_to(stage)
        place.parent.mkdir(parents=True, exist_ok=True)
        file.replace(place)
