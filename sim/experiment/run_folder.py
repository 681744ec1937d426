"""The folder of a run: the only place where its files are named, written and read.

Replications are kept one by one, each in a sealed file, as they are finished; the tables are put
together from them at the end, and can be so at any time. ``manifest.json`` says what was run
and carries the digest of every other file, and its own. Whatever is written later, it first
forgets the files that are about to change: so a run that is killed at any moment has files that
are whole, and a manifest that vouches for none that is not. Whoever reads a file checks it.
"""

import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any

from sim.base.errors import ScenarioError, StorageError
from sim.base.files import (
    TEMPORARY,
    digest_of,
    digest_of_file,
    locked,
    read_sealed,
    remove_temporary,
    sync,
    sync_folder,
    write_atomically,
    write_sealed,
)
from sim.base.named_files import UnfitFileError, read_named, real_place
from sim.scenario.toml_text import parse

if TYPE_CHECKING:
    from sim.experiment.replication_file import Replication
    from sim.experiment.results import StoredResults
    from sim.experiment.stored_table import StoredTable

MANIFEST = "manifest.json"
SCENARIO = "scenario.toml"
COMPARISON = "comparison.csv"
SUMMARY = "summary.csv"
EXPLORE = "explore.csv"
BY_BANK = "by_bank.csv"
LOSS_PARTS = "loss_parts.csv"
BANK_TAILS = "bank_tails.csv"
WORKBOOK = "workbook.xlsx"
REPORT = "report.html"
FIGURES = "figures"
REPLICATIONS = "replications"
"""Folder of the files of single replications."""
TABLES = ("outcomes", "series", "banks", "firms", "events", "contracts")
"""Tables of a run; the last three only where they were asked for."""
ALWAYS = TABLES[:3]
STORE = "studies/.runs"
"""Folder of the replications that studies keep; each file there is sealed by itself."""

RUNS = Path("runs")
"""Where runs go that are not told where to go; git ignores it."""

