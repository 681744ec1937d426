"""The report in a real browser: choosing, pointing, keys, links, and no request at all."""

import dataclasses
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sim.analysis.compare import compare
from sim.analysis.outcomes_table import Outcomes
from sim.base.language import language
from sim.base.wording import unit_style
from sim.report.explore_data import explored
from sim.report.report import write_report
from tests import synthetic
from tests.house.browser import NARROW, WIDE, complaints, look, opened, requests
from tests.house.cells import agrees, resolve

pytestmark = pytest.mark.full

By = pytest.importorskip("selenium.webdriver.common.by").By
Keys = pytest.importorskip("selenium.webdriver.common.keys").Keys
WebDriverWait = pytest.importorskip("selenium.webdriver.support.wait").WebDriverWait
ActionChains = pytest.importorskip("selenium.webdriver").ActionChains
EVIL = "<img src=x onerror=alert(1)></script><script>alert(2)</script>"
ODD = "a b+c/%'(!)*~"
"""Letters of which some, but not all, are written otherwise in an id."""
BASELINE = " (baseline)"

OUTSIDE = """
    const chart = document.getElementById("explore-chart").getBoundingClientRect();
    return [...document.querySelectorAll("#explore-chart text")].filter((text) => {
        const own = text.getBoundingClientRect();
        return own.left < chart.left - 1 || own.right > chart.right + 1;
    }).map((text) => text.textContent)"""
"""Give the texts that reach beyond the figure."""

EVERY_CHOICE = """
    history.replaceState = () => {};  // so many changes at once are more than it takes
    const outside = new Function(arguments[0]);
    const select = document.getElementById("explore-subject");
    const heading = document.getElementById("explore-heading");
    const seen = [];
    for (const option of select.options) {
        select.value = option.value;
        select.dispatchEvent(new Event("change"));
        for (const radio of document.querySelectorAll("#explore-statistics input")) {
            if (radio.parentElement.hidden) continue;
            radio.checked = true;
            radio.dispatchEvent(new Event("change"));
            seen.push([heading.textContent, outside()]);
        }
    }
    return seen"""
"""Choose everything that can be chosen; give the headings, and the texts outside."""


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Path:
    """The folder of a run: its report and its comparison, as a user finds them."""
    folder = tmp_path_factory.mktemp("run")
    write_page(folder)
    return folder


def write_page(
    folder: Path, rename: dict[str, str] | None = None, outcomes: Outcomes | None = None
) -> None:
    outcomes, results = outcomes or synthetic.outcomes(), synthetic.results(6)
    if rename:
        change = {"arrangement": rename}
        order = tuple(rename.get(one, one) for one in outcomes.arrangements)
        tidy, series = outcomes.tidy.replace(change), results.series.replace(change)
        outcomes = dataclasses.replace(outcomes, tidy=tidy, arrangements=order)
        results = dataclasses.replace(results, series=series)
    comparison = compare(outcomes)
    comparison.frame().to_csv(folder / "comparison.csv", index=False)
    outcomes.summary().to_csv(folder / "summary.csv", index=False)
    explored(outcomes, comparison).to_csv(folder / "explore.csv", index=False)
    outcomes.frame().to_csv(folder / "outcomes.csv", index=False)
    write_report(
        folder / "report.html",
        scenario_title="Made-up arrangements",
        question="Which is better?",
        comparison=comparison,
        outcomes=outcomes,
        results=results,
        describe={},
        sources={},
        limits=[],
        drawings={},
    )


@pytest.fixture
def page(browser, run):
    """The report, open and as it first shows itself; nothing may be said or asked for."""
    look(browser)
    visit(browser, run)
    yield browser
    assert complaints(browser) == []
    assert {url.split("#")[0] for url in requests(browser)} <= {address(run)}


def address(run: Path) -> str:
    return (run / "report.html").as_uri()


def visit(browser: Any, run: Path, hash_: str = "") -> None:
    browser.get("about:blank")
    complaints(browser)
    requests(browser)
    browser.get(address(run) + hash_)
    assert part(browser, "chart").is_displayed()


def part(browser: Any, name: str) -> Any:
    return browser.find_element(By.ID, f"explore-{name}")


