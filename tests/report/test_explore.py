"""What a reader can explore on the page: the numbers of the run, and nothing that acts."""

import dataclasses
import json
import math
import re
from base64 import b64encode
from hashlib import sha256

import numpy as np
import pytest

from sim.analysis.compare import compare
from sim.analysis.estimates import count_wins
from sim.analysis.mean_rule import told_range
from sim.base.language import language, tr
from sim.base.wording import decimals
from sim.report.explore import (
    BUDGET,
    MOST_OF_PAGE,
    PLACE,
    as_data,
    exploration,
    explorer,
    policy_source,
    script,
    with_explorer,
)
from sim.report.explore_data import OutcomeTables
from sim.report.figures.curves import curve_data
from sim.report.figures.distribution import distribution_data
from sim.report.figures.selection import headlines
from tests import synthetic

EVIL = "</script><script>alert(1)</script><!-- & \u2028 \u2029"


@pytest.fixture(scope="module")
def results():
    """Curves of few replications; how many there are does not matter here."""
    return synthetic.results(6)


@pytest.fixture(scope="module")
def data(outcomes, comparison, results):
    """What stands on the page, read as the page reads it."""
    return json.loads(as_data(exploration(OutcomeTables(outcomes, comparison), results)))


@pytest.fixture(scope="module")
def by_name(data):
    return {one["name"]: one for one in data["outcomes"]}


def test_every_outcome_and_every_curve_is_there(data, by_name, outcomes):
    assert list(by_name) == list(outcomes.names)
    assert [one["name"] for one in data["arrangements"]] == list(outcomes.arrangements)
    assert data["arrangements"][data["baseline"]]["name"] == "plain"
    curves = {one["name"] for one in data["curves"]}
    assert {"curve.survival", "curve.cumulative_profit", "curve.stage_count:mature"} <= curves


def test_values_are_those_of_the_run_to_three_digits_of_what_varies_least(
    by_name, outcomes, comparison
):
    for name, one in by_name.items():
        scale = factor_of(one, comparison)
        table = outcomes.table(name) * scale
        found = np.array(one["values"], float).T  # None becomes nan
        assert found.shape == table.shape
        assert np.array_equal(np.isnan(found), table.isna())
        step = 10.0 ** -one["places"]
        # Half of the last decimal, and the rounding of the sum itself.
        assert np.nanmax(np.abs(found - table.to_numpy())) <= 0.5 * step * (1 + 1e-6)
        spreads = [*table.std(), *table.sub(table["plain"], axis=0).std()]
        least = min(s for s in spreads if s > 1e-6)
        assert one["places"] == decimals(0.0, least / 10.0)


def factor_of(record, comparison):
    """What a stored number is multiplied by, which the unit on the page has to say."""
    style = comparison.style(record["name"]).style
    assert record["unit"] == style.axis
    return style.scale


def test_estimates_are_those_of_the_tables(by_name, outcomes, comparison):
    summary = outcomes.summary(confidence=comparison.confidence).set_index(
        ["outcome", "arrangement"]
    )
    frame = comparison.frame().set_index(["outcome", "arrangement"])
    for name, one in by_name.items():
        scale = factor_of(one, comparison)
        spread = distribution_data(outcomes, name).set_index("arrangement")
        for place, arrangement in enumerate(outcomes.arrangements):
            numbers = {key: views[place] for key, views in one["numbers"].items()}
            mean = summary.loc[(name, arrangement), ["mean", "low", "high"]]
            same(numbers["mean"], mean, scale)
            same(numbers["spread"][:5], spread.loc[arrangement, "p05":"p95"], scale)
            same(numbers["quantiles"], spread.loc[arrangement, ["p05", "median", "p95"]], scale)
            if arrangement == "plain":
                assert numbers["difference"] is numbers["pairs"] is numbers["share"] is None
            else:
                row = frame.loc[(name, arrangement), ["difference", "low", "high"]]
                same(numbers["difference"], row, scale)


def same(shown, expected, scale):
    """Compare to six digits, to which the page holds estimates."""
    numbers = [math.nan if one is None else one for one in shown]
    wanted = np.asarray(expected, float) * scale
    assert numbers == pytest.approx(wanted, rel=5e-6, nan_ok=True)


