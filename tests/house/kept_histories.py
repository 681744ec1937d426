"""Histories of the studies of predictions, lived once and kept, two at a time.

What a history said lies in a file of its own, in a folder named by the digest of all that it can
depend on: program, scenario, measures. So a refresh that was cut short goes on, and one that needs
more histories extends those that are there.
"""

import json
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cache
from multiprocessing import get_context
from pathlib import Path

from sim.base.files import digest_of, write_atomically
from sim.experiment.identity import LIBRARIES, SIM, identity, model_digest
from sim.scenario.scenario import Scenario
from tests.house import measures, measures_of_signs, paired
from tests.house.foretold import asked_of, lived_once, scenario_of, size_of
from tests.house.paired import Floats, in_columns

SIZE = "full"
RULES = (
    measures.__file__, measures_of_signs.__file__, paired.__file__,
    SIM / "studies" / "firm_moments.py",
)  # fmt: skip
"""Files beside those of the model that a kept number depends on."""
PROCESSES = 2


@cache
def program() -> str:
    """Digest of the model, of the rules that measure, and of the libraries."""
    versions = identity()["versions"]
    parts = [model_digest(), *(versions[name] for name in LIBRARIES)]
    parts += [digest_of(Path(file).read_bytes()) for file in RULES]
    return digest_of("\n".join(parts).encode())


@cache
def economy() -> str:
    """Digest of the economy and the program by which the numbers of the file were made."""
    text = scenario_of("offered", size_of(SIZE)).model_dump_json()
    return digest_of(f"{program()}\n{text}".encode())[:16]


def folder_of(study: str, root: Path) -> Path:
    """Where the histories of a study lie, whatever their number."""
    alone: Scenario = scenario_of(study, size_of(SIZE)).with_values({"experiment.replications": 1})
    text = "\n".join([program(), alone.model_dump_json(), *asked_of(study)])
    return root / f"{study}-{digest_of(text.encode())[:16]}"


def live_one(study: str, replication: int, folder: Path) -> None:
    """Live one history and keep what it says."""
    said = lived_once(study, SIZE, replication)
    write_atomically(file_of(folder, replication), json.dumps(said).encode())


def file_of(folder: Path, replication: int) -> Path:
    """Where a history lies."""
    return folder / f"{replication:04}.json"


def ensure(counts: Mapping[str, int], root: Path) -> int:
    """Live the first so many histories of each study that are not kept, and say how many."""
    missing = [
        (study, k, folder)
        for study, count in counts.items()
        for folder in [folder_of(study, root)]
        for k in range(count)
        if not file_of(folder, k).is_file()
    ]
    if not missing:
        return 0
    with ProcessPoolExecutor(PROCESSES, get_context("spawn")) as pool:
        waiting = [pool.submit(live_one, *one) for one in missing]
        try:
            for one in as_completed(waiting):
                one.result()
        except BaseException:
            # Else leaving would wait for all that has not begun.
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return len(missing)


def kept(study: str, count: int, root: Path) -> dict[str, dict[str, Floats]]:
    """Outcomes and measures of the first so many histories of a study, by arrangement and name."""
    folder = folder_of(study, root)
    return in_columns([json.loads(file_of(folder, k).read_bytes()) for k in range(count)])
