"""Openings on disk: what a long history has left, by the digest of all that it reads.

An opening takes a hundred times longer to make than to read. Its file is named by the scenario
without all that settling does not read, and by the replication; within stands which program made
it. A file that is damaged, or of another program, is made anew in its place. Where nothing can
be written, openings are made whenever they are asked for: their bits are the same.
"""

import json
import os
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from sim.base.columns import Records
from sim.base.errors import StorageError
from sim.base.files import digest_of, read_sealed, write_sealed
from sim.base.language import tr
from sim.engine.kernel import cache_root
from sim.engine.settled import RECORDS, Arrays, opening_of, plain_past, settle_down
from sim.experiment.identity import differences, identity
from sim.scenario.scenario import Scenario

MOST_BYTES = 2**31
"""Bytes of openings that stay on disk; those not used for longest leave first."""
_CURE = "it is made anew"


def folder() -> Path:
    """Give the folder of openings: in the user's cache, or where the environment says."""
    named = os.environ.get("CROSSCYCLE_OPENINGS")
    return Path(named) if named else cache_root() / "openings"


def opening(scenario: Scenario, replication: int) -> Arrays:
    """The opening of one replication: read where a file of this program has it, or made.

    Its arrays are those of `sim.engine.settled.opening_of`; the scenario must settle.
    """
    past = plain_past(scenario, replication)
    file = _file(past, replication)
    kept, _ = _read(file)
    return _made(past, replication, file) if kept is None else _arrays(*kept)


def _made(past: Scenario, replication: int, file: Path) -> Arrays:
    """Live the past, and keep what it leaves."""
    arrays = opening_of(settle_down(past, replication))
    with suppress(OSError):
        write_sealed(file, _to_bytes(arrays))
        _make_room(file)
    return arrays


def _file(past: Scenario, replication: int) -> Path:
    return folder() / digest_of(past.model_dump_json().encode())[:32] / f"{replication}.sealed"


def _read(file: Path) -> tuple[tuple[dict[str, Any], bytes] | None, str]:
    """Give head and packed arrays of a file, or None and why not; "" if it is not there."""
    try:
        content = read_sealed(file, _CURE)
    except FileNotFoundError:
        return None, ""
    except StorageError:
        return None, tr("damaged")
    except OSError as error:
        return None, str(error.strerror)
    head, _, rest = content.partition(b"\n")
    told = json.loads(head)
    if other := differences(told["program"]):
        return None, ", ".join(other)
    with suppress(OSError):
        os.utime(file)
    return (told, rest), ""


# --- Arrays as bytes -----------------------------------------------------------------------------


def _to_bytes(arrays: Arrays) -> bytes:
    """Write a line of JSON, and then all arrays one after another, compressed."""
    whole = b"".join(np.ascontiguousarray(one).tobytes() for one in arrays.values())
    shapes = [
        (name, "" if name in RECORDS else one.dtype.str, one.shape) for name, one in arrays.items()
    ]
    head = {"program": identity(), "bytes": len(whole), "arrays": shapes}
    packed: bytes = pa.compress(whole, "zstd", asbytes=True)
    return json.dumps(head).encode() + b"\n" + packed


def _arrays(head: dict[str, Any], packed: bytes) -> Arrays:
    """Unpack arrays, each an array of its own that may be written."""
    whole = pa.decompress(packed, head["bytes"], "zstd", asbytes=True)
    found: Arrays = {}
    place = 0
    for name, kind, shape in head["arrays"]:
        dtype = np.dtype(kind) if kind else RECORDS[name].dtype
        count = int(np.prod(shape))
        flat = np.frombuffer(whole, dtype, count, place)
        rows: Any = flat.reshape(shape).copy()
        found[name] = rows if kind else rows.view(Records)
        place += count * dtype.itemsize
    return found


def _make_room(newest: Path, most: int = MOST_BYTES) -> None:
    """Remove the files that were not used for longest, until the rest have room."""
    files = [(one.stat(), one) for one in newest.parents[1].glob("*/*.sealed") if one != newest]
    size = newest.stat().st_size + sum(found.st_size for found, _ in files)
    for found, one in sorted(files, key=lambda pair: pair[0].st_mtime):
        if size <= most:
            return
        one.unlink(missing_ok=True)
        size -= found.st_size


# --- Those that a run must make first ------------------------------------------------------------


@dataclass(frozen=True)
class Missing:
    """Replications whose openings must be made, and why those on disk cannot be used, counted."""

    numbers: tuple[int, ...]
    why: dict[str, int]


def missing(scenario: Scenario, numbers: Iterable[int]) -> Missing:
    """Say for which replications a run makes openings first; none where it does not settle."""
    if scenario.experiment.settling_years <= 0.0:
        return Missing((), {})
    todo, why = [], Counter[str]()
    for number in numbers:
        kept, reason = _read(_file(plain_past(scenario, number), number))
        if kept is None:
            todo.append(number)
            why[reason] += bool(reason)
    return Missing(tuple(todo), {reason: n for reason, n in why.items() if n})


def announcement(scenario: Scenario, found: Missing) -> str:
    """Say in one line that openings are being made, and why anew."""
    told = tr(
        "making {count} opening histories of {years} years (kept on disk for later runs) ...",
        count=len(found.numbers), years=f"{scenario.experiment.settling_years:g}",
    )  # fmt: skip
    reasons = (tr("{count} anew: {why}", count=n, why=reason) for reason, n in found.why.items())
    return "; ".join([told, *reasons])


def make(scenario: Scenario, replication: int) -> int:
    """Make an opening and keep it; gives its bytes on disk, 0 where it could not be kept."""
    past = plain_past(scenario, replication)
    file = _file(past, replication)
    _made(past, replication, file)
    return file.stat().st_size if file.is_file() else 0
