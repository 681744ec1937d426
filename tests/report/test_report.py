"""The report: self-contained, escaped, accessible, and it ranks only what is clear."""

import dataclasses
import json
import re
from base64 import b64encode
from hashlib import sha256
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.analysis.compare import compare
from sim.analysis.mean_rule import told_range
from sim.analysis.outcomes_table import by_bank
from sim.experiment.identity import identity
from sim.report.explore import script
from sim.report.figures import figures
from sim.report.report import write_report
from sim.studies.findings import Findings, Study
from tests import synthetic
from tests.analysis.test_by_bank import results as made_up_banks
from tests.report.page import Page

pytestmark = pytest.mark.full

EVIL = "<script>alert('x')</script>\"'&<img src=x onerror=alert(1)>"


def parts(**changed: Any) -> dict[str, Any]:
    outcomes = synthetic.outcomes()
    every = {
        "scenario_title": "Three arrangements",
        "question": "Which is better, and how sure are we?",
        "comparison": compare(outcomes),
        "outcomes": outcomes,
        "results": synthetic.results(),
        "describe": {"plain": ["One-year line."], "consortium": ["Three banks."]},
        "sources": {"macro.years": "assumption 2 to 5: cycle", "a.b": "AH13"},
        "limits": ["Interest rates do not react."],
    }
    return {**every, **changed}


def test_a_run_of_another_version_says_so_at_the_top(tmp_path, text: str) -> None:
    made_by = identity() | {"code_sha256": "0"}
    results = dataclasses.replace(synthetic.results(), manifest=made_by)
    written = write_report(tmp_path / "a.html", **parts(results=results, drawings={}))
    page = written.read_text(encoding="utf-8")
    head = page.partition("</header>")[0]
    assert "made by another version of the program than this page: other code." in head
    assert "another version" not in text.partition("</header>")[0]


def test_without_an_interval_over_parameters_the_page_names_the_command(text: str) -> None:
    said = " ".join(" ".join(Page(text).text).split())
    assert "Interval over parameters: not computed for this file;" in said
    assert "python -m sim run FILE --over-parameters 40" in said


@pytest.fixture(scope="module")
def text(tmp_path_factory) -> str:
    path = tmp_path_factory.mktemp("run") / "deep" / "report.html"
    written = write_report(path, **parts())
    assert written == path
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(text) -> Page:
    return Page(text)


def test_every_element_is_closed(page):
    assert page.stack == []


def test_the_page_asks_for_nothing_from_anywhere(page, text):
    for name in ("src", "srcset", "data", "action", "xlink:href", "poster"):
        assert all(value.startswith(("#", "data:")) for value in page.attributes(name))
    others = {value for value in page.attributes("href") if not value.startswith(("#", "data:"))}
    assert {"comparison.csv", "summary.csv", "committee.html", "figures/survival.csv"} <= others
    assert all(re.fullmatch(r"(figures/)?[a-z0-9_-]+\.(csv|svg|html)", one) for one in others)
    assert not {"link", "iframe", "object", "embed", "base", "form"} & {
        tag for tag, _ in page.elements
    }
    assert "@import" not in text
    assert not re.search(r"url\((?!#)", text)
    assert "http:" not in text
    assert "https:" not in text


def holds_one_known_script(page: Page) -> bool:
    """Say whether a page has the block of data, the script of the program and no more."""
    kinds = [attributes for tag, attributes in page.elements if tag == "script"]
    (_, data), (_, text) = page.scripts
    json.loads(data)
    return kinds == [{"type": "application/json", "id": "explore-data"}, {}] and text == script()


def policy(page: Page) -> dict[str, str]:
    metas = [attributes for tag, attributes in page.elements if tag == "meta"]
    content = next(m["content"] for m in metas if "http-equiv" in m)
    return dict(part.split(" ", 1) for part in content.split("; "))


