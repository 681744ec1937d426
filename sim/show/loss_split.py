"""Who bears the credit losses: lead banks, those beside them, and other parties."""

import math
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Patch

from sim.base.language import tr
from sim.outcomes.loss_split import BESIDE, BORNE, LEAD
from sim.outcomes.measure import ResultsView, arrangement_order
from sim.outcomes.statistics import mean_interval
from sim.outcomes.wording import arrangement_text, level_text, plain_number
from sim.show.curve_data import family
from sim.show.style import (
    INK,
    MUTED,
    Drawing,
    Look,
    grid_of,
    hide_rest,
    looks,
    named_rows,
    number_axis,
    style,
)

WHOLE = "whole"
ALL = "all"
OTHER_BANKS = "other banks"
PARTIES = {
    "guarantors": "Guarantors and pools",
    "insurers": "Insurers",
    "lessors": "Lessors",
    "trusts": "Investors of trusts",
    OTHER_BANKS: "Other banks",
}
_ACROSS = 3
_MOST_BANKS = 12


def loss_split_data(
    results: ResultsView, most_banks: int | None = None, confidence: float = 0.95
) -> pd.DataFrame:
    """Give the frame behind `loss_split`.

    Parameters
    ----------
    results : Results
        With the series ``loss_borne:lead`` and so on.
    most_banks : int, optional
        How many banks to tell apart, largest losses first; the others are put together.
    confidence : float, in (0, 1)

    Returns
    -------
    DataFrame
        Columns arrangement, bearer, role (lead, beside, or whole for all that a bearer
        bears), replications, mean, low, high (CNY million over the experiment; interval of
        the mean), share (of the mean of all). The bearer ``all`` is the sum of all others.

    Raises
    ------
    OutcomeError
        If the results hold no such series.
    """
    rows = _rows(results, most_banks)
    order = arrangement_order(results, rows)
    keys = ["arrangement", "bearer", "role"]
    wide = rows.pivot_table(
        values="value", index=keys, columns="replication", aggfunc="sum", fill_value=0.0,
        sort=False, observed=True,
    )  # fmt: skip
    found = []
    for (name, bearer, role), values in zip(wide.index, wide.to_numpy(), strict=True):
        mean = mean_interval(values, confidence)
        row = {"arrangement": name, "bearer": bearer, "role": role, "replications": mean.count}
        found.append(row | {"mean": mean.estimate, "low": mean.low, "high": mean.high})
    data = pd.DataFrame(found)
    whole = data[data["bearer"] == ALL].set_index("arrangement")["mean"]
    share = data["mean"] / data["arrangement"].map(whole).replace(0.0, math.nan)
    place = data["arrangement"].map(order.index)
    data = data.assign(share=share, place=place).sort_values("place", kind="stable")
    return data.drop(columns="place").reset_index(drop=True)


def _rows(results: ResultsView, most_banks: int | None) -> pd.DataFrame:
    """Give parts, wholes of each bearer and sums, by replication."""
    rows = family(results, BORNE, LEAD)
    role = rows["series"].str.removeprefix(BORNE)
    is_bank = role.isin([LEAD, BESIDE])
    rows = rows.assign(bearer=rows["bank"].where(is_bank, role), role=role.where(is_bank, WHOLE))
    if most_banks is not None:
        sizes = rows[is_bank].groupby("bearer", sort=False)["value"].sum()
        small = sizes.sort_values(ascending=False, kind="stable").index[most_banks:]
        rows["bearer"] = rows["bearer"].where(~rows["bearer"].isin(small), OTHER_BANKS)
        # What was put together stands after the banks that have a name.
        last = rows["bearer"] == OTHER_BANKS
        rows = pd.concat([rows[is_bank & ~last], rows[last], rows[~is_bank]])
    banks = rows[rows["role"] != WHOLE]
    both = [rows, banks.assign(role=WHOLE), rows.assign(bearer=ALL, role=WHOLE)]
    return pd.concat(both, ignore_index=True)


