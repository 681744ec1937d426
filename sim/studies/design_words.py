"""A designed contract in words and tables, for files and the report."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from sim.analysis.estimates import Interval, mean_interval
from sim.base.wording import arrangement_text, inside, percent_text
from sim.experiment.store import means
from sim.studies.breakeven import UPTAKE, rate_text
from sim.studies.condition import Condition
from sim.studies.designed import Designed
from sim.studies.findings import Findings, estimate_text, level_row
from sim.studies.optimum import mean_ends
from sim.studies.ranges import place_text
from sim.studies.request import marks_of

KEY = "design"
KEPT, OPEN, BROKEN, UNDEFINED = "kept", "cannot be told", "broken", "undefined"
"""What becomes of the bounds at a point."""
LITTLE = 0.1
"""A contract that at most this part signs of what signs the shipped terms is hardly signed."""


def findings_of(made: Designed) -> Findings:
    """Give words and tables; the first table is the answer, or the nearest miss."""
    at = "at the nearest miss" if made.best is None else "at the answer"
    tables, captions = {"points": points_frame(made)}, {"points": "Every point that was simulated"}
    if made.task.bounds:
        tables = {"bounds": bounds_frame(made), **tables}
        captions["bounds"] = f"Room of each bound {at}, in the histories of the search"
    if made.best is not None:
        tables = {"answer": made.frame(), "outcomes": outcomes_frame(made), **tables}
        captions |= {
            "answer": f"Terms of {_name(made)} with the {made.task.aim.words}, with"
            f" {percent_text(made.search.confidence)} intervals",
            "outcomes": "Outcomes of the answer in histories that took no part in the choice",
        }
    if made.draws is not None:
        bounds = [inside(one.bound_words(made.task.baseline)) for one in made.task.bounds]
        tables["draws"] = made.draws.frame(bounds)
        captions["draws"] = "Share of draws of the posterior at which a statement holds"
    units = {**_layout_units(made), **_outcome_units(made)}
    title = f"A contract designed: {made.task.aim.words} under {_name(made)}"
    said = tuple(_answer(made) if made.best is not None else _none(made))
    return Findings(
        f"{KEY}_{made.task.arrangement}", title, (*said, *_how(made)), tables, captions, units
    )


def _name(made: Designed) -> str:
    return inside(arrangement_text(made.task.arrangement))


def _layout_units(made: Designed) -> dict[str, str]:
    return {one.label: one.unit for one in made.task.ranges}


def _outcome_units(made: Designed) -> dict[str, str]:
    marks = marks_of(outcomes_of(made))
    return {f"{name}{end}": mark.unit for name, mark in marks.items() for end in ("", ".low")}


def outcomes_of(made: Designed) -> tuple[str, ...]:
    """Give the outcomes that were looked at, that of the aim first, uptake last."""
    bounds = (one.outcome for one in made.task.bounds)
    names = dict.fromkeys((made.task.aim.outcome, *bounds, UPTAKE))
    return tuple(name for name in names if name in made.found.outcomes)


# --- Tables --------------------------------------------------------------------------------------


def points_frame(made: Designed) -> pd.DataFrame:
    """One row for each point.

    Columns point, one for each key; for each outcome its mean, and the same with ``.low`` and
    ``.high`` (95 %, each by itself); bounds ("kept", "cannot be told", "broken", "undefined"),
    beaten (by the answer), answer.
    """
    seen, arm = made.observed, made.task.arrangement
    columns: dict[str, object] = {"point": np.arange(len(made.points))}
    columns |= {one.label: made.points[:, k] for k, one in enumerate(made.task.ranges)}
    for name in outcomes_of(made):
        values = made.found.levels(arm, name)
        low, high = mean_ends(values, 0.95)
        columns |= {name: means(values)[0], f"{name}.low": low, f"{name}.high": high}
    best = made.best
    nothing = np.zeros(len(made.points), dtype=bool)
    beaten = nothing if best is None else seen.known & seen.beaten(seen.gain, best)
    words = np.select([~seen.known, seen.broken, seen.kept], [UNDEFINED, BROKEN, KEPT], OPEN)
    return pd.DataFrame(
        {**columns, "bounds": words, "beaten": beaten, "answer": np.arange(len(words)) == best}
    )


def bounds_frame(made: Designed) -> pd.DataFrame:
    """One row for each bound, at the answer, or at the nearest miss where there is none.

    Columns bound, gap (mean room, below zero beyond the bound), low, high (at the confidence of
    bounds), unit, kept ("kept", "cannot be told", "broken"), binds.
    """
    seen, rows = made.observed, []
    point, binding = seen.nearest if made.best is None else made.best, seen.binding()
    for k, bound in enumerate(made.task.bounds):
        low, high = seen.ends_of(k, point)
        word = KEPT if low >= 0.0 else BROKEN if high < 0.0 else OPEN
        rows.append(
            {"bound": bound.bound_words(made.task.baseline),
             "gap": float(means(seen.slacks[k, point : point + 1])[0][0]), "low": low,
             "high": high, "unit": bound.mark.unit, "kept": word, "binds": bool(binding[k])}
        )  # fmt: skip
    return pd.DataFrame(rows)


def outcomes_frame(made: Designed) -> pd.DataFrame:
    """One row for each outcome, in the histories that took no part in the choice.

    Columns outcome, unit, baseline, shipped, value, low, high (each by itself), and
    difference from the shipped terms with difference_low and difference_high.
    """
    found, task, rows = made.confirmed, made.task, []
    if found is None:
        raise ValueError("there is no answer")
    for name, mark in marks_of(outcomes_of(made)).items():
        best, shipped = found.levels(task.arrangement, name)
        level = made.search.confidence
        other = mean_interval(found.levels(task.baseline, name)[1], level)
        ahead = mean_interval(best - shipped, level)
        rows.append(
            {"outcome": name, "baseline": other.estimate, "shipped": float(shipped.mean()),
             **level_row(mean_interval(best, level), mark.unit),
             **ahead.named("difference", "difference_low", "difference_high")}
        )  # fmt: skip
    return pd.DataFrame(rows)


# --- Sentences -----------------------------------------------------------------------------------


def _answer(made: Designed) -> Iterator[str]:
    rows = made.frame().to_dict("records")
    for one, row in zip(made.task.ranges, rows, strict=True):
        at = f": {one.text(row['value'])} ({one.span_text(row['low'], row['high'])})"
        shipped = "" if np.isnan(row["shipped"]) else f"; shipped {one.text(row['shipped'])}"
        yield f"{one.words}{at}{shipped}."
        if row["at_end"] != "no":
            yield (
                f"{one.words} lies at the {row['at_end']} end of its range: a wider range may hold"
                " a better contract."
            )
    yield _gained(made)
    binding = made.observed.binding()
    for k, bound in enumerate(made.task.bounds):
        yield _bound(made, k, bound, bool(binding[k]))
    yield from _uptake(made)
    yield from _draws(made)


def _gained(made: Designed) -> str:
    """Say what the answer gives, and by how much more than the shipped terms."""
    row = outcomes_frame(made).iloc[0]
    level = estimate_text(row, "value")
    ends = {"low": row["difference_low"], "high": row["difference_high"], "unit": row["unit"]}
    step = estimate_text({"difference": row["difference"], **ends}, "difference")
    label = made.task.aim.mark.label
    return (
        f"{label} in {made.search.count(made.task)} further histories, which took no part in the"
        f" choice: {level}; less that of the shipped terms: {step}."
    )


def _bound(made: Designed, k: int, bound: Condition, binds: bool) -> str:
    """Say whether a bound is kept in the further histories, and whether it binds."""
    found = made.confirmed
    rooms = made.task.slacks(found)[k, 0] if found is not None else ()
    slack = mean_interval(rooms, made.search.confidence)
    if slack.low >= 0.0:
        word = "is kept in the further histories"
    elif slack.high < 0.0:
        word = "is broken in the further histories, so the answer owed it to luck"
    else:
        word = "cannot be told from its limit in the further histories"
    told = "binds: without it a clearly better contract would be the answer"
    return (
        f"The bound, {bound.bound_words(made.task.baseline)}, {word}: room of"
        f" {_room(slack, bound)}. It {told if binds else 'is not seen to bind'}."
    )


def _uptake(made: Designed) -> Iterator[str]:
    found = made.confirmed
    if found is None:
        return
    best, shipped = made.uptake(found, 0), made.uptake(found, 1)
    if np.isfinite(best) and np.isfinite(shipped):
        yield (
            f"{rate_text(best)} of firms sign it, against {rate_text(shipped)} at the shipped"
            " terms."
        )
        if best <= LITTLE * shipped:
            yield "Hardly any firm signs it: what it gives is what is without it."


def _draws(made: Designed) -> Iterator[str]:
    if made.draws is None:
        yield "How it holds over draws of the posterior is not computed."
        return
    bounds = [one.bound_words(made.task.baseline) for one in made.task.bounds]
    for row in made.draws.frame(bounds).to_dict("records"):
        yield (
            f"Over {row['draws']} draws of the posterior, each with {made.draws.histories}"
            f" histories, {row['statement']}: {estimate_text(row, 'value')} of draws."
        )
    yield from made.draws.said


def _none(made: Designed) -> Iterator[str]:
    """Say that there is no such contract, and what comes nearest."""
    seen, task = made.observed, made.task
    bounds = "; ".join(one.bound_words(task.baseline) for one in task.bounds) or "being defined"
    yield f"None: no point of the range keeps, at the low end of its interval, {bounds}."
    if not seen.known.any():
        yield "Outcomes are undefined at every point."
        return
    where = made.points[seen.nearest]
    level = made.search.confidence
    slacks = [mean_interval(one, level) for one in seen.slacks[:, seen.nearest]]
    told = [
        f"{inside(one.mark.label)} has room of {_room(slack, one)}"
        for one, slack in zip(task.bounds, slacks, strict=True)
    ]
    yield f"The nearest miss is at {place_text(task.ranges, where)}: {'; '.join(told)}."
    left = int((seen.known & ~seen.broken).sum())
    if left:
        yield (f"At {left} of {len(made.points)} points it cannot be told; more replications may.")
    else:
        yield f"At each of the {len(made.points)} points a bound is clearly broken."


def _room(found: Interval, bound: Condition) -> str:
    ends = {"low": found.low, "high": found.high, "unit": bound.mark.unit}
    return estimate_text({"difference": found.estimate, **ends}, "difference")


def _how(made: Designed) -> Iterator[str]:
    """Say what was run, and how sure statements about points are."""
    seen, count = made.observed, len(made.points)
    yield (
        f"{count} points, each with {made.search.count(made.task)} histories of the same luck;"
        f" {made.runs} runs."
    )
    if not made.settled and made.best is not None:
        yield "The last round still changed the answer, or no round was made: more may better it."
    if lost := int((~seen.known).sum()):
        yield f"{lost} points are left out, as an outcome is undefined in a history of them."
    parts, whole = len(made.task.bounds) + 1, percent_text(made.search.confidence)
    yield (
        f"Intervals of terms hold values that are neither clearly beyond a bound nor clearly"
        f" beaten by the answer: {whole} in all, in {parts} equal part{'s' if parts > 1 else ''},"
        " one for each bound and one for the comparison with the answer, which is shared by all"
        " points."
    )