_LOCK = ".lock"
_SUFFIX = ".replication"
_AGAIN = "restore it, or write the run anew with --force, or to another folder with --out"
_DERIVED = "restore it, or write it again: python -m sim report {folder}"
_ALONE = "wait until it is done, or choose another folder with --out"
_NO_LINKS = "put the files themselves in the place of links"
_KINDS: dict[str, Any] = {
    "replications_done": list, "replications_asked": int, "kept": list, "notices": list,
    "shard": str, "began": str, "seconds": (int, float),
}  # fmt: skip
"""What the manifest of a run holds that is read again."""
MOST_BYTES = 2**26
"""Size of a manifest."""
_LAST = re.compile(rb'"sha256": "([0-9a-f]{64})"\n\}\n\Z')


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
                raise StorageError(str(self.path), f"cannot be a folder; {place} is a file", cure)

    # --- Writing ---------------------------------------------------------------------------------

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other processes from writing here; what a dead one left half written goes.

        Raises StorageError where another one writes here, OSError where nobody can.
        """
        self.check_usable()
        made = [place for place in (self.path, *self.path.parents) if not place.exists()]
        self.path.mkdir(parents=True, exist_ok=True)
        try:
            with locked(self.path / _LOCK, _ALONE):
                remove_temporary(self.path)
                yield
        finally:
            # Where nothing was written there need not be a folder.
            with suppress(OSError):
                for place in made:
                    place.rmdir()

    @contextmanager
    def staging(
        self,
        values: Mapping[str, Any] | None = None,
        instead_of: str = "",
        vouched: Mapping[str, str] | None = None,
    ) -> Iterator[Path]:
        """Give a folder to write into; what is in it moves into place at the end.

        If the writing fails, nothing moves. The manifest then vouches for the new files, and
        for those that are `vouched` for by name and digest, and has the values that are given,
        if some are; files beneath the folder `instead_of` go that are not written anew.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        stage = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=self.path))
        try:
            yield stage
            files = self._move_into_place(stage, instead_of) | dict(vouched or {})
            self.write_manifest(self.manifest() if values is None else values, files)
        finally:
            shutil.rmtree(stage, ignore_errors=True)

    def _move_into_place(self, stage: Path, instead_of: str) -> dict[str, str]:
        """Move what is new, forgetting it before, and give the digests of all files."""
        written = sorted(file for file in stage.rglob("*") if file.is_file())
        new = {file.relative_to(stage).as_posix(): _settled(file) for file in written}
        known = self.files()
        old = {name for name in known if instead_of and name.startswith(f"{instead_of}/")}
        others = {name: known[name] for name in known if name not in new and name not in old}
        if others != known:
            self.write_manifest(self.manifest(), others)
        for name in old:
            if name not in new:
                (self.path / name).unlink(missing_ok=True)
        for name in new:
            self._place(name).parent.mkdir(parents=True, exist_ok=True)
            (stage / name).replace(self.path / name)
        for folder in {(self.path / name).parent for name in new}:
            sync_folder(folder)
        return others | new

    def write_manifest(self, values: Mapping[str, Any], files: Mapping[str, str]) -> None:
        """Write what the run says about itself, and the digests of its files by name."""
        whole = {**values, "files": dict(sorted(files.items())), "sha256": "0" * 64}
        text = json.dumps(whole, indent=2, ensure_ascii=False, default=_plain) + "\n"
        content = text.encode()
        write_atomically(self.path / MANIFEST, _with_digest(content, digest_of(content)))

    def write_replication(self, one: "Replication") -> None:
        """Keep a finished replication."""
        from sim.experiment.replication_file import to_bytes

        write_sealed(self._replication(one.number), to_bytes(one))

    def forget_replications(self) -> None:
        """Vouch no longer for replications, which may be written anew; each has its own seal."""
        files = {k: v for k, v in self.files().items() if not k.startswith(f"{REPLICATIONS}/")}
        self.write_manifest(self.manifest(), files)

    def clear(self) -> None:
        """Remove the run with all of its files; studies stay."""
        files = self._listed_or_nothing()
        own = [name for name in files if not name.startswith("studies/")]
        places = [self._replication(number) for number in self.numbers()]
        for file in [*places, *map(self._place, own)]:
            file.unlink(missing_ok=True)
        (self.path / MANIFEST).unlink(missing_ok=True)
        for folder in (REPLICATIONS, FIGURES):
            with suppress(OSError):
                (self.path / folder).rmdir()
        studies = {name: files[name] for name in files if name not in own}
        if studies:
            self.write_manifest({}, studies)

    def _listed_or_nothing(self) -> dict[str, str]:
        """Give the digests of files; none where the manifest itself is damaged."""
        try:
            return self.files()
        except StorageError:
            return {}

    # --- Reading ---------------------------------------------------------------------------------

    def manifest(self) -> dict[str, Any]:
        """Read what the run says about itself; empty where there is no run."""
        return {k: v for k, v in self._whole_manifest().items() if k not in ("files", "sha256")}

    def check_is_run(self) -> dict[str, Any]:
        """Give the manifest, or refuse a folder that holds no run."""
        manifest = self.manifest()
        # A run that was saved from Python does not tell when it was made.
        if not {"seed", *_KINDS} - {"began", "seconds"} <= manifest.keys():
            cure = "give the folder that a run has written"
            raise StorageError(str(self.path), "holds no run", cure)
        return manifest

    def files(self) -> dict[str, str]:
        """Read the digests of all files by name that the manifest vouches for."""
        return dict(self._whole_manifest().get("files", {}))

    def _whole_manifest(self) -> dict[str, Any]:
        file = self.path / MANIFEST
        if not file.is_file():
            return {}
        content = _small(file)
        last = _LAST.search(content)
        if last is None or digest_of(_with_digest(content, "0" * 64)) != last[1].decode():
            what = "is damaged, or no manifest of this version"
            raise StorageError(str(file), what, _AGAIN)
        return read_manifest(content, str(file))

    def _place(self, name: str) -> Path:
        """Give the place of a file; StorageError where a link leads out of the folder."""
        file = self.path / name
        if not real_place(file).is_relative_to(real_place(self.path)):
            raise StorageError(str(file), "leads out of the folder of the run", _NO_LINKS)
        return file

    def read(self, name: str) -> bytes:
        """Read a file that the manifest vouches for, and check it."""
        return self._read(name, self.files())

    def _read(self, name: str, files: Mapping[str, str]) -> bytes:
        with self._vouched(name, files) as file:
            return file.read()

    def _check(self, name: str, files: Mapping[str, str]) -> None:
        with self._vouched(name, files):
            pass

    @contextmanager
    def _vouched(self, name: str, files: Mapping[str, str]) -> Iterator[IO[bytes]]:
        """Open a file that is among those that the manifest vouches for."""
        if name not in files:
            raise StorageError(str(self.path), f"has no {name} that is whole", self.way_on())
        with self.opened(name, files[name]) as file:
            yield file

    @contextmanager
    def opened(self, name: str, digest: str) -> Iterator[IO[bytes]]:
        """Open a file once it is checked, a piece at a time, so that none need be held whole.

        Raises StorageError where it is gone, or is not what has this digest.
        """
        file = self._place(name)
        if not file.is_file():
            raise StorageError(str(self.path), f"has lost its {name}", self._way_back(name))
        with file.open("rb") as content:
            if hashlib.file_digest(content, "sha256").hexdigest() != digest:
                raise self._is_another(name, digest)
            content.seek(0)
            yield content

    def _is_another(self, name: str, digest: str) -> StorageError:
        """Say why a file is not what was to be read."""
        file = str(self.path / name)
        if self.files().get(name, digest) != digest:
            return StorageError(file, "has changed since the run was opened", "open it again")
        what = "is damaged: its digest is not that of the manifest"
        return StorageError(file, what, self._way_back(name))

    def scenario(self) -> dict[str, Any]:
        """Read the values of the scenario that was run."""
        parsed = parse(self.read(SCENARIO).decode("utf-8", "replace"), str(self.path / SCENARIO))
        if parsed.problems:
            raise ScenarioError(parsed.problems)
        return parsed.values

    def table(self, name: str) -> "StoredTable | None":
        """Give one table of the run, checked, to be read by parts; None where it was not kept."""
        from sim.experiment.replication_file import schema
        from sim.experiment.stored_table import StoredTable

        files, file = self.files(), f"{name}.parquet"
        if name not in ALWAYS and file not in files:
            return None
        self._check(file, files)
        return StoredTable(partial(self.opened, file, files[file]), schema(name))

    def numbers(self) -> list[int]:
        """Numbers of the replications that are kept, finished with the tables or after them."""
        found = (self.path / REPLICATIONS).glob(f"*{_SUFFIX}")
        return sorted(int(file.stem) for file in found if file.stem.isdecimal())

    def replication(self, number: int, run: str = "") -> "Replication":
        """Read one replication and check it; that it belongs to a run, too, where one is named."""
        from sim.experiment.replication_file import from_bytes
        from sim.experiment.strange_tables import readable

        file = self._place(self._name(number))
        cure = "remove it, and go on with --resume: it is simulated anew"
        with readable(str(file), cure):
            one = from_bytes(read_sealed(file, cure))
        if one.number != number or (run and one.run != run):
            raise StorageError(str(file), "belongs to another run than the folder", cure)
        return one

    def _replication(self, number: int) -> Path:
        return self.path / REPLICATIONS / f"{number:06d}{_SUFFIX}"

    def way_on(self) -> str:
        """Say how a run that was not finished goes on."""
        command = self.manifest().get("go_on_with")
        return f"go on with: {command}" if command else "give the folder that a run has written"

    def _way_back(self, name: str) -> str:
        """Say how a file that is damaged or lost can be had again."""
        if name.startswith("studies/"):
            return "restore it, or remove its folder and make the study again"
        if name.endswith(".parquet") and self.numbers():
            return f"restore it, or put it together again; {self.way_on()}"
        return _AGAIN if name == SCENARIO else _DERIVED.format(folder=self.path)

    # --- Checking --------------------------------------------------------------------------------

    def check_studies(self) -> None:
        """Read every file of the studies; StorageError for the first that is bad."""
        files = self.files()
        for name in files:
            if name.startswith("studies/"):
                self._check(name, files)
        for file in sorted(self.path.glob("studies/*/findings.json")):
            if file.relative_to(self.path).as_posix() not in files:
                what = "is a study that was not finished, or of an older version"
                cure = "make the study again, or remove its folder"
                raise StorageError(str(file.parent), what, cure)

    def problems(self) -> Iterator[StorageError]:
        """Check every file against its digest; sealed ones by themselves, too."""
        listed = self.files()
        yield from _refusals(lambda name: self._check(name, listed), listed)
        seals = [number for number in self.numbers() if self._name(number) not in listed]
        yield from _refusals(self.replication, seals)
        cure = "remove it: what it held is simulated again"
        stored = (file for file in (self.path / STORE).rglob("*") if file.is_file())
        yield from _refusals(lambda file: read_sealed(file, cure), stored)

    def _name(self, number: int) -> str:
        return self._replication(number).relative_to(self.path).as_posix()

    def replication_digests(self, numbers: Iterable[int]) -> dict[str, str]:
        """Give the digests of files of replications by their names."""
        return {self._name(n): digest_of_file(self._replication(n)) for n in numbers}


