"""The table of what makes differences in banks' credit loss, as the page shows it."""

from typing import Any

import pandas as pd

from sim.analysis.loss_parts import TOTAL
from sim.base.language import tr
from sim.base.wording import arrangement_text, error_of, row_style
from sim.report.parts import cell_id
from sim.report.tables import Shown

_ENDS = ("difference", "low", "high")


def part_words() -> dict[str, str]:
    """Give what each part of a difference in credit loss is called."""
    return {
        "volume": tr("Volume: years with a line"),
        "default probability": tr("Defaults per year with a line"),
        "exposure at default": tr("Exposure at default"),
        "loss given default": tr("Loss given default, net of protection"),
        TOTAL: tr("Credit loss, all together"),
    }


def loss_table(frame: pd.DataFrame | None) -> dict[str, Any] | None:
    """Lay out what `sim.analysis.loss_parts.loss_parts` gives; None where there is nothing.

    ``unit``: that of all numbers; ``columns``: headings; ``rows``: for each part its name, then
    under each arrangement what it adds, with its interval.
    """
    if frame is None or frame.empty:
        return None
    arms = list(dict.fromkeys(frame["arrangement"]))
    ends = zip(frame["low"].tolist(), frame["high"].tolist(), strict=True)
    errors = [error_of(low, high) for low, high in ends]
    written = row_style("CNY million", frame["difference"].tolist(), errors)
    told = frame.set_index(["arrangement", "part"])
    rows = []
    for part, words in part_words().items():
        cells = [Shown(words)]
        for arm in arms:
            one = told.loc[(arm, part)]
            text = f"{written.step(one['difference'])} ({written.range(one['low'], one['high'])})"
            cells.append(Shown(text, cell_id("loss_parts", arm, part, _ENDS)))
        rows.append(cells)
    heads = [tr("Part"), *map(arrangement_text, arms)]
    return {"unit": written.style.axis, "columns": heads, "rows": rows}