def test_its_own_policy_forbids_requests_and_every_script_but_one(page):
    assert holds_one_known_script(page)
    rules = policy(page)
    assert list(rules) == ["default-src", "style-src", "img-src", "script-src"]
    assert rules["default-src"] == "'none'"
    (_, text) = page.scripts[1]
    digest = b64encode(sha256(text.encode()).digest()).decode()
    assert rules["script-src"] == f"'sha256-{digest}'"


def test_no_element_carries_a_script_of_its_own(page):
    names = {name for _, attributes in page.elements for name in attributes}
    assert not {name for name in names if name.startswith("on")}


def test_it_is_smaller_than_three_megabytes(text):
    assert len(text.encode()) < 3_000_000


@pytest.mark.parametrize(
    "changed",
    [
        {"scenario_title": EVIL},
        {"question": EVIL},
        {"describe": {"plain": [EVIL]}},
        {"sources": {EVIL: EVIL}},
        {"limits": [EVIL]},
        {"beliefs": pd.DataFrame({EVIL: [EVIL]})},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_nothing_from_a_scenario_becomes_markup(tmp_path, changed):
    path = write_report(tmp_path / "r.html", **parts(drawings={}, **changed))
    page = Page(path.read_text(encoding="utf-8"))
    assert "img" not in {tag for tag, _ in page.elements}
    assert holds_one_known_script(page)
    assert EVIL in "".join(page.text)


def test_a_chinese_page_is_asked_for_and_keeps_what_is_given(tmp_path):
    page = write_report(tmp_path / "r.html", **parts(language="zh", drawings={}))
    text = page.read_text(encoding="utf-8")
    assert '<html lang="zh-Hans">' in text
    assert "本页未说明的内容" in text
    assert (
        '<p class="question"><span lang="en">Which is better, and how sure are we?</span>' in text
    )
    assert (
        write_report(page, **parts(drawings={})).read_text("utf-8").startswith("<!doctype html>")
    )
    assert '<html lang="en">' in page.read_text(encoding="utf-8")


def test_in_chinese_too_nothing_from_a_scenario_or_a_study_becomes_markup(tmp_path):
    table = pd.DataFrame({"clause": [EVIL], EVIL: [0.5]})
    found = Findings("evil", EVIL, (EVIL,), {"parts": table}, {"parts": EVIL})
    changed = {
        "scenario_title": EVIL, "question": EVIL, "describe": {"plain": [EVIL]},
        "sources": {EVIL: EVIL}, "limits": [EVIL], "beliefs": pd.DataFrame({EVIL: [EVIL]}),
        "studies": [Study(found, {"command": EVIL})], "language": "zh", "drawings": {},
        "by_bank": by_bank(made_up_banks(), "plain").replace({"a": EVIL}),
    }  # fmt: skip
    page = Page(write_report(tmp_path / "r.html", **parts(**changed)).read_text("utf-8"))
    assert page.stack == []
    assert "img" not in {tag for tag, _ in page.elements}
    assert holds_one_known_script(page)
    assert "".join(page.text).count(EVIL) > 10


def test_names_of_arrangements_and_banks_become_no_markup(tmp_path):
    rename = {"plain": "<img src=x>", "consortium": "<b>$c$</b>", "revenue_swap": EVIL}
    outcomes, results = synthetic.outcomes(5), synthetic.results(5)
    order = tuple(rename.get(name, name) for name in outcomes.arrangements)
    tidy = outcomes.tidy.replace({"arrangement": rename})
    outcomes = dataclasses.replace(outcomes, tidy=tidy, arrangements=order)
    series = results.series.replace({"arrangement": rename, "bank": {"large_state": EVIL}})
    results = dataclasses.replace(results, series=series)
    comparison = compare(outcomes, baseline="<img src=x>")
    path = write_report(
        tmp_path / "r.html",
        **parts(outcomes=outcomes, results=results, comparison=comparison),
    )
    page = Page(path.read_text(encoding="utf-8"))
    assert not {"img", "b"} & {tag for tag, _ in page.elements}
    assert holds_one_known_script(page)
    assert EVIL in [one["name"] for one in json.loads(page.scripts[0][1])["arrangements"]]


def test_the_question_comes_before_the_differences_and_these_before_results(text):
    order = [text.index(word) for word in ("Which is better", "Three banks.", "Verdicts</h2>")]
    assert order == sorted(order)


def test_every_number_of_the_verdict_table_resolves_to_its_cell(page):
    comparison = parts()["comparison"]
    frame = comparison.frame().set_index(["outcome", "arrangement"])
    verdicts = [(key, shown) for key, shown in page.cited() if key.startswith("comparison")]
    assert len({key for key, _ in verdicts}) > 90
    for key, shown in verdicts:
        _, outcome, arrangement, column = key.split("/")
        row, written = frame.loc[(outcome, arrangement)], comparison.style(outcome)
        if column == "difference":
            assert shown == written.step(row["difference"])
        elif column == "low+high":
            assert shown == told_range(written, row)
        else:
            assert shown == written.level(row[column])


def test_no_ranking_sentence_stands_where_the_interval_covers_zero(tmp_path):
    """The same numbers in every arrangement but for noise around zero."""
    frame = synthetic.outcome_frame()
    frame["value"] = np.random.default_rng(4).normal(1.0, 1.0, len(frame))
    outcomes = dataclasses.replace(synthetic.outcomes(), tidy=frame)
    comparison = compare(outcomes, confidence=0.9999)
    assert not comparison.frame()["verdict"].str.startswith(("better", "worse")).any()
    path = write_report(
        tmp_path / "r.html", **parts(outcomes=outcomes, comparison=comparison, drawings={})
    )
    page = Page(path.read_text(encoding="utf-8"))
    words = " ".join(page.text)
    assert "Better" not in words
    assert "Worse" not in words
    assert "better (" not in words
    assert "worse (" not in words
    assert words.count("no ranking: interval covers zero") == 48


def test_the_overtaking_year_has_its_median_and_its_count(page):
    words = " ".join(" ".join(page.text).split())
    assert "Years to overtake plain lending" in words
    assert "0 of 40" in words
    assert "40 of 40" in words


def test_every_id_is_unique_and_every_label_points_to_one(page):
    ids = page.attributes("id")
    assert len(ids) == len(set(ids))
    targets = page.attributes("aria-labelledby") + [
        value[1:] for value in page.attributes("href") if value.startswith("#")
    ]
    assert set(targets) <= set(ids)


def test_tables_are_accessible(page):
    tags = [tag for tag, _ in page.elements]
    assert tags.count("caption") == tags.count("table") > 5
    headers = [attributes for tag, attributes in page.elements if tag == "th"]
    assert all(attributes.get("scope") in ("col", "row") for attributes in headers)
    scrolled = [a for tag, a in page.elements if tag == "div" and a.get("class") == "scroll"]
    assert all("tabindex" in a and a.get("role") == "region" for a in scrolled)


def test_every_figure_has_a_caption_in_words(page):
    tags = [tag for tag, _ in page.elements]
    assert tags.count("figure") == tags.count("figcaption") > 10


def test_the_page_has_a_language_a_width_and_both_schemes(text):
    assert '<html lang="en">' in text
    assert 'name="viewport"' in text
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text


def test_seed_versions_and_residual_are_printed(page):
    words = "".join(page.text)
    for entry in ("20251211", "versions.numpy", "largest_residual", "3.1e-13"):
        assert entry in words


def test_beliefs_are_shown_where_given(tmp_path, text):
    assert "What banks believe" not in text
    beliefs = pd.DataFrame({"arrangement": ["plain"], "gap": [0.0123456]})
    path = write_report(tmp_path / "r.html", **parts(beliefs=beliefs, drawings={}))
    words = path.read_text(encoding="utf-8")
    assert "What banks believe" in words
    assert "+0.0123" in words


def test_beliefs_among_the_outcomes_are_shown_with_their_intervals(tmp_path):
    outcomes = synthetic.outcomes_with_beliefs()
    changed = {"outcomes": outcomes, "comparison": compare(outcomes), "drawings": {}}
    page = Page(write_report(tmp_path / "r.html", **parts(**changed)).read_text("utf-8"))
    assert page.stack == []
    words = " ".join(page.text)
    assert "What banks believe" in words
    assert "Defaults, start-ups" in words


def test_only_headlines_open_the_page_and_the_rest_is_folded(tmp_path):
    """Every outcome still stands once in the verdicts."""
    outcomes = synthetic.outcomes()
    rename = {"bank.npl_ratio": "bank.own", "firm.funding_gap": "firm.own"}
    marks = {
        rename.get(name, name): dataclasses.replace(
            mark, name=rename.get(name, name), label=f"{mark.label} of ours"
        )
        for name, mark in outcomes.marks.items()
    }
    tidy = outcomes.tidy.replace({"outcome": rename})
    outcomes = dataclasses.replace(outcomes, tidy=tidy, marks=marks)
    changed = {"outcomes": outcomes, "comparison": compare(outcomes), "drawings": {}}
    text = write_report(tmp_path / "r.html", **parts(**changed)).read_text("utf-8")
    verdicts = text[text.index('<section id="verdicts"') : text.index('<section id="explore"')]
    first, _, folded = verdicts.partition('<details class="group"')
    for label in ("RAROC of ours", "Credit loss of ours"):
        assert label in first
        assert label not in folded
    for label in ("NPL ratio of ours", "Funding gap of ours"):
        assert label not in first
        assert folded.count(label) == 1
    assert "further outcome" in folded


def test_without_headlines_everything_is_open(tmp_path):
    outcomes = synthetic.outcomes_with_beliefs()
    changed = {"outcomes": outcomes, "comparison": compare(outcomes), "drawings": {}}
    text = write_report(tmp_path / "r.html", **parts(**changed)).read_text("utf-8")
    assert "Headlines" not in text
    assert '<details class="group" open>' in text


def test_the_setting_is_told_before_the_results(tmp_path):
    words = "4,000 firms enter over 27 years."
    path = write_report(tmp_path / "r.html", **parts(setting=words, drawings={}))
    text = path.read_text(encoding="utf-8")
    assert text.index(words) < text.index('<section id="verdicts"')


def test_drawings_that_are_there_are_not_drawn_again(tmp_path, monkeypatch):
    drawing = figures.survival(synthetic.results())
    monkeypatch.setattr("sim.report.report.planned", None)
    path = write_report(tmp_path / "r.html", **parts(drawings={"mine": drawing}))
    assert 'id="figure-mine"' in path.read_text(encoding="utf-8")


def test_a_run_without_series_is_reported_with_what_is_missing(tmp_path):
    results = dataclasses.replace(
        synthetic.results(3), series=synthetic.results(1).series.iloc[:0]
    )
    path = write_report(tmp_path / "r.html", **parts(results=results))
    assert "Not drawn" in path.read_text(encoding="utf-8")


def test_one_replication_is_reported_without_any_ranking(tmp_path):
    outcomes = synthetic.outcomes(1)
    path = write_report(
        tmp_path / "r.html",
        **parts(outcomes=outcomes, comparison=compare(outcomes), results=synthetic.results(1)),
    )
    text = path.read_text(encoding="utf-8")
    assert "not enough replications" in text
    assert "better (" not in text


def test_a_single_arrangement_is_reported(tmp_path):
    outcomes = synthetic.outcomes(5)
    alone = dataclasses.replace(
        outcomes,
        tidy=outcomes.tidy[outcomes.tidy["arrangement"] == "plain"],
        arrangements=("plain",),
    )
    path = write_report(tmp_path / "r.html", **parts(outcomes=alone, comparison=compare(alone)))
    assert Page(path.read_text(encoding="utf-8")).stack == []
