"""Who pays whom: flows of money between the parties, as a matrix for each arrangement."""

import math
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from sim.analysis.outcomes_table import ResultsView, arrangement_order
from sim.base.errors import OutcomeError
from sim.base.language import tr
from sim.base.wording import arrangement_text, plain_number, unit_style
from sim.outcomes.series import PAID
from sim.report.figures.curves import CURVES, family, level_and_difference
from sim.report.figures.style import (
    INK,
    MUTED,
    Drawing,
    Look,
    largest_size,
    looks,
    panel_grid,
    style,
)

PARTIES = {
    "customers": "Customers", "firms": "Firms", "suppliers": "Suppliers and staff",
    "banks": "Banks", "parent banks": "Parent banks", "funding market": "Depositors and market",
    "central bank": "Central bank", "investors": "Owners and investors",
    "right holders": "Holders of rights", "buyers of rights": "Buyers of rights",
    "buyers of firms": "Buyers of firms", "guarantors": "Guarantors and pools",
    "re-guarantors": "Re-guarantors", "insurers": "Insurers", "lessors": "Lessors",
    "trusts": "Investors of trusts",
    "bond buyers": "Bond buyers", "bank-side funds": "Bank-side funds",
    "state": "The state", "other banks": "Other banks",
}  # fmt: skip
"""Parties in reading order, and what they are called."""

SALES = f"{PAID}sales:customers:firms"
"""The series that is there where any payment is."""

UNIT = "CNY million per year"
_ACROSS = 2
_PALEST, _DARKEST = 0.08, 0.42
_DECADES = 4.0
_LEAST = 0.01


def payments_data(
    results: ResultsView, baseline: str | None = None, confidence: float = 0.95
) -> pd.DataFrame:
    """Give the frame behind `payments`.

    From the series ``paid:ACCOUNT:PAYER:PAYEE``; differences refer to the baseline, by default
    the scenario's first arrangement. Columns arrangement, payer, payee, accounts (what is paid),
    replications, mean, low, high,
    difference, difference_low, difference_high; CNY million per year of the experiment. An
    account that on the whole is paid the other way changes sides. Raises OutcomeError if
    there is no such series.
    """
    rows = _rows(results)
    order = arrangement_order(results, rows)
    against = baseline or order[0]
    if against not in order:
        raise OutcomeError(f'baseline "{against}"', "has no payments", f"choose of {list(order)}")
    keys = ["payer", "payee"]
    accounts = {
        (str(pair[0]), str(pair[1])): "; ".join(dict.fromkeys(part["account"]))
        for pair, part in rows.groupby(keys, sort=False)
    }
    wide = rows.pivot_table(
        values="value", index=["arrangement", *keys], columns="replication", aggfunc="sum",
        fill_value=0.0, observed=True,
    )  # fmt: skip
    paid = dict(zip(wide.index, wide.to_numpy(np.float64), strict=True))
    never = np.zeros(wide.shape[1])
    found = []
    for name in order:
        for pair, what in accounts.items():
            own, base = (paid.get((one, *pair), never) for one in (name, against))
            row = {"arrangement": name, "payer": pair[0], "payee": pair[1], "accounts": what}
            found.append(row | level_and_difference(own, base, confidence))
    return pd.DataFrame(found)


def _rows(results: ResultsView) -> pd.DataFrame:
    """Give what was paid by account, payer and payee in each replication, a year."""
    rows = family(results, PAID)
    names = rows["series"].str.removeprefix(PAID).str.split(":", expand=True)
    rows = rows.assign(
        account=names[0], payer=names[1], payee=names[2], value=rows["value"] / rows["x"]
    )
    whole = rows.groupby("series", sort=False)["value"].transform("sum")
    other_way = whole < 0.0
    return rows.assign(
        payer=rows["payer"].where(~other_way, rows["payee"]),
        payee=rows["payee"].where(~other_way, rows["payer"]),
        value=rows["value"].where(~other_way, -rows["value"]),
    )


