"""The table of what was found: one row a figure, with spread and target."""

from collections.abc import Iterator
from typing import Any

from tests.benchmark.measured import Found, Measured

MEANING = {
    "kernel_ns": "lives of firms alone, ns for a live firm-quarter, by firms",
    "whole_ns": "whole plain run, ns for a live firm-quarter, by firms",
    "whole_over_kernel": "by firms; at most 4, 2.5 and 1.8 at 2,000, 10,000 and 89,000",
    "phases": "share in the time of one replication; none but lives above a quarter",
    "simpy_ns": "lean SimPy model, ns for a live firm-quarter",
    "mesa_ns": "lean Mesa model, ns for a live firm-quarter",
    "whole_over_simpy": "whole plain run over the lean SimPy model; at most 0.3",
    "whole_over_mesa": "whole plain run over the lean Mesa model",
    "kernel_over_before": "lives alone against the older checkout, by firms; at most 1",
    "replication_over_before": "by firms; at most 0.167, 0.2 and 0.286 at 500, 2,000 and 20,000",
    "evaluations_per_second": "screening of contract terms, a second and core; at least 20",
    "panel_seconds": "from the move of a slider to the picture; at most 0.3",
    "help_over_numpy": "`--help` over `import numpy`; at most 3",
    "list_over_numpy": "`list` over `import numpy`; at most 3",
    "list_outcomes_over_numpy": "the same with `list outcomes`, which loads every outcome",
    "check_over_numpy": "`check` over `import numpy`; at most 5",
    "compile_seconds": "everything, into a fresh folder; at most 30",
    "load_seconds": "the same from that folder",
    "two_workers_speedup": "on the wall, warm; at least 1.8",
    "peak_gib": "five arrangements in one process; below 1.5 at 89,000 firms",
    "peak_gib_two_threads": "the same, two arrangements side by side",
    "exponents": "growth of the cost of a run with its size",
}
HEAD = "| figure | median | spread | meaning and target |\n|---|---|---|---|"


def rows(found: Found) -> Iterator[str]:
    """Rows of a Markdown table."""
    for name, value in found.items():
        parts = {"": value} if isinstance(value, Measured) else value
        for part, one in parts.items():
            what = f"{name} {part}".strip()
            spread = f"{one.low:.3g} to {one.high:.3g}"
            yield f"| {what} | {one.value:.3g} | {spread} | {MEANING[name]} |"


def plain(found: Found, part: str = "value") -> dict[str, Any]:
    """Numbers alone, as a file takes them: `value`, `low` or `high` of each figure."""
    return {
        name: getattr(value, part) if isinstance(value, Measured)
        else {key: getattr(one, part) for key, one in value.items()}
        for name, value in found.items()
    }  # fmt: skip
