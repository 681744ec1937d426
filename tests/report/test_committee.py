"""The page for a committee: small, offline, on two sides of A4, printed by a program or not."""

import dataclasses
import re
from pathlib import Path

import pandas as pd
import pytest

from sim.analysis.compare import compare
from sim.report.committee import COMMITTEE, TABLE, with_colours, write_pdf
from sim.report.figures import figures
from sim.report.report import write_report
from tests import synthetic
from tests.report.page import Page
from tests.report.test_report import EVIL, parts


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    outcomes = synthetic.outcomes()
    drawn = {
        f"histories-{side}": figures.histories(outcomes, compare(outcomes), name)
        for side, name in (("bank", "bank.raroc"), ("firm", "firm.survival_5y"))
    }
    place = tmp_path_factory.mktemp("committee")
    write_report(place / "report.html", **parts(drawings=drawn, **open_numbers()))
    return place


def open_numbers() -> dict[str, pd.DataFrame]:
    """Intervals over parameters, and what turns a headline, of some outcomes."""
    head = {"outcome": "firm.survival_5y", "arrangement": "consortium"}
    over = {"unit": "share", "difference": 0.02, "low": -0.031, "high": 0.057}
    count = {"of_parameters": 0.9, "same_sign": 0.8, "draws": 40, "replications": 6}
    turned = {"key": "macro.frailty_variance", "present": 0.25, "turns_at": 0.5, "way": 0.4}
    nothing = {"key": None, "present": None, "turns_at": None, "way": None}
    other = {"outcome": "firm.survival_5y", "arrangement": "revenue_swap"}
    rows = [head | turned | {"tried": 12}, other | nothing | {"tried": 12}]
    return {"over_parameters": pd.DataFrame([head | over | count]), "turns": pd.DataFrame(rows)}


def test_the_interval_over_parameters_stands_beside_that_over_luck(folder: Path) -> None:
    for name in (COMMITTEE, "report.html"):
        page = Page((folder / name).read_text(encoding="utf-8"))
        shown = [text for cell, text, _ in page.numbers() if cell.startswith("over_parameters/")]
        assert shown[0].replace("−", "-").startswith("-3.1")
        assert {"40", "6"} <= set(shown)
        words = " ".join(page.text)
        assert "not computed for this file" not in words
        assert "40 draws of what published figures" in " ".join(words.split())
    (low,) = pd.read_csv(folder / "over_parameters.csv")["low"]
    assert low == -0.031


def test_the_report_says_what_would_turn_a_headline(folder: Path) -> None:
    page = Page((folder / "report.html").read_text(encoding="utf-8"))
    words = " ".join(" ".join(page.text).split())
    assert re.search(r"onsortium: turned by .* at about 0\.5 instead of 0\.25", words)
    assert "no assumption of the 12 that were moved turns it" in words
    assert (folder / "turns.csv").is_file()


def test_it_stands_beside_the_report_with_its_table(folder: Path) -> None:
    page = Page((folder / COMMITTEE).read_text(encoding="utf-8"))
    assert page.stack == []
    words = " ".join(page.text)
    for said in ("Which is better, and how sure are we?", "The answer", "The numbers",
                 "What this page does not say", "Interest rates do not react."):  # fmt: skip
        assert said in words
    assert {"outcome", "difference", "smallest", "counts"} <= set(pd.read_csv(folder / TABLE))


def test_it_asks_for_nothing_and_runs_nothing(folder: Path) -> None:
    text = (folder / COMMITTEE).read_text(encoding="utf-8")
    page = Page(text)
    assert not {"script", "img", "link", "iframe", "a"} & {tag for tag, _ in page.elements}
    assert "default-src 'none'" in text
    assert not re.search(r"url\((?!#)|https?:|@import", text)


def test_its_one_figure_has_a_panel_for_every_side_that_is_drawn(folder: Path) -> None:
    page = Page((folder / COMMITTEE).read_text(encoding="utf-8"))
    tags = [tag for tag, _ in page.elements]
    assert (tags.count("figure"), tags.count("svg")) == (1, 2)
    assert set(page.attributes("aria-labelledby")) <= set(page.attributes("id"))


def test_the_report_begins_with_the_same_sentences_and_numbers(folder: Path) -> None:
    both = []
    for name in (COMMITTEE, "report.html"):
        page = Page((folder / name).read_text(encoding="utf-8"))
        both.append([n.text for n in page.root.walk() if "say" in n.attributes.get("class", "")])
        both.append(sorted(one for one in page.cited() if one[0].startswith("committee/")))
    assert both[0] == both[2]
    assert len(both[0]) > 5
    assert both[1] == both[3]
    text = (folder / "report.html").read_text(encoding="utf-8")
    order = [text.index(word) for word in ('id="answer"', 'id="arrangements"', 'id="verdicts"')]
    assert order == sorted(order)


def test_nothing_from_a_scenario_becomes_markup(tmp_path: Path) -> None:
    changed = {"scenario_title": EVIL, "question": EVIL, "limits": [EVIL], "drawings": {}}
    write_report(tmp_path / "report.html", **parts(**changed))
    page = Page((tmp_path / COMMITTEE).read_text(encoding="utf-8"))
    assert not {"script", "img"} & {tag for tag, _ in page.elements}
    assert "".join(page.text).count(EVIL) >= 3


def test_colours_are_put_where_a_program_cannot_look_them_up(folder: Path) -> None:
    text = with_colours((folder / COMMITTEE).read_text(encoding="utf-8"))
    assert "var(--" not in text


def test_it_prints_on_two_sides_of_a4_with_its_fonts(folder: Path, tmp_path: Path) -> None:
    weasyprint = pytest.importorskip("weasyprint", exc_type=ImportError)
    write_pdf(folder / COMMITTEE, tmp_path / "page.pdf")
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")
    html = with_colours((folder / COMMITTEE).read_text(encoding="utf-8"))
    sides = weasyprint.HTML(string=html).render().pages
    assert len(sides) <= 2
    # A4 in CSS pixels, of which an inch has 96.
    assert {(round(side.width), round(side.height)) for side in sides} == {(794, 1123)}


def test_a_printer_reads_nothing_outside_the_page(tmp_path: Path) -> None:
    pytest.importorskip("weasyprint", exc_type=ImportError)
    (tmp_path / "secret.png").write_bytes(b"secret")
    page = tmp_path / COMMITTEE
    page.write_text(f'<img src="{(tmp_path / "secret.png").as_uri()}">words', encoding="utf-8")
    write_pdf(page, tmp_path / "page.pdf")
    assert b"secret" not in (tmp_path / "page.pdf").read_bytes()


def test_one_arrangement_alone_has_a_page(tmp_path: Path) -> None:
    outcomes = synthetic.outcomes(5)
    alone = dataclasses.replace(
        outcomes,
        tidy=outcomes.tidy[outcomes.tidy["arrangement"] == "plain"],
        arrangements=("plain",),
    )
    changed = {"outcomes": alone, "comparison": compare(alone), "drawings": {}}
    write_report(tmp_path / "report.html", **parts(**changed))
    assert Page((tmp_path / COMMITTEE).read_text(encoding="utf-8")).stack == []
