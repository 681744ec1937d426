"""Resolver of ids of cells: from what a page shows to the number in the files of its run.

The grammar stands in `sim.report.parts`; this reads it from its words, without that code.
"""

import json
import math
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pandas as pd

_NUMBER = re.compile(r"[-+−]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?")
_BY_KEYS = {
    "comparison": ["outcome", "arrangement"],
    "summary": ["outcome", "arrangement"],
    "explore": ["outcome", "arrangement"],
    "over_parameters": ["outcome", "arrangement"],
    "turns": ["outcome", "arrangement"],
    "by_bank": ["measure", "bank", "arrangement"],
    "loss_parts": ["arrangement", "part"],
    "additionality": ["arrangement", "measure"],
    "bank_tails": ["measure", "level", "bank", "arrangement"],
    "committee": ["outcome", "arrangement", "versus"],
}
_SCALES = (1.0, 100.0, 1e-2, 1e-3)
"""Shares and rates are kept as fractions and read in per cent; CNY million also in 万 (100), 亿
(a hundredth) and billions."""


@cache
def table(file: Path) -> pd.DataFrame:
    """A table of a run, with nothing taken for a gap but an empty cell."""
    return pd.read_csv(file, keep_default_na=False, na_values=[""])


@cache
def by_key(file: Path, *keys: str) -> dict[tuple[str, ...], list[dict[str, Any]]]:
    """Rows of a table by what they are of."""
    found: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in table(file).to_dict("records"):
        found.setdefault(tuple(str(row[key]) for key in keys), []).append(row)
    return found


def resolve(run: Path, cell: str) -> Any:
    """What an id names: a list of values, or a table, file or folder as a whole.

    Raises
    ------
    KeyError, IndexError, OSError
        If it names nothing.
    """
    head, *way = (unquote(part) for part in cell.split("/"))
    columns = [unquote(column) for column in cell.rpartition("/")[2].split("+")]
    if head in ("manifest", "scenario"):
        return _nested(run, head, way)
    if head in _BY_KEYS:
        rows = by_key(run / f"{head}.csv", *_BY_KEYS[head])[tuple(way[:-1])]
        assert len(rows) == 1, f"{cell} names several rows"
        return [rows[0][column] for column in columns]
    assert head in ("figures", "studies"), cell
    depth = 1 if head == "figures" else 2
    if len(way) == 1:
        place = run / head / (f"{way[0]}.csv" if head == "figures" else way[0])
        assert place.exists(), cell
        return place
    frame = table(run.joinpath(head, *way[: depth - 1], f"{way[depth - 1]}.csv"))
    place, _ = way[depth:]
    return [frame.iloc[int(place)][column] for column in columns]


def _nested(run: Path, head: str, way: list[str]) -> Any:
    found = _parsed(run, head)
    for key in way:
        found = found[key]
    return found if isinstance(found, dict | list) else [found]


@cache
def _parsed(run: Path, head: str) -> Any:
    if head == "manifest":
        return json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    return tomllib.loads((run / "scenario.toml").read_text(encoding="utf-8"))


def agrees(shown: str, values: list[Any]) -> bool:
    """Say whether a text shows some values, rounded as it is written."""
    wanted = [v for v in values if not (isinstance(v, float) and math.isnan(v))]
    if any(isinstance(v, str | bool) or hasattr(v, "isoformat") for v in wanted):
        return True  # words, which a page may translate
    written = _NUMBER.findall(shown)
    if len(written) != len(wanted):
        return False
    pairs = list(zip(written, wanted, strict=True))
    return any(all(_rounds(text, v * scale) for text, v in pairs) for scale in _SCALES)


def _rounds(text: str, value: float) -> bool:
    plain = text.replace(",", "").replace("−", "-")
    mantissa, _, power = plain.partition("e")
    places = len(mantissa.partition(".")[2]) - int(power or 0)
    return bool(abs(float(plain) - value) <= 0.5000001 * 10.0**-places + 1e-12 * abs(value))
