"""Differences in credit loss on the page, part by part."""

import pytest

from sim.analysis.loss_parts import loss_parts
from sim.base.language import language
from sim.report.loss_table import loss_table
from sim.report.report import write_report
from tests.analysis.test_loss_parts import OTHER, PLAIN, outcomes
from tests.report.test_report import parts

THIRD = [(300.0, 0.01, 15.0, 6.0), (300.0, 0.01, 15.0, 6.5), (250.0, 0.01, 15.0, 6.2)]
FRAME = loss_parts(outcomes(plain=[*PLAIN, PLAIN[0]], special_line=THIRD, swap=[*OTHER, OTHER[0]]),
                   "plain")  # fmt: skip


def test_each_part_has_a_row_and_each_arrangement_a_column() -> None:
    shown = loss_table(FRAME)
    assert shown is not None
    assert (shown["unit"], shown["columns"]) == ("CNY million", ["Part", "Special line", "Swap"])
    assert [row[0].text for row in shown["rows"]] == [
        "Volume: years with a line", "Defaults per year with a line", "Exposure at default",
        "Loss given default, net of protection", "Credit loss, all together",
    ]  # fmt: skip
    whole = FRAME[(FRAME["arrangement"] == "swap") & (FRAME["part"] == "credit loss")].iloc[0]
    cell = shown["rows"][-1][2]
    # Two digits of the largest standard error on the page: whole millions.
    assert cell.text.startswith(f"+{whole['difference']:.0f} (")
    assert cell.cell == "loss_parts/swap/credit%20loss/difference+low+high"


def test_in_chinese_the_parts_have_chinese_names() -> None:
    with language("zh"):
        shown = loss_table(FRAME)
    assert shown is not None
    assert [row[0].text for row in shown["rows"]][:2] == ["规模：授信年数", "每授信年违约次数"]


def test_where_nothing_is_split_there_is_no_table() -> None:
    assert loss_table(FRAME.iloc[:0]) is None


@pytest.mark.full
def test_the_page_holds_the_table(tmp_path) -> None:
    path = write_report(tmp_path / "r.html", **parts(loss_parts=FRAME, drawings={}))
    text = path.read_text(encoding="utf-8")
    assert 'id="losses"' in text
    assert "Loss given default, net of protection" in text
    bare = write_report(tmp_path / "s.html", **parts(drawings={}))
    assert 'id="losses"' not in bare.read_text(encoding="utf-8")
