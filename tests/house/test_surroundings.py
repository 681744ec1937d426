"""What a run gives does not depend on where it is run: two processes, unlike in all but code.

Hash seed, threads, locale (where the machine has others), time zone and working folder differ
between them, and the second one is told of no home.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.full

ROOT = Path(__file__).parents[2]
RUN = """
import hashlib, locale, sys
from contextlib import suppress
from sim.experiment.simulate import one_replication
from tests.house.net import scenario
for name in ("de_DE.UTF-8", "tr_TR.UTF-8", "C.UTF-8", "C")[:: int(sys.argv[1])]:
    with suppress(locale.Error):
        locale.setlocale(locale.LC_ALL, name)
        break
small = scenario("three_arrangements").with_values({"population.firms": 30})
done = one_replication(small, 0, ("events",), int(sys.argv[2]))
for table in ("outcomes", "series", "banks", "events"):
    text = getattr(done, table).to_csv(index=False, float_format=float.hex)
    print(table, hashlib.sha256(text.encode()).hexdigest())
"""
SURROUNDINGS = {
    "one": {"PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati", "LC_ALL": "de_DE.UTF-8"},
    "other": {
        "PYTHONHASHSEED": "4321", "TZ": "America/Los_Angeles", "LC_ALL": "C", "LANG": "tr_TR",
        "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1",
    },
}  # fmt: skip
WORDS = {"one": ("1", "1"), "other": ("-1", "2")}


def told(name: str, folder: Path) -> list[str]:
    """Digests of the tables of a small run in its own surroundings."""
    kept = {k: v for k, v in os.environ.items() if k not in ("HOME", "XDG_CACHE_HOME", "LANG")}
    home = {"HOME": str(folder)} if name == "one" else {}
    own = {"PYTHONPATH": str(ROOT), "CROSSCYCLE_CACHE": _cache()}
    done = subprocess.run(
        [sys.executable, "-c", RUN, *WORDS[name]], cwd=folder, capture_output=True, text=True,
        env=kept | own | home | SURROUNDINGS[name], check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def _cache() -> str:
    """Where machine code is kept, so that nothing is compiled twice."""
    from sim.engine.kernel import cache_root

    return str(cache_root().parent)


def test_hash_seed_threads_locale_time_zone_and_home_change_no_number(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in SURROUNDINGS]
    for folder in folders:
        folder.mkdir()
    one, other = (told(name, tmp_path / name) for name in SURROUNDINGS)
    assert len(one) == 4
    assert one == other
