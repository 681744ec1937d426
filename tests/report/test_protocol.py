"""Descriptions hold what the code declares, and name only what exists."""

import html
import re
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest
from jinja2 import Environment

from sim.analysis.compare import compare
from sim.base.draws import STREAMS
from sim.base.language import language
from sim.engine import quarter
from sim.engine.ledger import PARTIES
from sim.experiment.simulate import manifest_of
from sim.model.contracts.loan_book import CONTRACT
from sim.model.firms.record import FIRM
from sim.outcomes.mark import registry
from sim.report.protocol import CLOSING, SUBMODELS, protocols, write_protocol
from sim.report.report import write_report
from sim.scenario.parameters import parameters
from sim.scenario.scenario import Scenario, load_scenario
from tests import synthetic
from tests.report.page import Page

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "sim" / "report" / "templates"
WRITTEN = ("odd.html.j2", "stress.html.j2", "protocol_parts.html.j2")
EVIL = "<script>alert('x')</script>"


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario(ROOT / "scenarios" / "three_arrangements.toml")


@pytest.fixture(scope="module")
def odd(scenario: Scenario) -> str:
    return str(protocols(scenario, manifest_of(scenario, ()), ("odd",)))


@pytest.fixture(scope="module")
def stress(scenario: Scenario) -> str:
    return str(protocols(scenario, manifest_of(scenario, ()), ("stress",)))


def plain(text: str) -> str:
    """Give the text of a page without marks, as a reader copies it."""
    return html.unescape(re.sub(r"<[^>]+>", " ", text.replace("<wbr>", "")))


def lacking(names: object, text: str) -> list[str]:
    found = set(re.findall(r"[\w.\[\]]+", plain(text)))
    return [str(name) for name in names if str(name) not in found]  # type: ignore[attr-defined]


@pytest.mark.parametrize("template", WRITTEN)
def test_modules_that_sentences_name_exist(template: str) -> None:
    named = re.findall(r"<code>(sim\.[\w.]+)</code>", (TEMPLATES / template).read_text("utf-8"))
    assert named or template == "protocol_parts.html.j2"
    for module in named:
        assert import_module(module).__doc__


def test_odd_has_its_seven_elements_and_eleven_concepts(odd: str) -> None:
    elements = re.findall(r"<h4>(\d) ", odd)
    assert elements == list("1234567")
    assert len(re.findall(r"<dt>", odd)) == 11


def test_stress_has_its_six_sections(stress: str) -> None:
    assert re.findall(r"<h4>(\d) ", stress) == list("123456")
    items = re.findall(r"<strong>(\d\.\d)(?: and (\d\.\d))?", stress)
    assert [part for pair in items for part in pair if part] == [
        "1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "2.4", "2.5", "3.1", "3.2", "3.3", "3.4",
        "4.1", "4.2", "4.3", "5.1", "5.2", "5.3", "5.4",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["odd", "stress"])
def test_everything_that_the_code_declares_is_there(
    name: str, request: pytest.FixtureRequest
) -> None:
    text = request.getfixturevalue(name)
    columns = [column.name for table in (FIRM, CONTRACT) for column in table.columns]
    assert lacking(columns, text) == []
    assert lacking((one.key for one in parameters(Scenario) if one.key != "sources"), text) == []
    assert lacking(registry(), text) == []
    words = plain(text)
    assert [stream for stream in STREAMS if stream not in words] == []
    assert [party for party in PARTIES if party not in words] == []


def test_every_file_of_the_submodels_is_there(odd: str) -> None:
    files = [
        f"sim.{folder}.{file.stem}"
        for folder in SUBMODELS
        for file in (ROOT / "sim" / folder.replace(".", "/")).glob("*.py")
        if file.stem != "__init__"
    ]
    assert len(files) > 40
    assert lacking(files, odd) == []


def test_values_are_those_of_the_scenario(scenario: Scenario) -> None:
    other = scenario.with_values({"lifecycle.recovery_hazard": 0.654321})
    text = str(protocols(other, {}, ("odd",)))
    assert "0.654321" in text


def test_every_identity_is_told(stress: str) -> None:
    rules = {rule for rule in vars(quarter) if rule.endswith(CLOSING)}
    assert {"business_closes", "profit_closes", "firms_close"} <= rules
    assert [rule for rule in rules if f"quarter.{rule}" not in plain(stress)] == []


