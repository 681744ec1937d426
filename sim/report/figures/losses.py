"""The loss distribution of each bank, with value-at-risk and expected shortfall."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.analysis.bank_tails import (
    FEWEST_YEARS,
    Tail,
    desk_sizes,
    draws_of,
    refusal,
    tail_years,
)
from sim.analysis.controls import PREFIX
from sim.analysis.estimates import mean_interval, unit_of
from sim.analysis.outcomes_table import ResultsView, arrangement_order
from sim.base.language import gap, tr
from sim.base.wording import (
    arrangement_text,
    decimals,
    error_of,
    level_text,
    percent_text,
    plain_number,
    unit_style,
)
from sim.outcomes.bank_loss import BESIDE, BORNE, LEAD
from sim.report.figures.curves import CURVES, defined, family
from sim.report.figures.payments import PARTIES as PAYING
from sim.report.figures.style import (
    INK,
    MUTED,
    Drawing,
    Look,
    grid_of,
    largest_size,
    looks,
    named_rows,
    number_axis,
    panel_grid,
    style,
)

SERIES = "bank_annual_loss"
LEVELS = (0.999, 0.99, 0.95, 0.90)
MONEY, A_YEAR = "CNY million", "CNY million per year"
_ENDS = ("var", "var_low", "var_high", "es", "es_low", "es_high")


def honest_level(count: int) -> float:
    """Give the highest level that leaves this many years enough of them in the tail.

    0.999, 0.99, 0.95 or 0.90; nan where none does.
    """
    fitting = (level for level in LEVELS if tail_years(count, level) >= FEWEST_YEARS)
    return next(fitting, math.nan)


def loss_distribution_data(results: ResultsView, level: float | None = None) -> pd.DataFrame:
    """Give the frame behind `loss_distribution`.

    From the series ``bank_annual_loss``; the level of the tail measures, in (0, 1), is by
    default the highest at which enough years lie in every tail. One row per bank and arrangement:
    bank, arrangement, replications, bank_years, tail_years and the tail_histories that they come
    from, borrowers of the desk, mean, level, var, var_low, var_high, es, es_low, es_high, in CNY
    million per year; no measure where `sim.analysis.bank_tails.refusal` has a reason. Intervals
    (95 %) come from drawing whole replications again, because the years of one replication
    belong to one history. Raises OutcomeError if there is no such series. Source: Acerbi and
    Tasche 2002 for both measures.
    """
    parts = annual_losses(results)
    fewest = min(len(part) for part in parts.values())
    chosen = honest_level(fewest) if level is None else level
    sizes, unit = desk_sizes(results), unit_of(results.scenario)
    return pd.DataFrame([
        _describe(bank, name, part, chosen, unit, sizes.get((bank, name), math.nan))
        for (bank, name), part in parts.items()
    ])  # fmt: skip


def annual_losses(results: ResultsView) -> dict[tuple[Any, str], pd.DataFrame]:
    """Give the annual losses by bank and arrangement, defined ones only."""
    rows = defined(results, SERIES)
    order = arrangement_order(results, rows)
    found = dict(list(rows.groupby(["bank", "arrangement"], observed=True)))
    return {
        (bank, name): found[bank, name]
        for bank in rows["bank"].unique()
        for name in order
        if (bank, name) in found
    }


def _describe(
    bank: Any, name: str, part: pd.DataFrame, level: float, unit: int, borrowers: float
) -> dict[str, Any]:
    values = part["value"].to_numpy(np.float64)
    place = np.unique(part["replication"] // unit, return_inverse=True)[1]
    tail, is_known = Tail.of(values, place), not math.isnan(level)
    numbers = dict.fromkeys(_ENDS, math.nan)
    if is_known and not refusal(tail, level, borrowers):
        rows = tail.redrawn(draws_of(int(place.max()) + 1), level).intervals()
        numbers = dict(zip(_ENDS, rows.T.ravel().tolist(), strict=True))
    return {
        "bank": bank, "arrangement": name, "replications": part["replication"].nunique(),
        "bank_years": values.size, "tail_years": tail.years(level) if is_known else 0,
        "tail_histories": tail.histories(level) if is_known else 0, "borrowers": borrowers,
        "mean": values.mean(), "level": level, **numbers,
    }  # fmt: skip


MOST_BANKS = 9
_ACROSS = 3
_LEGIBLE = 400
_OFFSETS = {"var": -0.17, "es": 0.17}


@style()
def loss_distribution(results: ResultsView, level: float | None = None) -> Drawing:
    """Draw how often each bank's annual loss exceeds a size, under every arrangement.

    Parameters and errors as in `loss_distribution_data`. A pair of panels for each bank, of the
    banks with the largest losses where there are many: the share of years with a larger loss,
    on a logarithmic axis so that the tail is legible, and beneath it value-at-risk and expected
    shortfall with intervals.
    """
    data, parts = loss_distribution_data(results, level), annual_losses(results)
    banks = largest(data, MOST_BANKS)
    drawn = looks(arrangement_order(results, results.table(CURVES)))
    shown = {name: look for name, look in drawn.items() if name in set(data["arrangement"])}
    across, down = grid_of(len(banks), _ACROSS)
    low = 0.35 + 0.2 * len(shown)
    figure = Drawing(2.2 + 2.7 * across, 1.4 + down * (2.6 + low))
    grid = figure.add_gridspec(2 * down, across, height_ratios=[2.2, low] * down)
    handles: list[Any] = []
    known = data.loc[data["bank"].isin(banks), ["var", "es"]]
    read = unit_style(A_YEAR, largest_size(known))
    for place, bank in enumerate(banks):
        row, column = 2 * (place // across), place % across
        axes = figure.add_subplot(grid[row, column])
        tails = data[data["bank"] == bank].set_index("arrangement")
        handles = [
            _exceedance(axes, parts[bank, name], look, read.scale)
            for name, look in shown.items()
            if name in tails.index
        ]
        axes.set_title(arrangement_text(str(bank)))
        axes.set_yscale("log")
        axes.tick_params(axis="x", labelbottom=False)
        number_axis(axes, "y", f"{tr('Years with a larger loss')} ({unit_style('share').axis})")
        beneath = figure.add_subplot(grid[row + 1, column], sharex=axes)
        _tails(beneath, _scaled(tails, _ENDS, read.scale), shown, column == 0)
        number_axis(beneath, "x", tr("Loss in a year ({unit})", unit=read.axis))
    note = _note(data, len(banks))
    figure.units = dict.fromkeys(("mean", "var", "es"), A_YEAR)
    words = {"var": tr("Value-at-risk"), "es": tr("Expected shortfall")}
    handles += [Line2D([], [], label=words[one], **_mark(one, "o", MUTED)) for one in words]
    return figure.finish(tr("Annual credit loss of each bank"), note, data, handles)


def largest(data: pd.DataFrame, most: int) -> list[Any]:
    """Give the banks with the largest mean losses, in their own order."""
    every = list(dict.fromkeys(data["bank"]))
    sizes = data.groupby("bank", sort=False)["mean"].sum()
    kept = set(sizes.sort_values(ascending=False, kind="stable").index[:most])
    return [bank for bank in every if bank in kept]


def _exceedance(axes: Axes, part: pd.DataFrame, look: Look, scale: float) -> Any:
    values = np.sort(part["value"].to_numpy(np.float64)) * scale
    # The line ends at the largest loss, at the share of years that reach it.
    larger = np.maximum(values.size - np.arange(1, values.size + 1), 1)
    share = unit_style("share").scale * larger / values.size
    # Every value of the tail is kept; the body is thinned, which a screen cannot resolve.
    from_top = np.unique(np.round(np.geomspace(1, values.size, _LEGIBLE)))
    kept = np.sort(values.size - from_top.astype(np.int64))
    (line,) = axes.plot(
        values[kept], share[kept], color=look.colour, ls=look.line, lw=1.5, drawstyle="steps-post",
        marker=look.marker, markevery=[], ms=5, label=look.label,
    )  # fmt: skip
    return line


def _tails(axes: Axes, tails: pd.DataFrame, shown: dict[str, Look], is_named: bool) -> None:
    """Draw both tail measures with their intervals, one row an arrangement."""
    rows = tails.to_dict("index")
    for place, (name, look) in enumerate(shown.items()):
        tail = rows.get(name)
        if tail is None or math.isnan(tail["var"]):
            continue
        for measure, offset in _OFFSETS.items():
            height = place + offset
            ends = [tail[f"{measure}_low"], tail[f"{measure}_high"]]
            axes.plot(ends, [height, height], color=look.colour, lw=1.2)
            axes.plot(tail[measure], height, **_mark(measure, look.marker, look.colour))
    labels = [look.label for look in shown.values()] if is_named else [""] * len(shown)
    axes.set_yticks(range(len(shown)), labels)
    axes.tick_params(axis="y", labelsize=7.5, length=0)
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")


def _scaled(data: pd.DataFrame, columns: Iterable[str], scale: float) -> pd.DataFrame:
    """Give some columns on the reader's scale."""
    return data.assign(**{column: data[column] * scale for column in columns})


