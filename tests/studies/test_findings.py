"""What a study found goes to files and comes back as it was."""

from pathlib import Path

import pandas as pd
import pytest

from sim.studies.findings import Findings, read_study, write_files


def example() -> Findings:
    table = pd.DataFrame({"clause": ["tenor", "none"], "part": [0.25, -1.5]})
    return Findings(
        "example", "An example", ("One.", "Two."), {"parts": table}, {"parts": "Parts"}
    )


def test_findings_are_read_back_as_they_were_written(tmp_path: Path) -> None:
    write_files(tmp_path, example(), {"seed": 7})
    study = read_study(tmp_path)
    pd.testing.assert_frame_equal(study.findings.frame(), example().frame())
    assert study.findings.sentences == ("One.", "Two.")
    assert study.about == {"seed": 7}


@pytest.mark.parametrize("key", ["a/b", "", ".."])
def test_a_key_that_is_no_file_name_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="letters, digits"):
        Findings(key, "", (), {}, {})


def test_a_caption_without_its_table_is_refused() -> None:
    with pytest.raises(ValueError, match="no table"):
        Findings("a", "", (), {}, {"x": "X"})
