"""The comparison as it is printed at the end of a run."""

from collections.abc import Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from sim.command.screen import table

HEADLINES = (
    "bank.raroc",
    "bank.profit",
    "bank.interest_income",
    "bank.relationship_income",
    "bank.equity_gain",
    "bank.credit_loss",
    "bank.npl_ratio",
    "bank.vintage_default_3y",
    "bank.loss_es99",
    "firm.access_share",
    "firm.funding_gap",
    "firm.survival_5y",
    "firm.survival_10y",
    "firm.founder_wealth",
    "system.credit_outstanding",
    "system.additional_survivors",
    "system.public_cost",
    "cycle.profit_gap",
    "cycle.crossover_years",
)
"""What a banker asks first; everything else stands in ``comparison.csv``."""

STYLES = {"better": "green", "worse": "red", "higher": "bold", "lower": "bold"}


def summary(comparison: Any) -> Table:
    """Lay out the headline outcomes, one row each and one column an arrangement.

    Parameters
    ----------
    comparison : Comparison
        Its readable table has columns outcome, unit, arrangement, value, baseline,
        difference, interval and verdict.

    Returns
    -------
    Table
        Level of the baseline, then for each other arrangement the difference from it
        with its interval and verdict.
    """
    shown = [name for name in HEADLINES if name in comparison.marks]
    rows = comparison.table(shown or None)
    names = list(dict.fromkeys(rows["arrangement"]))
    baseline = comparison.baseline.replace("_", " ")
    head = ("", baseline, *names)
    body = [
        _row(group, names) for _, group in rows.groupby(["outcome", "unit"], sort=False)
    ]
    return table(head, body, right=1 + len(names))


def heading(comparison: Any) -> str:
    """Say what the numbers of the summary are."""
    baseline = comparison.baseline.replace("_", " ")
    return (
        f"Level under {baseline}; under the others the difference from it, with its"
        f" {comparison.confidence:.0%} interval.\n"
        "A difference whose interval covers zero is not ranked."
    )


def _row(group: Any, names: Sequence[str]) -> list[str | Text]:
    by_name = group.set_index("arrangement")
    first = group.iloc[0]
    cells = [_cell(by_name.loc[name]) for name in names]
    label = Text(f"{first['outcome']}\n").append(str(first["unit"]), style="dim")
    return [label, str(first["baseline"]), *cells]


def _cell(row: Any) -> Text:
    """Write difference, interval and verdict in three lines of one cell."""
    word = str(row["verdict"]).partition(" ")[0]
    verdict = word if word in STYLES else "not ranked"
    style = STYLES.get(word, "dim")
    text = Text(f"{row['difference']}\n{row['interval']}\n", justify="right")
    return text.append(verdict, style=style)
