"""Functions that a user compiles, beside the kernel: in any order each is what it is alone."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numba import njit

from sim.base.draws import normal_pair
from sim.engine.kernel import kernel
from tests.model.banks.auctions import applicants, auction, hold_each
from tests.model.banks.test_hold_or_call import decide_all, drawn_reviews

pytestmark = pytest.mark.full
ROOT = Path(__file__).parents[2]


def auctions(rule: Any) -> list[bytes]:
    """Outcomes of auctions among three unequal banks."""
    a, bidders, rivals = auction([0.5, 0.3, 0.2])
    _, means = applicants(100, (a, bidders, rivals))
    out = np.empty((100, 2))
    rule(a.reshape(1), bidders, rivals, means, out)
    return [out.tobytes(), bidders.tobytes()]


def reviews(rule: Any) -> list[bytes]:
    """Decisions to hold or to call."""
    rows, done = drawn_reviews(50), np.zeros(50, np.int64)
    kept, gain = np.zeros((50, 8)), np.zeros((50, 8))
    rule(rows, done, kept, gain)
    return [part.tobytes() for part in (rows.kept, done, kept, gain)]


def draw_all(out: Any) -> None:
    """Write one pair of draws for each row."""
    for n in range(out.shape[0]):
        out[n, 0], out[n, 1] = normal_pair(5, 7, n, 1, 2, 0)


def draws(rule: Any) -> list[bytes]:
    """Draws of many firms."""
    out = np.zeros((50, 2))
    rule(out)
    return [out.tobytes()]


def same() -> bool:
    """Whether functions that call rules give the bits of interpreted ones when compiled."""
    kernel()  # makes the rules known to the compiler
    asked = ((auctions, hold_each), (reviews, decide_all), (draws, draw_all))
    return all(outcome(rule) == outcome(njit(rule)) for outcome, rule in asked)


KERNEL = """
import hashlib
from sim.engine.processes import run_world
from sim.engine.world import new_world
from sim.experiment.controls import follow, watches_of
from tests.engine.hand import shipped
few = shipped().with_values({
    "population.firms": 20, "population.initial_share": 0.5,
    "experiment.warm_up_years": 0.5, "experiment.horizon_years": 0.5,
    "variance_reduction.controls": ("hazards", "exits"),
})
history = new_world(few, 0)
run_world(history, -0.5, 0.0)
w = history.branch("loan_with_warrant")
run_world(w, 0.0, 0.5, observers=[follow(watches_of(few))])
columns = [w.next_time, *(w.firms[name] for name in w.firms.dtype.names)]
print(hashlib.sha256(b"".join(column.tobytes() for column in columns)).hexdigest())
"""
USER = """
from tests.engine.test_callers import same
print(same())
"""


def told(code: str, cache: Path, jit: str = "1") -> list[str]:
    """What a fresh process prints, sorted."""
    own = os.environ | {"CROSSCYCLE_CACHE": str(cache), "CROSSCYCLE_JIT": jit}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=own, capture_output=True, text=True,
        check=True, timeout=900,  # where codes are mixed up, a loop may never end
    )  # fmt: skip
    return sorted(done.stdout.split())


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(KERNEL + USER, id="kernel first"),
        pytest.param(USER + KERNEL, id="user first", marks=pytest.mark.slow),
    ],
)
def test_a_user_compiles_rules_beside_a_kernel_that_is_compiled_or_loaded(
    tmp_path: Path, code: str
) -> None:
    expected = sorted([*told(KERNEL, tmp_path, jit="0"), "True"])
    assert not list(tmp_path.rglob("*.nbc"))
    assert [told(code, tmp_path) for _ in ("compiled", "loaded")] == [expected, expected]
    assert list(tmp_path.rglob("*.nbc"))
