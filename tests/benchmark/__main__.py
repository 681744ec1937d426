"""Measure, print a table, and write the numbers to a file where asked.

Everything, with the checkout of an older commit to compare with::

    git worktree add ../before 7e38927
    python -m tests.benchmark --before ../before --json speed.json

A minute of it: ``python -m tests.benchmark --quick``.
"""

import argparse
import json
import os
import platform
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from sim.experiment.simulate import one_replication
from tests.benchmark import (
    before,
    compiling,
    growth,
    memory,
    peers,
    phases,
    start,
    studies,
    whole,
    workers,
)
from tests.benchmark.measured import Found
from tests.benchmark.plan import FULL, QUICK, Plan
from tests.benchmark.table import HEAD, plain, rows
from tests.benchmark.worlds import scenario_of

Subject = Callable[[Plan], Found]
SUBJECTS: dict[str, Subject] = {
    "start": start.measure, "compile": compiling.measure, "whole": whole.measure,
    "phases": phases.measure, "peers": peers.measure, "studies": studies.measure,
    "growth": growth.measure, "workers": workers.measure, "memory": memory.measure,
}  # fmt: skip


def measured(subjects: dict[str, Subject], plan: Plan, say: Callable[[str], None]) -> Found:
    """Measure one subject after another and say each row as soon as it is known."""
    # Loads or compiles the rules, and every outcome, before any clock starts.
    one_replication(scenario_of(10), 0)
    found: Found = {}
    say(HEAD)
    for new in each(subjects, plan):
        for row in rows(new):
            say(row)
        found |= new
    return found


def each(subjects: dict[str, Subject], plan: Plan) -> Iterator[Found]:
    """What each subject finds; compiling comes last where it goes on beside the others."""
    with ThreadPoolExecutor(1) as aside:
        later = []
        for name, subject in subjects.items():
            if name == "compile" and plan.is_compiled_aside:
                later.append(aside.submit(subject, plan))
            else:
                yield subject(plan)
        for one in later:
            yield one.result()


def as_file(found: Found, plan: Plan) -> dict[str, Any]:
    """The figures by name, their spread, and what and where was measured."""
    return {
        **plain(found),
        "spread": {"low": plain(found, "low"), "high": plain(found, "high")},
        "plan": asdict(plan),
        "date": datetime.now(UTC).date().isoformat(),
        "machine": {"processor": platform.machine(), "cores": os.cpu_count()},
    }


def asked(given: Sequence[str] | None) -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmark", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--quick", action="store_true", help="small sizes: under a minute")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers to a file")
    parser.add_argument("--before", type=Path, metavar="PATH", help="a checkout of 7e38927")
    parser.add_argument(
        "--only", nargs="+", choices=[*SUBJECTS, "before"], metavar="SUBJECT",
        help=f"some of: {', '.join(SUBJECTS)}, before",
    )  # fmt: skip
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None, plan: Plan | None = None) -> None:
    """Print the table, and write the numbers where asked."""
    options = asked(given)
    plan = plan or (QUICK if options.quick else FULL)
    subjects = dict(SUBJECTS)
    if options.before:
        subjects["before"] = partial(before.measure, checkout=options.before)
    chosen = {name: job for name, job in subjects.items() if name in (options.only or subjects)}
    found = measured(chosen, plan, partial(print, flush=True))
    if options.json:
        options.json.write_text(json.dumps(as_file(found, plan), indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
