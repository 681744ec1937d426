"""The pages of a real run: every number is a cell of its files, every word Chinese if asked.

One small run with a study on it, read in both languages.
"""

import json
import re
from base64 import b64decode
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from sim.analysis.compare import ARM
from sim.cli.app import app
from sim.report.parts import cell_id
from sim.scenario.neighbours import parts_of
from sim.scenario.scenario import load_scenario
from tests.house.browser import NARROW, look, opened
from tests.house.cells import agrees, resolve
from tests.house.small import SCENARIOS
from tests.report.page import Node, Page
from tests.report.test_shown_numbers import agree, factor

pytestmark = pytest.mark.full

SMALL = {
    "population.firms": 120, "population.initial_share": 0.5, "experiment.replications": 3,
    "experiment.warm_up_years": 2.0, "experiment.horizon_years": 6.0,
}  # fmt: skip
LATIN = {
    "RAROC", "Tango", "VaR", "ES", "CSV", "Holm", "Kaplan", "Meier", "Dietz", "JavaScript",
    "Home", "End", "Esc", "csv", "comparison", "by", "bank", "SVG",
}  # fmt: skip
"""Words with Latin letters in Chinese pages: terms of the field, methods, keys, files."""

_WORD = re.compile(r"[A-Za-z]{2,}")
_KEYS = ("name", "key", "axis", "better", "cited")
_ENDS = ("/low+high", "/difference_low+difference_high")
_SAID = ("aria-label", "title", "data-label", "alt")


