"""What a calibration found, in words and tables."""

from typing import Protocol

import numpy as np
import pandas as pd

from sim.study.calibration_plan import Plan
from sim.study.findings import Findings

KEY = "calibration"
CAPTIONS = {
    "fit": "Targets, what the fitted economy gives, and the distance in tolerances",
    "parameters": "Free parameters: where they ended and which targets hold them; uncertainty"
    " by tolerances and, apart, luck of the simulation",
    "beliefs": "Believed default of each stage, and realised over believed",
    "conflicts": "Missed targets of which one can only be met at the cost of the other",
    "course": "How the fit went",
}


class Fitted(Protocol):
    """What is told of a calibration."""

    @property
    def plan(self) -> Plan:
        """What was free and what was to be met."""

    @property
    def trail(self) -> pd.DataFrame:
        """How the fit went."""

    @property
    def is_finished(self) -> bool:
        """Whether the budget sufficed."""

    @property
    def is_settled(self) -> bool:
        """Whether the fit would repeat itself."""

    @property
    def largest_step(self) -> float:
        """Of one more Gauss-Newton step, in uncertainties of its parameter."""

    def frame(self) -> pd.DataFrame:
        """The fit."""

    def parameters(self) -> pd.DataFrame:
        """How firmly parameters are held."""

    def conflicts(self) -> pd.DataFrame:
        """Targets that pull apart."""

    def beliefs(self) -> pd.DataFrame:
        """Beliefs and what became of them."""


def findings_of(found: Fitted) -> Findings:
    """The findings of a calibration."""
    fit, held, pairs, beliefs = (
        found.frame(), found.parameters(), found.conflicts(), found.beliefs(),
    )  # fmt: skip
    words = [
        f"{int(fit['met'].sum())} of {len(fit)} targets lie within their tolerance.",
        *(_miss(row) for _, row in fit[~fit["met"]].iterrows()),
        _beliefs(beliefs),
        *(
            f"In conflict: {row['first']} and {row['second']}, over {row['over']}."
            for _, row in pairs.iterrows()
        ),
        _loose(held),
        _settled(found),
    ]
    tables = {
        "fit": fit, "parameters": held, "beliefs": beliefs, "conflicts": pairs,
        "course": found.trail,
    }  # fmt: skip
    return Findings(KEY, f"Calibration: {found.plan.title}", tuple(words), tables, CAPTIONS)


def _miss(row: "pd.Series[float]") -> str:
    return (
        f"Missed: {row['target']}, {row['obtained']:.3g} (standard error"
        f" {row['standard_error']:.2g}) against {row['wanted']:.3g}, {row['distance']:+.1f}"
        " tolerances."
    )


def _beliefs(beliefs: pd.DataFrame) -> str:
    each = ", ".join(
        f"{stage} {ratio:.2f}"
        for stage, ratio in zip(beliefs["stage"], beliefs["together"], strict=True)
    )
    return f"Realised over believed default: {each}."


def _loose(held: pd.DataFrame) -> str:
    """Parameters that the targets say nothing about, or that lie at the end of a range."""
    loose = held.loc[held["held_by"] == "no target holds it", "parameter"]
    ends = held.loc[np.abs(held["place"]) > 0.98, "parameter"]
    first = "Targets hold all parameters."
    if len(loose):
        first = f"No target holds {', '.join(loose)}."
    return f"{first} At the end of its range: {', '.join(ends)}." if len(ends) else first


def _settled(found: Fitted) -> str:
    size = f"the largest step left is {found.largest_step:.2f} of a parameter's uncertainty"
    if found.is_settled:
        return f"A rerun from here stays here: {size}, and beliefs are borne out."
    if not found.is_finished:
        return f"The budget of evaluations ended first; {size}. Run it again to go on."
    return f"Not settled: {size}, or beliefs are not borne out. Run it again from here."
