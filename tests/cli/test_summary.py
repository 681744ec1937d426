"""The table at the end of a run: the same words as the report."""

import re
from dataclasses import replace
from io import StringIO
from types import SimpleNamespace as Made

import pandas as pd
import pytest
from rich.cells import cell_len
from rich.console import Console

from sim.analysis.compare import compare
from sim.analysis.outcomes_table import Outcomes
from sim.base.language import language
from sim.cli.screen import WIDTH, heading, over_words, show, summary
from tests import synthetic


def compared(other: list[float]):
    """Compare a headline outcome with a baseline that is 1, 2, 3."""
    rows = [
        {"arrangement": name, "replication": n, "outcome": "bank.raroc", "value": value}
        for name, values in (("plain", [1.0, 2.0, 3.0]), ("other", other))
        for n, value in enumerate(values)
    ]
    marks = {"bank.raroc": synthetic.marks()["bank.raroc"]}
    return compare(Outcomes(pd.DataFrame(rows), marks, ("plain", "other")))


def cell(comparison) -> str:
    return str(next(iter(summary(comparison)[0].columns[-1].cells)))


def test_what_differs_nowhere_is_not_resolved_and_bounded():
    same = compared([1.0, 2.0, 3.0])
    assert cell(same).endswith("not resolved")
    # 0.368 to the third power is the 5 % by which a difference could have stayed unseen.
    assert " ".join(heading(same).split()).endswith(
        " Not resolved: differs in none of 3 replications, so in at most 63.2 % of histories"
        " (95 % confidence)."
    )


def test_what_is_ranked_or_not_is_said_in_a_word():
    better, unclear = compared([2.0, 3.1, 4.0]), compared([2.0, 2.0, 2.5])
    assert cell(better).endswith("better")
    assert cell(unclear).endswith("not ranked")
    assert "Not resolved" not in heading(better) + heading(unclear)


RUN = Made(population=Made(firms=500), experiment=Made(horizon_years=15.0))


def printed(comparison, scenario=RUN) -> list[str]:
    """The lines of the terminal, as wide as it is."""
    screen = Console(width=WIDTH, file=StringIO())
    for one in summary(comparison, scenario):
        screen.print(one, width=WIDTH)
    return screen.file.getvalue().splitlines()


def test_the_terminal_says_how_much_was_simulated():
    first = heading(compare(synthetic.outcomes()), RUN).splitlines()[0]
    assert first == "40 replications of 5 arrangements, 500 firms, 15 years."
    assert "replications of" not in heading(compare(synthetic.outcomes()))


def test_the_terminal_fits_a_hundred_columns_and_breaks_no_interval():
    comparison = compare(synthetic.outcomes())
    lines = [*heading(comparison, RUN).splitlines(), *printed(comparison)]
    assert max(map(cell_len, lines)) <= WIDTH
    frame = comparison.table(["bank.raroc", "bank.credit_loss", "firm.survival_5y"])
    for interval in frame["interval"]:
        assert any(interval in line for line in lines), interval


def test_a_run_in_chinese_prints_chinese_that_fits_as_well():
    with language("zh"):
        comparison = compare(synthetic.outcomes())
        lines = [*heading(comparison, RUN).splitlines(), *printed(comparison)]
    assert max(map(cell_len, lines)) <= WIDTH
    assert lines[0] == "40 次模拟，5 种融资安排，500 家企业，15 年。"
    english = {word for line in lines for word in re.findall("[A-Za-z]{2,}", line)}
    assert english <= {"RAROC"}


def test_more_than_four_others_stand_in_tables_one_beneath_the_other():
    outcomes = synthetic.outcomes()
    more = [f"{name}_{n}" for n in (1, 2) for name in outcomes.arrangements[1:]]
    parts = [outcomes.tidy[outcomes.tidy["arrangement"] == "plain"]]
    for name in more:
        rows = outcomes.tidy[outcomes.tidy["arrangement"] == name.rpartition("_")[0]]
        parts.append(rows.assign(arrangement=name))
    many = replace(outcomes, tidy=pd.concat(parts), arrangements=("plain", *more))
    comparison = compare(many)
    assert len(summary(comparison, RUN)) == 2
    assert max(map(cell_len, printed(comparison))) <= WIDTH


def test_a_total_stands_beside_what_it_is_per_thousand_firms_and_year():
    comparison = compare(synthetic.outcomes())
    row = comparison.frame().set_index(["outcome", "arrangement"])
    loss = row.loc[("bank.credit_loss", "common_growth"), "difference"]
    lines = printed(comparison)
    at = next(n for n, line in enumerate(lines) if "CNY million per 1,000" in line)
    shown = lines[at].split()[5]
    assert float(shown.replace("−", "-")) == pytest.approx(loss / (0.5 * 15.0), abs=0.06)


def test_what_the_baseline_never_has_is_left_to_the_report():
    text = "\n".join(printed(compare(synthetic.outcomes())))
    assert "Years to overtake" not in text


def test_the_interval_over_parameters_stands_in_brackets_or_is_said_to_be_missing() -> None:
    one = compared([1.2, 2.4, 3.3])
    assert "not computed for this file" in over_words(None)
    assert "--over-parameters 40" in over_words(None)
    row = {"outcome": "bank.raroc", "arrangement": "other", "low": -0.5, "high": 0.75}
    over = pd.DataFrame([row | {"draws": 40, "replications": 6}])
    assert "40 draws, 6 histories" in over_words(over)
    shown = str(next(iter(summary(one, None, over)[0].columns[-1].cells)))
    assert re.search(r"\[.*50.*75.*\]", shown.replace("\n", " "))
    assert "[" not in cell(one)
    with language("zh"):
        assert "尚未就本文件计算" in over_words(None)


def test_of_one_arrangement_alone_the_levels_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        {"arrangement": "plain", "replication": n, "outcome": "bank.raroc", "value": value}
        for n, value in enumerate([0.01, 0.02, 0.03])
    ]
    marks = {"bank.raroc": synthetic.marks()["bank.raroc"]}
    outcomes = Outcomes(pd.DataFrame(rows), marks, ("plain",))
    scenario = Made(population=Made(firms=60), experiment=Made(horizon_years=15.0))
    show(compare(outcomes), scenario, None, outcomes)
    printed = capsys.readouterr().out
    assert printed.startswith(
        "3 replications of plain alone, 60 firms, 15 years.\nNothing is comp"
    )
    # Student's quantile with two degrees of freedom, 4.303, times .01 over the root of three.
    assert re.search(r"RAROC +2\.0 % +\S0\.5 to 4\.5", printed), printed