def test_neighbours_are_told_where_there_are_any(scenario: Scenario, odd: str) -> None:
    assert "line_only" in scenario.experiment.neighbours
    told = "Neighbours are run beside the arrangements"
    assert told in odd
    alone = scenario.with_values({"experiment.neighbours": []})
    assert told not in str(protocols(alone, {}, ("odd",)))


def test_clauses_in_which_arrangements_differ_are_named(stress: str) -> None:
    row = re.search(r"<strong>consortium</strong>.*?</li>", stress)
    assert row is not None
    assert "loss_sharing <code>proportional</code>" in row[0]
    assert re.search(r"<strong>plain</strong>.*?all clauses neutral", stress)


def test_the_system_is_told_without_what_grows_with_the_run(scenario: Scenario) -> None:
    manifest = {"python": "3.11", "seconds_per_replication": [1.0], "resumed_from": {"seed": 1}}
    words = plain(str(protocols(scenario, manifest, ("stress",))))
    assert "python : 3.11" in words
    assert "seconds_per_replication" not in words
    assert "resumed_from" not in words


def test_programmes_name_what_they_put_on_offer() -> None:
    dated = load_scenario(ROOT / "scenarios" / "anhui_common_growth.toml")
    text = str(protocols(dated, {}, ("stress",)))
    for policy in dated.policy:
        assert f"<em>{policy.arrangement}</em>" in text


def test_together_they_tell_the_long_tables_once(scenario: Scenario) -> None:
    both = str(protocols(scenario, {}))
    assert both.count("lifecycle.<wbr>trial_<wbr>closes_<wbr>share") == 1
    assert 'href="#odd"' in both


def test_a_report_of_a_real_scenario_has_both_and_tells_sources_elsewhere(
    scenario: Scenario, tmp_path: Path
) -> None:
    known = replace(synthetic.results(), scenario=scenario)
    outcomes = synthetic.outcomes()
    for name, results in (("real", known), ("made-up", synthetic.results())):
        write_report(
            tmp_path / f"{name}.html", scenario_title="", question="", describe={}, limits=(),
            comparison=compare(outcomes), outcomes=outcomes, results=results,
            sources=scenario.sources, drawings={},
        )  # fmt: skip
    text = (tmp_path / "real.html").read_text("utf-8")
    assert 'id="odd"' in text
    assert 'id="stress"' in text
    assert text.count(scenario.sources["lifecycle.trial_closes_share"]) == 1
    assert 'id="protocols"' not in (tmp_path / "made-up.html").read_text("utf-8")


def test_the_page_is_whole_and_its_tables_can_be_read_aloud(
    scenario: Scenario, tmp_path: Path
) -> None:
    text = write_protocol(tmp_path / "x.html", scenario, {"seed": 7}).read_text("utf-8")
    tables = [node for node in Page(text).root.walk() if node.tag == "table"]
    assert len(tables) > 20
    for table in tables:
        inside = list(table.walk())
        assert sum(node.tag == "caption" and bool(node.text) for node in inside) == 1
        assert all(node.attributes.get("scope") for node in inside if node.tag == "th")


def test_a_scenario_cannot_bring_markup_with_it(scenario: Scenario, tmp_path: Path) -> None:
    bad = scenario.model_copy(update={"title": EVIL, "question": EVIL})
    text = write_protocol(tmp_path / "new" / "x.html", bad, {"key": EVIL}).read_text("utf-8")
    assert EVIL not in text
    assert html.escape(EVIL, quote=False)[:14] in text


def test_the_page_loads_nothing_and_is_small(scenario: Scenario, tmp_path: Path) -> None:
    text = write_protocol(tmp_path / "x.html", scenario, {}).read_text("utf-8")
    assert len(text.encode()) < 500_000
    assert "default-src 'none'" in text
    assert not re.search(r"<(script|img|link|iframe)\b", text)
    places = re.findall(r'\bid="([^"]+)"', text)
    assert len(set(places)) == len(places)
    assert set(re.findall(r'href="#([^"]+)"', text)) <= set(places)


def test_english_sentences_are_marked_on_a_page_in_another_language(
    scenario: Scenario, tmp_path: Path
) -> None:
    with language("zh"):
        text = write_protocol(tmp_path / "x.html", scenario, {}).read_text("utf-8")
    assert '<html lang="zh-Hans">' in text
    assert '<dl class="concepts" lang="en">' in text


def test_templates_are_whole() -> None:
    for name in WRITTEN:
        Environment(autoescape=True).parse((TEMPLATES / name).read_text("utf-8"))