def _mark(measure: str, marker: str, colour: str) -> dict[str, Any]:
    """Give the mark of a tail measure: hollow for the first, filled for the second."""
    face = "white" if measure == "var" else colour
    return {"marker": marker, "ms": 5, "ls": "", "mfc": face, "mec": colour, "mew": 1.2}


def _note(data: pd.DataFrame, shown: int) -> str:
    years, count = int(data["bank_years"].min()), int(data["replications"].max())
    note = tr(
        "Line above: {years} years per bank and arrangement, from {count} replications.",
        years=f"{years:,}", count=count,
    )  # fmt: skip
    level = float(data["level"].iloc[0])
    told = data["var"].notna()
    if not told.any():
        note += gap() + tr(
            "Tail measures are not available: too few years in the tail, too few histories"
            " that they come from, or desks with too few borrowers."
        )  # fmt: skip
    else:
        note += gap() + tr(
            "Beneath, hollow: value-at-risk {level}; filled: expected shortfall, the mean of"
            " the worst {worst} of years; lines: 95 % intervals, from drawing whole"
            " replications again. Scales differ between banks.",
            level=percent_text(level), worst=percent_text(1 - level),
        )  # fmt: skip
        own = data[told]
        note += gap() + tr(
            "In each tail lie at least {years} years, from at least {count} histories.",
            years=int(own["tail_years"].min()), count=int(own["tail_histories"].min()),
        )  # fmt: skip
    every = data["bank"].nunique()
    if shown < every:
        note += gap() + tr(
            "The {shown} banks with the largest losses of {every}; all of them stand in the"
            " table behind the figure.",
            shown=shown, every=every,
        )  # fmt: skip
    return note