@style()
def payments(results: ResultsView, baseline: str | None = None) -> Drawing:
    """Draw who pays whom under the baseline, and what other arrangements change in it.

    Parameters and errors as in `payments_data`. Rows pay and columns receive. The first panel
    gives amounts, the others give differences from it, filled where their interval is clear
    of zero.
    """
    data = payments_data(results, baseline)
    order = list(dict.fromkeys(data["arrangement"]))
    against = baseline or order[0]
    arms = [against, *(name for name in order if name != against)]
    drawn = looks(arrangement_order(results, results.table(CURVES)))
    read = unit_style(UNIT, largest_size(data[["mean", "difference"]]))
    sides = [[one for one in PARTIES if one in set(data[side])] for side in ("payer", "payee")]
    high = (1.2, 1.75 + 0.24 * len(sides[0]))
    figure, panels = panel_grid(len(arms), _ACROSS, (2.0, 4.1), high)
    for axes, name in zip(panels.flat, arms, strict=False):
        rows = data[data["arrangement"] == name].to_dict("records")
        _frame(axes, sides, read.axis)
        for row in rows:
            at = (sides[1].index(row["payee"]), sides[0].index(row["payer"]))
            if name == against:
                _level(axes, at, row["mean"] * read.scale, drawn[name])
            else:
                _step(axes, at, row, (drawn[name], drawn[against]), read.scale)
        words = "{name}: amounts" if name == against else "{name}: difference from {baseline}"
        base = arrangement_text(against).lower()
        axes.set_title(tr(words, name=drawn[name].label, baseline=base))
    for axes in panels[:, 0]:
        axes.set_ylabel(tr("Pays"))
    figure.units = dict.fromkeys(("mean", "low", "difference"), UNIT)
    return figure.finish(tr("Who pays whom"), _note(data, against), data)


def _frame(axes: Axes, sides: list[list[str]], unit: str) -> None:
    payers, payees = sides
    axes.set_xlim(-0.5, len(payees) - 0.5)
    axes.set_ylim(len(payers) - 0.5, -0.5)
    axes.set_yticks(range(len(payers)), [tr(PARTIES[one]) for one in payers])
    labels = [tr(PARTIES[one]) for one in payees]
    axes.set_xticks(range(len(payees)), labels, rotation=35, ha="right", rotation_mode="anchor")
    axes.tick_params(length=0, labelsize=7.5)
    axes.set_xlabel(tr("Receives ({unit})", unit=unit))
    axes.grid(visible=False)
    for n in range(len(payers)):
        axes.axhline(n + 0.5, color=MUTED, lw=0.3)
    for n in range(len(payees)):
        axes.axvline(n + 0.5, color=MUTED, lw=0.3)


def _level(axes: Axes, at: tuple[int, int], amount: float, look: Look) -> None:
    """Write one amount, on a cell that is the darker the larger it is."""
    if amount == 0.0:
        return
    _cell(axes, at, look.colour, amount)
    axes.text(*at, amount_text(amount), ha="center", va="center", fontsize=7, color=INK)


def _step(
    axes: Axes,
    at: tuple[int, int],
    row: dict[Any, Any],
    pair: tuple[Look, Look],
    scale: float,
) -> None:
    """Write one difference, filled with the colour of the arrangement that pays more."""
    step = row["difference"] * scale
    if step == 0.0:
        return
    clear = row["difference_low"] > 0.0 or row["difference_high"] < 0.0
    if clear:
        _cell(axes, at, pair[0 if step > 0.0 else 1].colour, step)
    axes.text(
        *at, amount_text(step, sign=True), ha="center", va="center", fontsize=7,
        color=INK if clear else MUTED, style="normal" if clear else "italic",
    )  # fmt: skip


def _cell(axes: Axes, at: tuple[int, int], colour: str, amount: float) -> None:
    """Fill a cell; ten times the amount is one shade darker."""
    shade = np.clip((math.log10(abs(amount)) + 0.5) / _DECADES, 0.0, 1.0)
    cell = Rectangle((at[0] - 0.5, at[1] - 0.5), 1.0, 1.0, lw=0, zorder=0)
    cell.set_facecolor((*to_rgb(colour), _PALEST + (_DARKEST - _PALEST) * float(shade)))
    axes.add_patch(cell)


def amount_text(amount: float, *, sign: bool = False) -> str:
    """Write an amount in five letters or so.

    >>> amount_text(345.6), amount_text(-3.456, sign=True), amount_text(0.0123)
    ('346', '−3.5', '0.01')
    >>> amount_text(0.0004, sign=True), amount_text(-0.0004)
    ('< 0.01', '< 0.01')
    """
    size = abs(amount)
    if size < _LEAST:
        return f"< {_LEAST}"
    return plain_number(amount, 0 if size >= 100.0 else 1 if size >= 1.0 else 2, sign=sign)


def _note(data: pd.DataFrame, against: str) -> str:
    return tr(
        "Rows pay, columns receive. Mean of {count} replications, per year of the experiment;"
        " the darker, the more. Differences from {baseline} are paired by replication. Upright"
        " and filled: the 95 % interval is clear of zero, in the colour of the arrangement where"
        " it pays more and of {baseline} where that one does; italic: it is not clear of zero."
        " Intervals, and what is paid for, stand in the table behind the figure.",
        count=int(data["replications"].max()), baseline=arrangement_text(against).lower(),
    )  # fmt: skip