def test_the_words_of_a_difference_are_those_of_the_verdict_table(by_name, comparison):
    behind = comparison.details().set_index(["outcome", "arrangement"])
    for row in comparison.frame().to_dict("records"):
        place, written = (
            comparison.arrangements.index(row["arrangement"]),
            comparison.style(row["outcome"]),
        )
        cells = by_name[row["outcome"]]["cells"]["difference"][place]
        assert cells[0] == written.step(row["difference"])
        assert cells[1] == told_range(written, row)
        assert cells[2].removesuffix(" †") == row["verdict"]
        assert cells[3] == written.level(row["mean"])
        clear = behind.loc[(row["outcome"], row["arrangement"]), "clear_of_all"]
        assert cells[2].endswith("†") == clear


def test_shares_are_counted_in_the_direction_of_the_outcome(by_name, outcomes):
    for name, one in by_name.items():
        wins = count_wins(outcomes.table(name), "plain", outcomes.mark(name).better)
        for place, arrangement in enumerate(outcomes.arrangements[1:], start=1):
            same(one["numbers"]["share"][place][:1], [wins[arrangement].share], 100.0)


def test_curves_are_those_of_the_figures(data, results):
    for one in data["curves"]:
        series = one["name"].removeprefix("curve.")
        frame = curve_data(results, series, "plain", adds_up=True).set_index("arrangement")
        scale = {"(%)": 100.0}.get(one["unit"][-3:], 0.001 if "billion" in one["unit"] else 1.0)
        for place, arrangement in enumerate(synthetic.ARRANGEMENTS):
            rows = frame.loc[arrangement]
            assert one["x"] == pytest.approx(rows["x"])
            half = 0.5 * 10.0 ** -one["places"] * (1 + 1e-6)
            for shown, column in zip(one["level"][place], ("mean", "low", "high"), strict=True):
                assert np.abs(np.array(shown) - rows[column] * scale).max() <= half
            if arrangement == "plain":
                assert one["steps"][place] is None
            else:
                middle = np.array(one["steps"][place][0])
                assert np.abs(middle - rows["difference"] * scale).max() <= half


def test_rows_of_cells_fit_the_columns_of_their_table(data):
    for way in data["statistics"]:
        for one in data["outcomes"]:
            rows = [row for row in one["cells"][way["key"]] if row is not None]
            assert {len(row) for row in rows} == {len(way["columns"])}
        assert all(place < len(way["columns"]) for place in way["beside"])
        assert len(way["cited"]) in (0, len(way["columns"]))