def read_results(folder: str | Path) -> "StoredResults":
    """Open the results of a finished or interrupted run, every file of them checked.

    Tables stay where they are until they are asked for.

    Raises
    ------
    StorageError
        If the folder holds no run, or one that was not finished, or a file of it is damaged
        or gone.
    ScenarioError
        If its scenario is not one of this version.
    """
    from sim.experiment.results import StoredResults
    from sim.scenario.scenario import load_scenario

    run = RunFolder(Path(folder))
    manifest = run.check_is_run()
    if "outcomes.parquet" not in run.files():
        raise StorageError(str(run.path), "holds a run that was not finished", run.way_on())
    run.read(SCENARIO)
    found = {name: run.table(name) for name in TABLES}
    tables = {name: table for name, table in found.items() if table is not None}
    return StoredResults(load_scenario(run.path / SCENARIO), tables, manifest)


def _refusals(read: Callable[[Any], object], things: Iterable[Any]) -> Iterator[StorageError]:
    """Read things, and give what is said where one cannot be read."""
    for thing in things:
        try:
            read(thing)
        except StorageError as error:
            yield error


def _small(file: Path) -> bytes:
    """Read a manifest, which is never large."""
    try:
        return read_named(file, ".json", MOST_BYTES)
    except UnfitFileError as error:
        raise StorageError(str(file), error.rule, error.cure) from None