def choose(browser: Any, subject: str, statistic: str | None = None) -> None:
    part(browser, "subject").find_element(By.CSS_SELECTOR, f'option[value="{subject}"]').click()
    if statistic:
        css = f'input[value="{statistic}"]'
        part(browser, "statistics").find_element(By.CSS_SELECTOR, css).click()


def shown(browser: Any) -> pd.DataFrame:
    """The table under the figure, by arrangement."""
    script = """return [...document.querySelectorAll("#explore-table tr")].map(
        (row) => [...row.cells].map((cell) => cell.textContent))"""
    head, *rows = browser.execute_script(script)
    table = pd.DataFrame(rows, columns=head).set_index("Arrangement")
    table.index = [name.removesuffix(BASELINE) for name in table.index]
    return table


def tip(browser: Any) -> list[str]:
    script = """const tip = document.querySelector(".explore-tip");
        return tip.hidden ? [] : [...tip.children].map((line) => line.textContent)"""
    return list(browser.execute_script(script))


def number(text: str) -> tuple[float, int]:
    """A number as it is shown, and its decimals."""
    found = re.search(r"[-+]?[\d,]+(\.\d+)?", text.replace("−", "-"))
    assert found, text
    return float(found[0].replace(",", "")), len(found[1] or ".") - 1


def assert_shown(text: str, value: float, row: dict[str, Any]) -> None:
    """Hold a shown number to a stored one, to half of its last digit.

    That digit is finer than a quarter of the row's interval, about one standard error.
    """
    scale = unit_style(row["unit"]).scale
    seen, places = number(text)
    assert seen == pytest.approx(value * scale, abs=0.5001 * 10**-places)
    assert 10**-places <= (row["high"] - row["low"]) * scale / 4.0


@pytest.mark.parametrize(
    "outcome", ["bank.raroc", "bank.interest_income", "firm.founder_wealth", "cycle.profit_bust"]
)
def test_what_is_shown_is_what_the_comparison_holds(page, run, outcome):
    choose(page, outcome, "difference")
    table = shown(page)
    frame = pd.read_csv(run / "comparison.csv")
    rows = frame[frame["outcome"] == outcome]
    assert list(table.index) == [
        "Common growth",
        "Consortium",
        "Loan with warrant",
        "Revenue swap",
    ]
    for row, (_, cells) in zip(rows.to_dict("records"), table.iterrows(), strict=True):
        assert_shown(cells["Difference"], row["difference"], row)
        low, high = cells["95 % interval"].split(" to ")
        assert_shown(low, row["low"], row)
        assert_shown(high, row["high"], row)
        assert cells["Verdict"].removesuffix(" †") == row["verdict"]
        assert_shown(cells["Mean"], row["mean"], row)
        assert_shown(cells["Mean of the baseline"], row["baseline_mean"], row)
    choose(page, outcome, "mean")
    # Every value is defined, so the means of pairs are those of all replications.
    for row, name in zip(rows.to_dict("records"), table.index, strict=True):
        seen, places = number(shown(page).loc[name, "Mean"])
        scale = unit_style(row["unit"]).scale
        assert seen == pytest.approx(row["mean"] * scale, abs=0.5001 * 10**-places)


@pytest.mark.parametrize(
    ("statistic", "most"),
    [
        ("spread", 25),
        ("mean", 15),
        ("quantiles", 20),
        ("difference", 20),
        ("pairs", 20),
        ("share", 20),
    ],
)
def test_shown_numbers_name_the_cells_of_the_files_that_hold_them(page, run, statistic, most):
    for outcome in ("bank.raroc", "firm.founder_wealth", "system.credit_outstanding"):
        choose(page, outcome, statistic)
        cited = page.execute_script("""
            return [...document.querySelectorAll("#explore-table [data-cell]")].map(
                (cell) => [cell.dataset.cell, cell.textContent])""")
        assert len(cited) == most
        wrong = [(cell, text) for cell, text in cited if not agrees(text, resolve(run, cell))]
        assert wrong == []


def test_arrangements_come_and_go(page):
    boxes = part(page, "arrangements").find_elements(By.CSS_SELECTOR, "input")
    assert len(page.find_elements(By.CSS_SELECTOR, "#explore-chart g.row")) == 5
    for box in boxes[1:4]:
        box.click()
    assert list(shown(page).index) == ["Plain", "Revenue swap"]
    assert len(page.find_elements(By.CSS_SELECTOR, "#explore-chart g.row")) == 2
    assert page.current_url.endswith("#explore=bank.raroc;spread;plain,revenue_swap")


