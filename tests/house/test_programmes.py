"""Every shipped arrangement has the clauses that its programme names, and no others unsaid."""

import re
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sim.model.contracts.arrangement import PLAIN, differing_clauses
from sim.scenario.scenario import Scenario, load_scenario
from sim.scenario.sources import ID

ROOT = Path(__file__).parents[2]
TABLE = tomllib.loads((Path(__file__).parent / "programmes.toml").read_text(encoding="utf-8"))
CONTRACTS, NEIGHBOURS = TABLE["contract"], TABLE["neighbour"]
FACTS = tomllib.loads((ROOT / "seeds" / "facts.toml").read_text(encoding="utf-8"))


def name_of(entry: dict[str, Any]) -> str:
    return f"{entry['file']}-{entry['arrangement']}"


@cache
def scenario(file: str) -> Scenario:
    return load_scenario(ROOT / "scenarios" / f"{file}.toml")


@pytest.mark.parametrize("entry", CONTRACTS, ids=name_of)
def test_a_contract_differs_from_plain_in_the_clauses_that_are_named(
    entry: dict[str, Any],
) -> None:
    named, ours = set(entry["named"]), set(entry.get("ours", {}))
    assert not named & ours
    arrangement = scenario(entry["file"]).arrangement[entry["arrangement"]]
    assert set(differing_clauses(PLAIN, arrangement)) == named | ours


@pytest.mark.parametrize("entry", NEIGHBOURS, ids=name_of)
def test_a_neighbour_differs_from_its_contract_in_the_clauses_in_question(
    entry: dict[str, Any],
) -> None:
    arrangements = scenario(entry["file"]).arrangement
    pair = (arrangements[entry["of"]], arrangements[entry["arrangement"]])
    assert set(differing_clauses(*pair)) == set(entry["without"])


def test_every_shipped_arrangement_is_a_contract_or_a_neighbour_once() -> None:
    written = {
        (file.stem, name)
        for file in sorted((ROOT / "scenarios").glob("*.toml"))
        for name in tomllib.loads(file.read_text(encoding="utf-8")).get("arrangement", {})
    }
    told = Counter((entry["file"], entry["arrangement"]) for entry in (*CONTRACTS, *NEIGHBOURS))
    assert set(told) == written
    assert set(told.values()) == {1}


def test_the_words_name_only_facts_that_exist() -> None:
    words = " ".join(" ".join(entry["named"].values()) for entry in CONTRACTS)
    named = set(re.findall(rf"\b{ID}\b", words))
    assert named
    assert named <= set(FACTS)
