"""Sentences on what happens across the cycle."""

import math
from collections.abc import Iterator, Mapping

import pandas as pd

from sim.outcomes.wording import arrangement_text, level_text, percent_text
from sim.study.distress import ALONE, TOGETHER
from sim.study.words import estimate_text

TOLD_LEVEL = 0.10
"""Part of a desk's capital of which the sentence on distress speaks."""


def sentences(
    tables: Mapping[str, pd.DataFrame], baseline: str, replications: int
) -> Iterator[str]:
    """Say when each arrangement overtakes, whom it saves, and whether banks fall together."""
    money = tables["overtaking"].query("measure == 'money'")
    for _, row in money.iterrows():
        yield _overtaking(row, arrangement_text(baseline).lower())
    firms = tables["firms"].query("group == 'all firms'")
    for name, rows in firms.groupby("arrangement", sort=False):
        by_effect = rows.set_index("effect")
        net = by_effect.loc["saved less lost"]
        told = "" if net["clear"] else ", which is not told from zero"
        saved, lost = (by_effect.loc[what]["value"] for what in ("saved", "lost"))
        yield (
            f"{arrangement_text(str(name))} saves {saved:.3g} and loses {lost:.3g} of 1,000"
            f" firms: net {estimate_text(net, 'value')}{told}."
        )
    for name, rows in tables["banks"].groupby("arrangement", sort=False):
        yield _distress(str(name), rows)
    yield (
        f"Intervals are over {replications} replications; a history in which an arrangement"
        " never overtakes counts as later than all others."
    )


def _overtaking(row: "pd.Series[float]", against: str) -> str:
    """Say how often and when an arrangement overtakes."""
    name = arrangement_text(str(row["arrangement"]))
    share = f"{level_text(row['overtakes'], 'share')}"
    ends = f"{percent_text(round(row['overtakes_low'], 3))} to"
    ends += f" {percent_text(round(row['overtakes_high'], 3))}"
    start = f"{name} overtakes {against} in cumulative profit in {share} of histories ({ends})"
    median = (
        "the median history never"
        if math.isinf(row["value"])
        else f"the median in year {row['value']:.3g} ({_year(row['low'])} to {_year(row['high'])})"
    )
    mean = (
        "on average never"
        if math.isinf(row["mean_overtakes"])
        else f"on average from year {row['mean_overtakes']:.3g} on"
    )
    within = f"({_year(row['mean_earliest'])} to {_year(row['mean_latest'])})"
    return f"{start}; {median}; {mean} {within}."


def _year(value: float) -> str:
    """Write a year; infinite is never, undefined is unknown."""
    if math.isnan(value):
        return "unknown"
    return "never" if math.isinf(value) else f"{value:.3g}"


def _distress(name: str, rows: pd.DataFrame) -> str:
    """Say how often banks are in distress, alone and together."""
    own = rows[rows["of_capital"] == TOLD_LEVEL].set_index("what")
    value = own["value"].to_dict()
    text = (
        f"{arrangement_text(name)}: a bank loses a tenth of its desk's capital in"
        f" {level_text(value[ALONE], 'share')} of bank-years, two or more in"
        f" {level_text(value[TOGETHER], 'share')} of years"
    )
    independent = own["independent"].to_dict()[TOGETHER]
    if independent > 0.0:
        text += f", {value[TOGETHER] / independent:.2g} times what independent banks would"
    return text + "."