@pytest.mark.parametrize("statistic", ["spread", "pairs"])
def test_a_point_tells_its_replication_and_its_value(page, run, statistic):
    choose(page, "bank.credit_loss", statistic)
    frame = pd.read_csv(run / "outcomes.csv")
    table = frame[frame["outcome"] == "bank.credit_loss"].pivot(
        index="replication", columns="arrangement", values="value"
    )
    if statistic == "pairs":
        table = table.sub(table["plain"], axis=0)
    dot = page.find_elements(By.CSS_SELECTOR, "#explore-chart g.a4 .dot")[17]
    ActionChains(page).move_to_element(dot).perform()
    name, replication, value = tip(page)
    assert name == "Revenue swap"
    assert replication.startswith("Replication ")
    assert value.endswith(" CNY million")
    seen, places = number(value)
    stored = table.loc[int(replication.split()[1]), "revenue_swap"]
    # A difference is that of two rounded values.
    assert seen == pytest.approx(stored, abs=1.0001 * 10**-places)
    assert page.find_elements(By.CSS_SELECTOR, "#explore-chart .halo")


def test_everything_can_be_done_with_keys_alone(page):
    keys = ActionChains(page)

    def press(*names: str) -> str:
        for name in names:
            keys.send_keys(name).perform()
        return str(
            page.execute_script("return document.activeElement.id || document.activeElement.value")
        )

    for _ in range(60):
        if press(Keys.TAB) == "explore-subject":
            break
    press("I")  # an option is found by its first letter
    assert part(page, "heading").text == "Interest income: Every replication"
    assert press(Keys.TAB) == "spread"
    assert press(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT) == "difference"
    assert press(Keys.TAB) == "0"
    assert press(Keys.TAB, Keys.SPACE) == "1"  # takes one arrangement out
    told = part(page, "told").get_attribute("textContent")
    assert told.startswith("Interest income: Mean difference; Consortium, +")
    assert "Common growth" not in told
    assert press(Keys.TAB, Keys.TAB, Keys.TAB, Keys.TAB) == "explore-chart"
    press(Keys.ARROW_DOWN)
    assert tip(page)[0] == "Consortium"
    press(Keys.ARROW_DOWN, Keys.ARROW_DOWN)
    name, difference, *_ = tip(page)
    assert name == "Revenue swap"
    assert difference == f"Difference: {shown(page).loc[name, 'Difference']}"
    assert part(page, "told").get_attribute("textContent") == ", ".join(tip(page))
    press(Keys.ESCAPE)
    assert tip(page) == []


def test_keys_go_through_the_points_of_a_row_in_order(page):
    chart = part(page, "chart")
    seen = []
    for name in (Keys.HOME, *[Keys.ARROW_RIGHT] * 3, Keys.END, Keys.ARROW_LEFT):
        chart.send_keys(name)
        seen.append(number(tip(page)[-1])[0])
    first, last = seen[:4], seen[4:]
    assert first == sorted(first)
    assert last[1] <= last[0]
    assert first[-1] < last[1]


def test_a_view_can_be_linked(page, run):
    choose(page, "firm.survival_5y", "share")
    link = part(page, "link").get_attribute("href")
    assert link == page.current_url
    table = shown(page)
    visit(page, run, link.removeprefix(address(run)))
    assert part(page, "heading").text == "Alive after five years: How often better"
    assert shown(page).equals(table)
    assert page.execute_script("return scrollY") > 0


@pytest.mark.parametrize(
    "hash_", ["#explore=no.such;nothing;nobody", "#explore=%E0%A4%A", "#explore=", "#explore=;;;,"]
)
def test_an_address_that_makes_no_sense_shows_the_first_view(page, run, hash_):
    visit(page, run, hash_)
    assert part(page, "heading").text == "RAROC: Every replication"
    assert len(shown(page)) == 5


