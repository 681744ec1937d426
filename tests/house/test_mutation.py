"""Tests that cannot sleep: a fault put into any part of the program is found beside it."""

import re
from collections import Counter

import pytest

from tests.house import mutation
from tests.house.mutation import AREAS, IDENTITIES, ROOT, Mutant

ALL, DRAWN = mutation.mutants(), mutation.drawn()
FEWEST, FEWEST_OF_A_PART = 60, 5


def test_there_are_mutants_of_every_part() -> None:
    found = Counter(
        area for one in ALL for area, folders in AREAS.items() if one.file.startswith(folders)
    )
    assert found.total() == len(ALL) == len({one.name for one in ALL}) >= FEWEST
    assert min(found[area] for area in AREAS) >= FEWEST_OF_A_PART


def test_each_changes_what_stands_once_in_its_file() -> None:
    for one in ALL:
        before, after = one.texts()
        assert before != after, one.name


def test_what_found_each_stands_in_its_folder_or_with_money_and_identity() -> None:
    for one in ALL:
        file, _, name = one.test.partition("::")
        assert file.startswith((f"{one.folder}/", *IDENTITIES)), one.name
        text = (ROOT / file).read_text(encoding="utf-8")
        assert re.search(rf"^def {re.escape(name)}\(", text, re.MULTILINE), one.name


def test_the_log_tells_of_each_and_that_it_was_killed() -> None:
    text = mutation.LOG.read_text(encoding="utf-8")
    assert text.startswith(f"{len(ALL)} mutants, {len(ALL)} killed")
    for one in ALL:
        assert f"\n{one.file}: {one.name}: {one.test.partition('::')[0]}::" in text


@pytest.mark.full
def test_each_changes_one_function() -> None:
    for one in ALL:
        assert len(one.changed()) == 1, one.name


@pytest.mark.full
def test_what_finds_a_mutant_passes_without_it() -> None:
    assert mutation.failing(None, sorted({one.test for one in DRAWN})) == []


@pytest.mark.full
@pytest.mark.parametrize("mutant", DRAWN, ids=lambda one: one.name)
def test_a_tenth_of_the_mutants_is_killed(mutant: Mutant) -> None:
    assert mutation.verdict(mutant).test


@pytest.mark.slow
def test_all_mutants_are_killed() -> None:
    found = mutation.try_all(ALL, lambda _: None)
    assert [name for name, verdict in found.items() if not verdict.test] == []