@style()
def loss_split(results: ResultsView) -> Drawing:
    """Draw who bears the credit losses, one panel an arrangement.

    Results and errors as in `loss_split_data`. A bar for each bank, what it bears as lead
    filled and beside a lead hollow, and for each other party that bears anything; lines are
    intervals of the means.
    """
    data = loss_split_data(results, _MOST_BANKS)
    drawn = looks(arrangement_order(results, results.series))
    arms = list(dict.fromkeys(data["arrangement"]))
    bearers = _bearers(data)
    across, down = grid_of(len(arms), _ACROSS)
    figure = Drawing(2.4 + 2.6 * across, 1.4 + down * (0.85 + 0.25 * len(bearers)))
    panels = figure.subplots(down, across, squeeze=False, sharey=True, sharex=True)
    for axes, name in zip(panels.flat, arms, strict=False):
        rows = data[data["arrangement"] == name].to_dict("records")
        cells = {(row["bearer"], row["role"]): row for row in rows}
        _panel(axes, cells, bearers, drawn[name])
    hide_rest(panels, len(arms))
    labels = [tr(PARTIES[one]) if one in PARTIES else arrangement_text(one) for one in bearers]
    named_rows(panels[0, 0], labels)
    # Beside each interval stands the share of its bar.
    reach = float(data.loc[data["bearer"] != ALL, ["mean", "high"]].max().max())
    panels[0, 0].set_xlim(0.0, 1.22 * max(reach, 1e-9))
    for axes in panels.flat:
        number_axis(axes, "x", tr("Credit loss (CNY million)"))
        axes.tick_params(axis="x", labelbottom=True)
    figure.units = {"mean": "CNY million", "low": "CNY million", "share": "share"}
    return figure.finish(tr("Who bears the credit losses"), _note(data), data, _handles(data))


def _bearers(data: pd.DataFrame) -> list[str]:
    """Give banks in their order, then other parties, if they bear anything anywhere."""
    whole = data[(data["role"] == WHOLE) & (data["bearer"] != ALL)]
    most = whole.groupby("bearer", sort=False)["mean"].max()
    banks = list(dict.fromkeys(data.loc[data["role"] == LEAD, "bearer"]))
    banks = [one for one in banks if one != OTHER_BANKS or most[one] > 0.0]
    return banks + [one for one in most.index if one not in banks and most[one] > 0.0]


def _panel(
    axes: Axes, rows: dict[tuple[str, str], dict[Any, Any]], bearers: list[str], look: Look
) -> None:
    """Draw the bearers of one arrangement."""
    for place, bearer in enumerate(bearers):
        whole = rows[bearer, WHOLE]
        if (bearer, LEAD) in rows:
            start = rows[bearer, LEAD]["mean"]
            _bar(axes, place, (0.0, start), _fill(LEAD, look.colour))
            rest = whole["mean"] - start
            _bar(axes, place, (start, rest), _fill(BESIDE, look.colour))
        else:
            _bar(axes, place, (0.0, whole["mean"]), _fill(WHOLE, look.colour))
        # Losses are not negative; an interval of few replications may reach below.
        ends = np.maximum([whole["low"], whole["high"]], 0.0)
        axes.plot(ends, [place, place], color=INK, lw=1.1)
        end = float(np.nanmax([whole["mean"], ends[1]]))
        share = whole["share"]
        if whole["mean"] > 0.0:
            text = " " + level_text(share, "share", 0.01 if share < 0.1 else 0.1)
            axes.text(end, place, text, va="center", fontsize=7.5, color=MUTED)
    axes.grid(visible=False, axis="y")
    total = rows[ALL, WHOLE]
    words = tr("{name}: {mean}", name=look.label, mean=plain_number(total["mean"], 0))
    if math.isfinite(total["low"]):
        low, high = (plain_number(total[end], 0) for end in ("low", "high"))
        words += "\n" + tr("({low} to {high})", low=low, high=high)
    axes.set_title(words)


def _bar(axes: Axes, place: int, span: tuple[float, float], fill: dict[str, Any]) -> None:
    """Draw one part; nothing where there is none."""
    if span[1] > 0.0:
        axes.barh(place, span[1], left=span[0], height=0.62, **fill)


def _fill(role: str, colour: str) -> dict[str, Any]:
    """Give the fill that carries a role: full, hollow or pale."""
    shades = {LEAD: 0.9, BESIDE: 0.0, WHOLE: 0.3}
    lines = {LEAD: "-", BESIDE: "-", WHOLE: "--"}
    face = (*to_rgb(colour), shades[role])
    return {"facecolor": face, "edgecolor": colour, "linewidth": 1.0, "linestyle": lines[role]}


def _handles(data: pd.DataFrame) -> list[Any]:
    """Give the legend: fills carry the role, colours the arrangement."""
    words = {
        LEAD: tr("bank as lead or only lender"),
        BESIDE: tr("bank beside a lead"),
        WHOLE: tr("party beside the lenders"),
    }
    there = [LEAD, BESIDE]
    parties = (data["role"] == WHOLE) & data["bearer"].isin(set(PARTIES) - {OTHER_BANKS})
    if data.loc[parties, "mean"].gt(0.0).any():
        there.append(WHOLE)
    return [Patch(label=words[role], **_fill(role, MUTED)) for role in there]


def _note(data: pd.DataFrame) -> str:
    """Say what bars and lines are and from how many replications."""
    return tr(
        "Bars: mean of {count} replications; lines: 95 % intervals of what each bears in all;"
        " beside them its share of the whole loss, which stands above each panel with its"
        " interval. Losses of the experiment, dated by the default, net of recoveries.",
        count=int(data["replications"].max()),
    )