def read_manifest(content: bytes, file: str) -> dict[str, Any]:
    """Read the text of a manifest; StorageError where it is none, or names files elsewhere.

    Its digest tells that nothing was changed, and not who wrote it.
    """
    try:
        whole = dict(json.loads(content))
        files = dict(whole["files"])
        good = isinstance(whole["files"], dict) and all(map(_is_inside, files))
        good = good and all(isinstance(digest, str) for digest in files.values())
        told = {name: kind for name, kind in _KINDS.items() if name in whole}
        good = good and all(isinstance(whole[name], kind) for name, kind in told.items())
        numbers = whole.get("replications_done", [])
        good = good and all(type(number) is int and number >= 0 for number in numbers)
    except (ValueError, TypeError, KeyError, RecursionError):
        good = False
    if not good:
        raise StorageError(file, "is no manifest that a run could have written", _AGAIN)
    return whole


def _is_inside(name: str) -> bool:
    """Whether the name of a file in a manifest stays within the folder."""
    path = PurePosixPath(name)
    return not (path.is_absolute() or {"..", "\\", ":"} & {*path.parts, *name}) and name != ""


def _settled(file: Path) -> str:
    """Wait until a file is on the disk, and give its digest."""
    with file.open("rb+") as opened:
        sync(opened)
    return digest_of_file(file)


def _with_digest(content: bytes, digest: str) -> bytes:
    """Put another digest into the last line of a manifest."""
    return _LAST.sub(b'"sha256": "%s"\n}\n' % digest.encode(), content)


def _plain(value: Any) -> Any:
    """Turn NumPy values and paths into what JSON can hold."""
    return value.tolist() if hasattr(value, "tolist") else str(value)