def test_curves_tell_every_arrangement_at_a_date(page):
    choose(page, "curve.cumulative_profit", "step")
    part(page, "chart").send_keys(Keys.END)
    date, *lines = tip(page)
    assert date == "Time since the start (years): 15"
    assert [line.split(":")[0] for line in lines] == [
        "Common growth", "Consortium", "Loan with warrant", "Revenue swap",
    ]  # fmt: skip
    # The made-up curves part by exactly two a year and arrangement, but for their noise.
    assert number(lines[3].split(": ")[1])[0] == pytest.approx(8 * 15, abs=15)
    part(page, "values").find_element(By.CSS_SELECTOR, "summary").click()
    # It is filled when the browser says that it was opened, which is a little later.
    rows = "#explore-every tbody tr"
    wait = WebDriverWait(page, 10)
    assert len(wait.until(lambda browser: browser.find_elements(By.CSS_SELECTOR, rows))) == 16


def test_a_tap_on_a_telephone_tells_a_value(page):
    look(page, NARROW)
    choose(page, "bank.raroc", "difference")
    place = page.execute_script("""
        const mark = document.querySelectorAll("#explore-chart .diamond")[1];
        mark.scrollIntoView({ block: "center" });
        const box = mark.getBoundingClientRect();
        return [box.x + box.width / 2, box.y + box.height / 2]""")
    touch = [{"x": place[0], "y": place[1]}]
    for kind, points in (("touchStart", touch), ("touchEnd", [])):
        page.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    assert tip(page)[0] == "Consortium"
    inside = "const tip = document.querySelector('.explore-tip').getBoundingClientRect();"
    assert page.execute_script(f"{inside} return tip.left >= 0 && tip.right <= innerWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_it_fits_its_screen_in_both_schemes(page, run, tmp_path, size, scheme):
    look(page, size, scheme)
    visit(page, run)
    for subject, statistic in (
        ("bank.raroc", "spread"), ("bank.npl_ratio", "difference"), ("curve.survival", "level"),
    ):  # fmt: skip
        choose(page, subject, statistic)
        page.save_screenshot(str(tmp_path / f"{subject}.png"))
        script = "return [document.documentElement.scrollWidth, innerWidth]"
        assert page.execute_script(script) == [size[0], size[0]]
        paper, ink = page.execute_script("""
            const parts = (colour) => colour.match(/[0-9]+/g).slice(0, 3).map(Number);
            const light = (colour) => parts(colour).reduce((sum, part) => sum + part, 0);
            return [light(getComputedStyle(document.body).backgroundColor),
                    light(getComputedStyle(document.querySelector("#explore text")).fill)]""")
        assert (paper < ink) == (scheme == "dark")
        assert page.execute_script(OUTSIDE) == []


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("words", ["en", "zh"])
def test_every_choice_can_be_drawn_inside_its_figure(browser, tmp_path, size, words):
    with language(words):
        write_page(tmp_path)
    look(browser, size)
    visit(browser, tmp_path)
    seen = browser.execute_script(EVERY_CHOICE, OUTSIDE)
    assert len({heading for heading, _ in seen}) == len(seen) == 12 * 6 + 9 * 2
    assert [texts for _, texts in seen if texts] == []
    assert browser.execute_script("return document.documentElement.scrollWidth") == size[0]
    assert complaints(browser) == []


def test_an_axis_is_logarithmic_only_where_every_number_of_the_view_is_above_zero(
    browser, tmp_path
):
    """Values over decades, of which a single one is zero."""
    outcomes = synthetic.outcomes()
    tidy = outcomes.tidy.copy()
    own = tidy["outcome"] == "firm.founder_wealth"
    tidy.loc[own, "value"] = 10.0 ** (tidy.loc[own, "replication"] % 4)
    tidy.loc[own & (tidy["arrangement"] == "plain") & (tidy["replication"] == 0), "value"] = 0.0
    write_page(tmp_path, outcomes=dataclasses.replace(outcomes, tidy=tidy))
    look(browser)
    visit(browser, tmp_path)
    box = part(browser, "arrangements").find_element(By.CSS_SELECTOR, "input")
    seen = {}
    views = (("spread", False), ("mean", False), ("quantiles", False), ("spread", True))
    for statistic, is_changed in views:
        choose(browser, "firm.founder_wealth", statistic)
        if is_changed:
            box.click()  # takes out the one arrangement that has a zero
        is_log = "Logarithmic axis." in part(browser, "note").text
        ticks = browser.find_elements(By.CSS_SELECTOR, "#explore-chart .tick")
        seen[statistic, is_changed] = is_log
        assert len(ticks) > 2
        assert browser.find_elements(By.CSS_SELECTOR, '#explore-chart [cx="NaN"]') == []
    # Means lie within less than a decade; no quantile is zero.
    assert list(seen.values()) == [False, False, True, True]
    assert complaints(browser) == []


@pytest.mark.parametrize("end", ["", "difference;plain", "share;plain", "step;plain"])
def test_a_run_of_one_arrangement_offers_nothing_that_compares(browser, tmp_path, end):
    outcomes = synthetic.outcomes()
    tidy = outcomes.tidy[outcomes.tidy["arrangement"] == "plain"]
    write_page(
        tmp_path, outcomes=dataclasses.replace(outcomes, tidy=tidy, arrangements=("plain",))
    )
    look(browser)
    visit(browser, tmp_path, f"#explore=bank.npl_ratio;{end}" if end else "")
    name = "NPL ratio" if end else "RAROC"
    assert part(browser, "heading").text == f"{name}: Every replication"
    assert list(shown(browser).index) == ["Plain"]
    seen = browser.execute_script(EVERY_CHOICE, OUTSIDE)
    assert len({heading for heading, _ in seen}) == len(seen) == 12 * 3 + 9
    assert complaints(browser) == []


def test_the_script_writes_the_ids_that_the_page_has(browser, tmp_path):
    write_page(tmp_path, {"consortium": ODD})
    look(browser)
    visit(browser, tmp_path)
    choose(browser, "bank.raroc", "difference")
    script = """return [...document.querySelectorAll(arguments[0])].map(
        (cell) => [cell.dataset.cell, cell.textContent])"""
    own = browser.execute_script(script, "#explore-table [data-cell]")
    others = browser.execute_script(script, "#verdicts [data-cell]")
    odd = [(cell, text) for cell, text in (*own, *others) if "a%20b%2Bc" in cell]
    assert [pair for pair in odd if not agrees(pair[1], resolve(tmp_path, pair[0]))] == []
    ends = ("difference", "low+high")
    way = "comparison/bank.raroc/a%20b%2Bc%2F%25'(!)*~/"
    for found in (own, others):
        assert {f"{way}{end}" for end in ends} <= {cell for cell, _ in found}
    assert complaints(browser) == []


def test_paper_shows_the_view_and_no_controls(page):
    choose(page, "bank.npl_ratio", "difference")
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert part(page, "chart").is_displayed()
    assert part(page, "table").is_displayed()
    for css in (".explore-choice", ".explore-lead", ".explore-foot"):
        assert not page.find_element(By.CSS_SELECTOR, css).is_displayed()
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_without_scripts_the_page_says_so_and_the_rest_is_there(browser, run):
    look(browser)
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get("about:blank")
        browser.get(address(run))
        assert "needs JavaScript" in browser.find_element(By.CSS_SELECTOR, "#explore").text
        assert not browser.find_element(By.ID, "explorer").is_displayed()
        assert browser.find_element(By.CSS_SELECTOR, "#verdicts table").is_displayed()
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
        complaints(browser)


def test_a_script_that_is_not_the_known_one_does_not_run(browser, run, tmp_path):
    """The policy is what holds it back, so the tests above would see a breach."""
    text = (run / "report.html").read_text("utf-8")
    changed = text.replace("</main>", "<script>document.title = 'mine'</script></main>")
    changed = changed.replace("</main>", '<img src="https://example.org/x.png"></main>')
    (tmp_path / "report.html").write_text(changed, "utf-8")
    visit(browser, tmp_path)
    assert browser.title == "Made-up arrangements"
    said = " ".join(complaints(browser))
    assert "script-src" in said
    assert "img-src" in said


def test_names_that_look_like_markup_are_shown_as_they_are(browser, tmp_path):
    write_page(tmp_path, {"consortium": EVIL})
    look(browser)
    visit(browser, tmp_path)
    assert len(browser.find_elements(By.TAG_NAME, "script")) == 2
    assert browser.find_elements(By.TAG_NAME, "img") == []
    assert EVIL in list(shown(browser).index)
    part(browser, "arrangements").find_elements(By.CSS_SELECTOR, "input")[0].click()
    visit(browser, tmp_path, "#" + browser.current_url.split("#", 1)[1])
    assert len(shown(browser)) == 4
    assert complaints(browser) == []
