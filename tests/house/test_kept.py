"""Kept tables come from the program of today, or say that they do not."""

from pathlib import Path

import pytest

from sim.base.files import digest_of_file
from sim.experiment.identity import facts_digest, model_digest
from sim.studies.kept import numbers_state
from tests.house.net import FILE
from tests.house.refresh_kept import kept_files, of_today, state_of

CURE = "python -m tests.house.refresh_kept, or make the table anew"


def test_the_state_of_the_numbers_names_some_content_of_the_net() -> None:
    # The net may have gained outcomes since; its digest is then another one, the state is not.
    assert len(numbers_state()) == len(digest_of_file(FILE))


@pytest.mark.parametrize(
    "file", [*kept_files()], ids=lambda file: f"{file.parent.name}/{file.stem}"
)
def test_a_table_that_is_kept_is_of_today(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert state_of(text) == numbers_state(), CURE
    assert text == of_today(text), CURE


def test_only_digests_of_code_and_facts_are_written_anew() -> None:
    old = "# turns of a scenario\n# model_sha256: a\n# facts_sha256: b\n# numbers: c\nkey\n1\n"
    new = of_today(old)
    assert new.splitlines()[1] == f"# model_sha256: {model_digest()}"
    assert new.splitlines()[2] == f"# facts_sha256: {facts_digest()}"
    assert new.splitlines()[3:] == old.splitlines()[3:]
    assert (state_of(new), state_of("key\n")) == ("c", "")
