"""A piece of Python in a fresh process, and the number that it prints last."""

import os
import subprocess
import sys

from tests.benchmark.worlds import ROOT


def told(code: str, **environment: str) -> float:
    """What the code prints last."""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True,
        env={**os.environ, **environment},
    )  # fmt: skip
    return float(done.stdout.split()[-1])