def command(*words: str) -> None:
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == 0, result.output


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run in English with a study."""
    folder = tmp_path_factory.mktemp("pages") / "run"
    sets = [word for key, value in SMALL.items() for word in ("--set", f"{key}={value}")]
    file = str(SCENARIOS / "three_arrangements.toml")
    command("run", file, *sets, "--workers", "1", "--out", str(folder))
    command(
        "attribute", file, *sets, "--workers", "1", "--out", str(folder),
        "--arrangements", "plain,consortium", "--outcomes", "bank.raroc",
    )  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def english(run: Path) -> Page:
    return Page((run / "report.html").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def chinese_run(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("zh")
    command("report", str(run), "--language", "zh", "--out", str(folder))
    return folder


@pytest.fixture(scope="module")
def chinese(chinese_run: Path) -> Page:
    return Page((chinese_run / "report.html").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["english", "chinese"])
def test_every_id_names_a_cell_and_what_is_shown_is_its_number(
    run: Path, name: str, request: pytest.FixtureRequest
) -> None:
    cited = request.getfixturevalue(name).numbers()
    wrong = []
    for cell, shown, divisor in cited:
        found = resolve(run, cell)
        if divisor != 1.0:
            found = [value / divisor for value in found]
        is_list = cell.startswith(("manifest", "scenario")) and len(found) != 1
        if isinstance(found, list) and not is_list and not cell.startswith("manifest"):
            wrong += [] if agrees(shown, found) else [(cell, shown, found)]
    assert wrong == []
    kinds = {cell.partition("/")[0] for cell, *_ in cited}
    assert kinds == {
        "comparison", "summary", "by_bank", "loss_parts", "figures", "studies", "scenario",
        "manifest", "committee", "bank_tails", "additionality",
    }  # fmt: skip
    assert len({cell for cell, *_ in cited}) > 3000


def test_the_resolver_refuses_what_is_not_there(run: Path) -> None:
    for cell in ("comparison/bank.raroc/nobody/mean", "figures/survival/99999/mean", "scenario/x"):
        with pytest.raises((KeyError, IndexError)):
            resolve(run, cell)
    assert not agrees("12.4 %", [0.1251])
    assert agrees("12.5 %", [0.1251])
    assert agrees("−0.20 至 1.40", [-0.002, 0.014])
    assert not agrees("1.40", [-0.002, 0.014])


@pytest.mark.parametrize("name", ["english", "chinese"])
def test_no_number_of_a_table_or_card_lacks_its_id(
    name: str, request: pytest.FixtureRequest
) -> None:
    page = request.getfixturevalue(name)
    bare = [node.text for node in uncited(page.root, is_cited=False)]
    assert bare == []


def uncited(node: Node, is_cited: bool) -> Iterator[Node]:
    """Cells of tables and lines of cards that show a number without an id."""
    is_cited = is_cited or "data-cell" in node.attributes
    classes = node.attributes.get("class", "").split()
    if node.tag == "code" or {"definitions", "of-unit"} & set(classes) or is_cited:
        return
    shows = node.tag == "td" or {"much", "between", "interval"} & set(classes)
    own = " ".join(part for part in node.parts if isinstance(part, str))
    if shows and re.search(r"\d", own):
        yield node
    for part in node.parts:
        if isinstance(part, Node):
            yield from uncited(part, is_cited)


COMMITTEE = "committee.html"


def test_every_number_of_the_committee_page_is_recomputed_in_its_unit(
    run: Path, chinese_run: Path
) -> None:
    """Value, unit and scale as a reader takes them from the words beside the number."""
    for folder in (run, chinese_run):
        page = Page((folder / COMMITTEE).read_text(encoding="utf-8"))
        assert page.stack == []
        seen = list(spoken(page.root))
        assert len(seen) > 60
        assert [one for one in seen if not holds(run, *one)] == []


def holds(run: Path, cell: str, text: str, words: str, divisor: float) -> bool:
    """Whether a text with the words of its unit is the number of the cell."""
    values = [value / divisor for value in resolve(run, cell)]
    if text == "–":
        return all(pd.isna(value) for value in values)
    return agree(text, values, factor(text, words))


def spoken(node: Node, words: str = "") -> Iterator[tuple[str, str, str, float]]:
    """Numbers of a page with the words of their unit: in a row those of its head, in a sentence
    those of the difference that an interval follows.
    """
    for part in (part for part in node.parts if isinstance(part, Node)):
        if part.tag == "tr":
            units = [n.text for n in part.walk() if n.attributes.get("class") == "unit"]
            words = units[0] if units else ""
        cell = part.attributes.get("data-cell", "")
        if cell.startswith(("committee", "summary", "comparison")):
            is_count = cell.rpartition("/")[2] in ("pairs", "ahead", "behind")
            if not cell.endswith("/low+high") and not words:
                yield cell, part.text, "", 1.0
            else:
                yield cell, part.text, "" if is_count else words, 1.0
            if cell.endswith("/difference") and node.tag not in ("td", "th"):
                words = part.text
        else:
            yield from spoken(part, words)
        if part.tag == "tr" or (node.tag in ("p", "main") and part.tag == "p"):
            words = ""


def test_every_total_of_the_verdicts_stands_in_the_unit_of_its_row(
    run: Path, english: Page, chinese: Page
) -> None:
    for page in (english, chinese):
        rows = [node for node in page.root.walk() if node.tag == "tr"]
        seen = 0
        for row in rows:
            units = [n.text for n in row.walk() if n.attributes.get("class") == "unit"]
            for node in row.walk():
                cell = node.attributes.get("data-cell", "")
                if units and cell.startswith("comparison/"):
                    divisor = node.attributes.get("data-divisor")
                    words = units[1] if divisor else units[0]
                    assert holds(run, cell, node.text, words, float(divisor or 1)), cell
                    seen += bool(divisor)
        assert seen > 30


def test_totals_are_divided_by_thousands_of_firms_and_by_years(run: Path, english: Page) -> None:
    (firms,), (years,) = (
        resolve(run, f"scenario/{key}") for key in
        ("population/firms", "experiment/horizon_years")
    )  # fmt: skip
    divisors = {
        node.attributes["data-cell"].split("/")[1]: float(node.attributes["data-divisor"])
        for node in english.root.walk() if "data-divisor" in node.attributes
    }  # fmt: skip
    assert divisors["bank.profit"] == pytest.approx(firms / 1000 * years)
    assert divisors["cycle.profit_bust"] == pytest.approx(firms / 1000)
    assert divisors["system.credit_outstanding"] == pytest.approx(firms / 1000)
    assert not any(name.startswith("firm.") for name in divisors)


def test_no_number_of_the_answer_lacks_its_id(run: Path) -> None:
    """But for the confidence, for how many comparisons there are and for how many hold together.

    The last is held by `tests.report.test_joint`.
    """
    rows = (pd.read_csv(run / "comparison.csv")["role"] == ARM).sum()
    page = Page((run / COMMITTEE).read_text(encoding="utf-8"))
    lines = [
        n
        for n in page.root.walk()
        if {"say", "line"} & (kinds := set(n.attributes.get("class", "").split()))
        and "joint" not in kinds
    ]
    bare = " ".join(text for line in lines for text in uncited_text(line))
    assert len(lines) > 15
    numbers = set(re.findall(r"\d[\d.,]*\d|\d", bare))
    assert numbers <= {str(rows), "1,000"}  # firms per 1,000


def uncited_text(node: Node) -> Iterator[str]:
    """Texts of a node that no id covers."""
    for part in node.parts:
        if isinstance(part, str):
            yield part
        elif "data-cell" not in part.attributes and part.tag != "code":
            yield from uncited_text(part)


def test_the_table_of_the_committee_is_that_of_the_run(run: Path) -> None:
    """Every row once more from the outcomes: pairs, means, differences, counts."""
    table = pd.read_csv(run / "committee.csv")
    tidy = pd.read_parquet(run / "outcomes.parquet")
    compared = pd.read_csv(run / "comparison.csv").set_index(["outcome", "arrangement"])
    parts = parts_of(load_scenario(SCENARIOS / "three_arrangements.toml"))
    without = {part.pair[1] for own in parts.values() for part in own}
    assert without - {"consortium"} == {
        "line_only", "common_growth_without_promise", "swap_without_promise",
    }  # fmt: skip
    assert {"consortium", "plain"} | without == set(table["versus"])
    for row in table.to_dict("records"):
        own = tidy[tidy["outcome"] == row["outcome"]]
        wide = own.pivot(index="replication", columns="arrangement", values="value")
        pairs = wide[[row["arrangement"], row["versus"]]].dropna()
        steps = pairs[row["arrangement"]] - pairs[row["versus"]]
        assert row["pairs"] == len(steps)
        if len(steps):
            middle = steps.median() if row["told"] == "median" else steps.mean()
            assert row["difference"] == pytest.approx(middle, abs=1e-12)
        if row["versus"] == "plain" and pd.notna(row["difference"]):
            same = compared.loc[(row["outcome"], row["arrangement"])]
            assert row["low"] == pytest.approx(same["low"], rel=1e-12, abs=1e-15, nan_ok=True)
            assert row["verdict"] == same["verdict"]


LAST = """return Math.max(...[...document.querySelectorAll(".say")].map(
    (one) => one.getBoundingClientRect().bottom + scrollY))"""


def sides_of(browser: Any) -> int:
    """How many sides of A4 a page takes, as its own style sheet asks."""
    asked = {"preferCSSPageSize": True, "printBackground": True}
    printed = b64decode(browser.execute_cdp_cmd("Page.printToPDF", asked)["data"])
    return len(re.findall(rb"/Type\s*/Page\b", printed))


def test_the_answer_stands_on_the_first_screens_and_paper_is_short(
    run: Path, chinese_run: Path, tmp_path: Path
) -> None:
    with opened(tmp_path / "profile") as browser:
        for folder in (run, chinese_run):
            for size, screens in (((1400, 900), 1), (NARROW, 2)):
                look(browser, size)
                browser.get((folder / "report.html").as_uri())
                assert browser.execute_script(LAST) <= screens * size[1]
                assert (
                    browser.execute_script("return document.documentElement.scrollWidth")
                    == size[0]
                )
            look(browser, (1400, 900))
            assert sides_of(browser) <= 8
            browser.get((folder / COMMITTEE).as_uri())
            assert sides_of(browser) <= 2


def test_headings_go_down_one_step_at_a_time(english: Page) -> None:
    levels = [int(tag[1]) for tag, _ in english.elements if re.fullmatch(r"h\d", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert [pair for pair in pairwise(levels) if pair[1] > pair[0] + 1] == []


def test_every_place_that_scrolls_takes_the_keyboard_and_has_a_name(chinese: Page) -> None:
    ids = set(chinese.attributes("id"))
    scrolled = [a for _, a in chinese.elements if "scroll" in a.get("class", "").split()]
    assert len(scrolled) > 30
    for one in scrolled:
        assert one.get("tabindex") == "0"
        assert one.get("role") == "region"
        assert one.get("aria-label") or one.get("aria-labelledby") in ids


def test_nothing_is_ranked_whose_interval_covers_zero(run: Path, english: Page) -> None:
    """In tables, cards and bank by bank: what is said to be better or worse is clear of zero."""
    words = [n.attributes["class"].split() for n in english.root.walk() if "class" in n.attributes]
    assert ["cell", "good"] in words
    ranked = 0
    for node in english.root.walk():
        classes = set(node.attributes.get("class", "").split())
        if not (node.tag == "li" or (node.tag == "td" and classes & {"good", "bad", "moved"})):
            continue
        for part in node.walk():
            cell = part.attributes.get("data-cell", "")
            is_level = cell.startswith("by_bank") and cell.endswith("/low+high")
            if cell.endswith(_ENDS) and not is_level:
                ranked += 1
                low, high = resolve(run, cell)
                assert low > 0.0 or high < 0.0, cell
    assert ranked > 20


def foreign(node: Node) -> Iterator[str]:
    """Texts in the language of the page that are not in it, and words said by elements."""
    if node.tag in ("title", "style", "script", "code") or node.attributes.get("lang") == "en":
        return
    texts = [part for part in node.parts if isinstance(part, str)]
    texts += [node.attributes[name] for name in _SAID if name in node.attributes]
    for text in texts:
        if set(_WORD.findall(text)) - LATIN:
            yield " ".join(text.split())
    for part in node.parts:
        if isinstance(part, Node):
            yield from foreign(part)


def test_a_chinese_page_has_no_english_of_its_own(chinese: Page) -> None:
    assert next(a["lang"] for tag, a in chinese.elements if tag == "html") == "zh-Hans"
    found = sorted(set(foreign(chinese.root)))
    assert found == []


def test_every_figure_of_a_chinese_page_is_chinese(chinese: Page) -> None:
    figures = [n for n in chinese.root.walk() if n.tag == "figure" and "lang" not in n.attributes]
    assert len(figures) > 15
    for figure in figures:
        assert re.search("[\u4e00-\u9fff]", figure.text)
        assert list(foreign(figure)) == []


def marked(node: Node) -> Iterator[str]:
    """Texts that a Chinese page marks as English, but for places where all may be."""
    places = {"sources", "studies", "protocols", "definitions"}
    if node.attributes.get("id") in places:
        return
    if node.attributes.get("lang") == "en":
        yield node.text
    for part in node.parts:
        if isinstance(part, Node):
            yield from marked(part)


def test_only_what_comes_from_elsewhere_stays_english(chinese: Page) -> None:
    """Title and question; sources, studies and descriptions have places of their own."""
    assert len(list(marked(chinese.root))) <= 2


def test_what_the_reader_explores_is_chinese(chinese: Page) -> None:
    data = json.loads(chinese.scripts[0][1])
    words = [*said(data)]
    assert len(words) > 200
    plain = [re.sub(r"\{\w+\}", "", text) for text in words]
    assert [text for text in plain if set(_WORD.findall(text)) - LATIN] == []


def said(part: object, key: str = "") -> Iterator[str]:
    """Texts for readers in the data of the page."""
    if isinstance(part, dict):
        for name, value in part.items():
            yield from said(value, name)
    elif isinstance(part, list):
        for value in part:
            yield from said(value, key)
    elif isinstance(part, str) and key not in _KEYS:
        yield part


def test_english_pages_hold_no_chinese(english: Page) -> None:
    assert not re.search("[\u4e00-\u9fff]", english.root.text)


def test_a_page_in_chinese_cites_the_same_cells(english: Page, chinese: Page) -> None:
    one, two = ({cell for cell, _ in page.cited()} for page in (english, chinese))
    assert one == two


def test_names_in_ids_cannot_split_them() -> None:
    assert cell_id("by_bank", "a/b", "c%d") == "by_bank/a%2Fb/c%25d"
    assert cell_id("summary", "a b+c", ("low", "x+y")) == "summary/a%20b%2Bc/low+x%2By"
    assert cell_id("-_.!~*'()", "é") == "-_.!~*'()/%C3%A9"