@pytest.mark.full
def test_values_leave_the_page_before_it_grows_too_large(outcomes, comparison, results):
    full = exploration(OutcomeTables(outcomes, comparison), results)
    whole = len(as_data(full).encode())
    assert whole < BUDGET
    assert full["words"]["kept"] == ""
    sizes = []
    for budget in range(12_000, whole, (whole - 12_000) // 6):
        found = exploration(OutcomeTables(outcomes, comparison), results, budget)
        assert len(as_data(found).encode()) <= budget
        values = [one["name"] for one in found["outcomes"] if one["values"] is not None]
        sizes.append((len(found["outcomes"]), len(values)))
        if len(found["outcomes"]) < len(outcomes.names):
            assert f"{len(found['outcomes'])} of 12 outcomes are here" in found["words"]["kept"]
        elif len(values) < len(outcomes.names):
            assert f"for {len(values)} of 12 outcomes" in found["words"]["kept"]
            # Others have values only where all headlines that fit have them.
            assert set(values) & set(headlines(outcomes.names))
    assert sizes[0] < sizes[-1]


def renamed(name):
    """Outcomes and results in which one arrangement has another name."""
    outcomes, results = synthetic.outcomes(4), synthetic.results(4)
    change = {"arrangement": {"consortium": name}}
    order = tuple(name if one == "consortium" else one for one in outcomes.arrangements)
    tidy, series = outcomes.tidy.replace(change), results.series.replace(change)
    outcomes = dataclasses.replace(outcomes, tidy=tidy, arrangements=order)
    return outcomes, dataclasses.replace(results, series=series)


def test_no_name_can_end_the_block_of_data():
    outcomes, results = renamed(EVIL)
    html = str(explorer(OutcomeTables(outcomes, compare(outcomes)), results))
    blocks = re.findall(r"<script\b[^>]*>(.*?)</script>", html, flags=re.DOTALL)
    assert len(blocks) == html.count("<script") == html.count("</script") == 2
    assert "<!--" not in html
    data, text = blocks
    assert not set("<>&\u2028\u2029") & set(data)
    assert EVIL in [one["name"] for one in json.loads(data)["arrangements"]]
    assert text == script()


def test_a_page_that_is_large_already_holds_less_of_the_run(results):
    outcomes = synthetic.outcomes(500)
    comparison = compare(outcomes)
    pages, kept = [], []
    for size in (10_000, MOST_OF_PAGE - 240_000, 2 * MOST_OF_PAGE):
        rest = "x" * size
        page = with_explorer(f"{rest}{PLACE}after", OutcomeTables(outcomes, comparison), results)
        assert page.startswith(rest)
        assert page.endswith("</section>after")
        data = json.loads(page.split('id="explore-data">')[1].split("</script>")[0])
        pages.append(len(page))
        kept.append(sum(one["values"] is not None for one in data["outcomes"]))
    assert pages[1] <= MOST_OF_PAGE
    assert pages[2] <= 2 * MOST_OF_PAGE + 240_000
    assert kept[0] == len(outcomes.names) > kept[1] >= kept[2]


def test_the_policy_can_name_the_script():
    digest = sha256(script().encode()).digest()
    assert policy_source(script()) == f"'sha256-{b64encode(digest).decode()}'"


def test_the_script_makes_no_markup_asks_for_nothing_and_runs_no_text():
    forbidden = (
        "innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", "Function(",
        "setTimeout(\"", "fetch(", "XMLHttp", "import(", "WebSocket", "sendBeacon", "http",
        "localStorage", "cookie", "</", "<!--",
    )  # fmt: skip
    assert [word for word in forbidden if word in script()] == []


def test_the_script_holds_no_words():
    """What is quoted in it is a name: of an element, a class, a key, a part of a path."""
    quoted = re.findall(r'"([^"\n]*)"', re.sub(r"//[^\n]*", "", script()))
    assert len(quoted) > 100
    sentences = [text for text in quoted if re.search(r"[A-Za-z]{2,} [a-z]{2,}", text)]
    assert sentences == ["use strict"]


def test_the_page_of_another_language_has_its_words(outcomes, comparison, results):
    """Words that the table of a language holds come out in that language."""
    with language("zh"):
        found = explorer(OutcomeTables(outcomes, comparison), results)
        assert tr("Consortium") in found


def test_one_replication_and_one_arrangement_can_be_shown(results):
    outcomes = synthetic.outcomes(1)
    alone = dataclasses.replace(
        outcomes,
        tidy=outcomes.tidy[outcomes.tidy["arrangement"] == "plain"],
        arrangements=("plain",),
    )
    for one in (outcomes, alone):
        found = exploration(OutcomeTables(one, compare(one)), results)
        assert all(record["numbers"]["mean"][0][1] is None for record in found["outcomes"])
    assert [way["key"] for way in found["statistics"]] == ["spread", "mean", "quantiles"]
    assert [way["key"] for way in found["ways"]] == ["level"]
    assert {key for record in found["outcomes"] for key in record["cells"]} == {
        "spread", "mean", "quantiles",
    }  # fmt: skip


def test_a_yes_or_no_has_a_mean_and_neither_box_nor_quantiles(results):
    outcomes = synthetic.outcomes(8)
    mark = dataclasses.replace(outcomes.marks["firm.survival_5y"], binary=True)
    tidy = outcomes.tidy[outcomes.tidy["outcome"] == mark.name]
    tidy = tidy.assign(value=(tidy["replication"] % 4 == 0).astype(float))
    known = dataclasses.replace(outcomes, tidy=tidy, marks={mark.name: mark})
    (record,) = exploration(OutcomeTables(known, compare(known)), results)["outcomes"]
    assert {"spread", "quantiles"}.isdisjoint(record["cells"])
    assert record["numbers"].keys() == record["cells"].keys() >= {"mean", "difference"}
    assert record["numbers"]["mean"][0][0] == 25