# --- Who bears the credit losses: lead banks, those beside them, and other parties ---------------

WHOLE = "whole"
ALL = "all"
OTHER_BANKS = "other banks"
_BESIDE = ("guarantors", "insurers", "lessors", "trusts")
PARTIES = {**{one: PAYING[one] for one in _BESIDE}, OTHER_BANKS: "Other banks"}
_MOST_BANKS = 12


def loss_split_data(
    results: ResultsView, most_banks: int | None = None, confidence: float = 0.95
) -> pd.DataFrame:
    """Give the frame behind `loss_split`.

    From the series ``loss_borne:lead`` and so on; beyond so many banks, largest losses first,
    the others are put together. Columns arrangement, bearer, role (lead, beside, or whole for
    all that a bearer bears), replications, mean, low, high (CNY million over the experiment;
    interval of the mean), share (of the mean of all). The bearer ``all`` is the sum of all
    others. Raises OutcomeError if there is no such series.
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
        found.append(row | mean.named("mean", "low", "high"))
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
    drawn = looks(arrangement_order(results, results.table(CURVES)))
    arms = list(dict.fromkeys(data["arrangement"]))
    bearers, read = _bearers(data), unit_style(MONEY, largest_size(data["mean"]))
    seen = _scaled(data, ("mean", "low", "high"), read.scale)
    high = (1.4, 0.85 + 0.25 * len(bearers))
    figure, panels = panel_grid(len(arms), _ACROSS, (2.4, 2.6), high, sharex=True)
    for axes, name in zip(panels.flat, arms, strict=False):
        rows = seen[seen["arrangement"] == name].to_dict("records")
        cells = {(row["bearer"], row["role"]): row for row in rows}
        _panel(axes, cells, bearers, drawn[name])
    labels = [tr(PARTIES[one]) if one in PARTIES else arrangement_text(one) for one in bearers]
    named_rows(panels[0, 0], labels)
    # Beside each interval stands the share of its bar.
    reach = float(seen.loc[seen["bearer"] != ALL, ["mean", "high"]].max().max())
    panels[0, 0].set_xlim(0.0, 1.22 * max(reach, 1e-9))
    for axes in panels.flat:
        number_axis(axes, "x", tr("Credit loss ({unit})", unit=read.axis))
        axes.tick_params(axis="x", labelbottom=True)
    figure.units = {"mean": MONEY, "low": MONEY, "share": "share"}
    title = tr("Who bears the credit losses")
    note = _split_note(data)
    if any(name.startswith(PREFIX) for name in results.table("outcomes").words("outcome")):
        note += gap() + tr(
            "Bars are plain means; control variates adjust the differences in the tables, so the"
            " gap between two panels may differ from them."
        )
    return figure.finish(title, note, data, _handles(data))


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
    mean, *ends = (total[name] for name in ("mean", "low", "high"))
    exact = decimals(mean, error_of(*ends))
    words = tr("{name}: {mean}", name=look.label, mean=plain_number(mean, exact))
    if math.isfinite(total["low"]):
        low, high = (plain_number(end, exact) for end in ends)
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
    parties = (data["role"] == WHOLE) & data["bearer"].isin(_BESIDE)
    if data.loc[parties, "mean"].gt(0.0).any():
        there.append(WHOLE)
    return [Patch(label=words[role], **_fill(role, MUTED)) for role in there]


def _split_note(data: pd.DataFrame) -> str:
    return tr(
        "Bars: mean of {count} replications; lines: 95 % intervals of what each bears in all;"
        " beside them its share of the whole loss, which stands above each panel with its"
        " interval. Losses of the experiment, dated by the default, net of recoveries.",
        count=int(data["replications"].max()),
    )
