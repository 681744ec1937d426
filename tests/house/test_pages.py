"""The pages of a real run: every number is a cell of its files, every word Chinese if asked.

One small run with a study on it, read in both languages.
"""

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim.cli.app import app
from sim.report.parts import cell_id
from tests.house.cells import agrees, resolve
from tests.house.small import SCENARIOS
from tests.report.page import Node, Page

SMALL = {
    "population.firms": 120, "population.initial_share": 0.5, "experiment.replications": 3,
    "experiment.warm_up_years": 2.0, "experiment.horizon_years": 6.0,
}  # fmt: skip
LATIN = {
    "RAROC", "Tango", "VaR", "ES", "CSV", "Holm", "BCa", "Kaplan", "Meier", "Dietz", "JavaScript",
    "Home", "End", "Esc", "csv", "comparison", "by", "bank",
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
def chinese(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Page:
    folder = tmp_path_factory.mktemp("zh")
    command("report", str(run), "--language", "zh", "--out", str(folder))
    return Page((folder / "report.html").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["english", "chinese"])
def test_every_id_names_a_cell_and_what_is_shown_is_its_number(
    run: Path, name: str, request: pytest.FixtureRequest
) -> None:
    cited = request.getfixturevalue(name).cited()
    wrong = []
    for cell, shown in cited:
        found = resolve(run, cell)
        is_list = cell.startswith(("manifest", "scenario")) and len(found) != 1
        if isinstance(found, list) and not is_list and not cell.startswith("manifest"):
            wrong += [] if agrees(shown, found) else [(cell, shown, found)]
    assert wrong == []
    kinds = {cell.partition("/")[0] for cell, _ in cited}
    assert kinds == {
        "comparison", "summary", "by_bank", "figures", "studies", "scenario", "manifest",
    }  # fmt: skip
    assert len({cell for cell, _ in cited}) > 3000


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
    if node.tag == "code" or "definitions" in classes or is_cited:
        return
    shows = node.tag == "td" or {"much", "between", "interval"} & set(classes)
    own = " ".join(part for part in node.parts if isinstance(part, str))
    if shows and re.search(r"\d", own):
        yield node
    for part in node.parts:
        if isinstance(part, Node):
            yield from uncited(part, is_cited)


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
