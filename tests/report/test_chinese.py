"""The Chinese table holds every text of the program, and none that the program lost."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

import sim
from sim.analysis import compare
from sim.analysis.outcomes_table import MEASURES
from sim.base.language import language, words
from sim.base.wording import arrangement_text, unit_name, unit_style
from sim.model.contracts.arrangement import Arrangement
from sim.model.contracts.words import STAGES, WORDS, money
from sim.outcomes.mark import BASES, BETTER, registry
from sim.report import scenario_words as findings
from sim.report.figures.selection import GROUP_LABELS
from sim.report.scenario_words import FOOTINGS, LIMITS, NEUTRAL
from sim.scenario.declared import kinds
from sim.scenario.parameters import parameters
from sim.scenario.scenario import Scenario, load_scenario
from tests.cli.test_arrangements_in_words import example
from tests.house.small import SCENARIOS

HOUSE = Path(sim.__file__).parent
TABLE = words("zh")
CALLS = {"tr", "put", "_"}
_LATIN = re.compile(r"[A-Za-z]{2,}")


@cache
def trees() -> dict[Path, ast.Module]:
    """Every file of the house as syntax."""
    return {f: ast.parse(f.read_text(encoding="utf-8")) for f in sorted(HOUSE.rglob("*.py"))}


def called() -> Iterator[tuple[str, str]]:
    """Texts that are passed as they stand to a translating function, with their places."""
    for file, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name in CALLS and isinstance(node.args[0].value, str):
                    yield node.args[0].value, file.name
    for file in sorted((HOUSE / "report" / "templates").glob("*.j2")):
        for call in Environment().parse(file.read_text(encoding="utf-8")).find_all(nodes.Call):
            if getattr(call.node, "name", "") == "_" and isinstance(call.args[0], nodes.Const):
                yield call.args[0].value, file.name


def declared() -> Iterator[str]:
    """Texts that are declared as data and translated where they are shown."""
    for mark in registry().values():
        yield from (mark.label, mark.formula, mark.interval_method)
        if mark.needs:
            yield from (mark.needs.unit, mark.needs.label)
        style = unit_style(mark.unit)
        yield from (mark.unit, style.axis, style.step_axis)
    for side in (-1, 0, 1):
        yield from (compare.verdict_words(side, better) for better in BETTER)
    refusals = (compare.COVERS_ZERO, compare.ROUNDING, compare.HEAVY_TAIL, compare.UNDEFINED)
    yield from (compare.TOO_FEW, compare.UNRESOLVED, *refusals)
    yield from (compare.reason(one) for one in refusals[1:])
    for measure in MEASURES:
        yield from (measure.label, measure.unit, measure.formula)
    yield from (*BASES, *BETTER, *STAGES, *GROUP_LABELS.values(), NEUTRAL, *LIMITS)
    yield from FOOTINGS.values()
    for one in parameters(Scenario):
        yield from (unit_name(one.unit), one.meaning)
    for _, _, group in CLAUSES:
        extras = (field.json_schema_extra or {} for field in group.model_fields.values())
        yield from (extra["words"] for extra in extras if "words" in extra)


def test_every_text_that_is_translated_where_it_stands_has_its_chinese() -> None:
    missing = {text: place for text, place in called() if text.strip() and text not in TABLE}
    assert missing == {}


def test_every_label_unit_formula_and_verdict_has_its_chinese() -> None:
    same = {"%"}  # written alike
    assert sorted({text for text in declared() if text not in TABLE} - same) == []


@cache
def shipped() -> frozenset[str]:
    """Names in shipped scenarios: arrangements, banks, sectors, titles and questions."""
    found: set[str] = set()
    for file in sorted(SCENARIOS.glob("*.toml")):
        scenario = load_scenario(file)
        names = {*scenario.experiment.all_run, *scenario.arrangement, *scenario.bank}
        names |= {*scenario.macro.regime}
        found |= {arrangement_text(name) for name in names}
        found |= {name.replace("_", " ") for name in scenario.sector}
        found |= {scenario.title, scenario.question}
    return frozenset(found)


def test_every_name_in_a_shipped_scenario_has_its_chinese() -> None:
    numbered = re.compile(r"^Bank \d+$")
    missing = sorted(one for one in shipped() if one not in TABLE and not numbered.match(one))
    assert missing == []
    with language("zh"):
        assert arrangement_text("bank_012") == "银行 012"
        assert arrangement_text("common_growth_2") == "共同成长计划 2.0"


def test_no_text_of_the_table_is_unused() -> None:
    """Each is written somewhere in the program or a shipped scenario, whole or as a name."""
    written = {text for text, _ in called()} | {*declared(), *shipped()}
    for tree in trees().values():
        for node in ast.walk(tree):
            text = getattr(node, "value", None) if isinstance(node, ast.Constant) else None
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                text = node.target.id  # a field that becomes a column
            if isinstance(text, str):
                named = text.rpartition(":")[2].replace("_", " ")
                written |= {text, named, arrangement_text(named)}
    written |= {f"{end} end of its range" for end in ("low", "high")}
    written |= {f"{better.capitalize()} is better." for better in BETTER}
    assert sorted(set(TABLE) - written) == []


CLAUSES = [
    (name, kind, group)
    for name, field in Arrangement.model_fields.items()
    for kind, group in kinds(field.annotation).items()
    if (name, kind) in WORDS
]


@pytest.mark.parametrize(("name", "kind", "group"), CLAUSES)
def test_every_clause_is_told_in_chinese(name: str, kind: str, group: type) -> None:
    with language("zh"):
        told = findings._sentence(name, example(name, kind, group))
    assert re.search("[\u4e00-\u9fff]", told)
    assert _LATIN.findall(told) == []


def test_a_shipped_arrangement_is_told_in_chinese_whole() -> None:
    for file in sorted(SCENARIOS.glob("*.toml")):
        with language("zh"):
            told = findings.describe(load_scenario(file))
        for name, sentences in told.items():
            assert _LATIN.findall(" ".join(sentences)) == [], (file.name, name, sentences)


def test_money_in_a_contract_is_read_in_the_words_of_its_size() -> None:
    with language("zh"):
        assert [money(amount) for amount in (8.0, 120.0)] == ["800 万元", "1.2 亿元"]
    assert money(8.0) == "CNY 8 million"
