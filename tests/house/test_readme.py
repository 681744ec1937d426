"""What the README says is there, and what it prints runs."""

import ast
import os
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sim.cli.app import COMMANDS
from sim.cli.inspection import Subject, scenarios_in
from sim.report.figures.style import Drawing
from sim.scenario.scenario import load_scenario

ROOT = Path(__file__).parents[2]
README, CONTRIBUTING = (
    (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "CONTRIBUTING.md")
)
TEXT = f"{README}\n{CONTRIBUTING}"
FOLDERS = "sim|scenarios|seeds|tests|docs|notebooks|\\.ci|\\.assets"
TINY = (
    '"experiment.replications": 2, "population.firms": 80,'
    ' "experiment.warm_up_years": 2.0, "experiment.horizon_years": 4.0'
)


def block(language: str) -> str:
    """Give the one code block of a language."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", TEXT, flags=re.MULTILINE | re.DOTALL)
    return str(found)


def commands() -> list[list[str]]:
    """Give what follows `python -m` wherever it is printed."""
    return [words.split() for words in re.findall(r"python -m ([\w .]+)", TEXT)]


def test_the_notebook_lines_run_as_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    code, count = re.subn(r'"experiment\.replications": \d+', TINY, block("python"))
    assert count == 1
    *lines, table, figure = code.strip().splitlines()
    monkeypatch.chdir(ROOT)
    names: dict[str, Any] = {}
    exec("\n".join(lines), names)
    frame = eval(table, names)
    assert isinstance(frame, pd.DataFrame)
    assert {"outcome", "difference", "low", "high", "verdict"} <= set(frame)
    assert names["study"].arrangement["revenue_swap"].upside.coverage == 0.30
    assert isinstance(eval(figure, names), Drawing)


def test_the_notebook_lines_are_five_statements() -> None:
    assert len(ast.parse(block("python")).body) == 5


def test_local_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#\s]+)", TEXT)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_paths_in_words_are_there() -> None:
    named = re.findall(rf"`((?:{FOLDERS})/[^`\s]*)`", TEXT)
    real = [path for path in named if not re.search(r"[A-Z]{3}", path)]
    assert len(real) > 15
    assert [path for path in real if not (ROOT / path).exists()] == []


def test_every_scenario_has_its_line_with_title_and_question(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(ROOT)
    rows = scenarios_in([Path("scenarios")])
    assert len(rows) > 5
    for file, title, question in rows:
        assert f"| [{Path(file).stem}]({file}) | {title} | {question} |" in TEXT


def test_the_figure_says_what_it_was_drawn_from() -> None:
    study = load_scenario(ROOT / "scenarios" / "three_arrangements.toml")
    experiment = study.experiment
    years = experiment.warm_up_years + experiment.horizon_years
    words = " ".join(TEXT.split())
    settled = f"firms that have settled over {experiment.settling_years:g} years"
    assert f"{study.population.firms:,} {settled}, then {years:g} years" in words
    assert f"{experiment.warm_up_years:g} of them history" in words
    assert f"{experiment.replications} replications" in words


def test_the_two_commands_can_be_called() -> None:
    files = re.findall(r"^bash (\S+)", TEXT, flags=re.MULTILINE)
    assert set(files) == {".ci/main", ".ci/test", ".ci/lowest", ".ci/docs"}
    assert all(os.access(ROOT / file, os.X_OK) for file in files)


def test_commands_that_are_named_exist() -> None:
    assert commands()
    for module, *words in commands():
        if module == "sim":
            assert not words or words[0] in COMMANDS
            assert words[:1] != ["list"] or not words[1:] or words[1] in set(Subject)
        else:
            place = ROOT / Path(*module.split("."))
            assert place.with_suffix(".py").exists() or (place / "__main__.py").exists()
