"""What may stand at a place is read off the declared groups."""

from typing import Any

from sim.scenario.declared import kinds, legal_keys, locate, meaning, places_of
from tests.scenario.standin import Arrangement, Royalty, StandIn


def test_names_of_kinds_are_removed_from_paths() -> None:
    spot = locate(StandIn, ("arrangement", "swap", "upside", "royalty", "cap"))
    assert spot.path == ("arrangement", "swap", "upside", "cap")
    assert spot.annotation is float


def test_an_arrangement_may_have_the_name_of_a_kind() -> None:
    spot = locate(StandIn, ("arrangement", "royalty", "upside", "royalty", "cap"))
    assert spot.path == ("arrangement", "royalty", "upside", "cap")


def test_elements_of_lists_and_tables_are_followed() -> None:
    assert locate(StandIn, ("lifecycle", "revenue", 2)).annotation is float
    assert locate(StandIn, ("sources", "a.b")).annotation is str
    assert locate(StandIn, ("bank", "x", "nothing", "deeper")).annotation is Any


def test_kinds_and_their_keys_are_known() -> None:
    upside = Arrangement.model_fields["upside"].annotation
    assert list(kinds(upside)) == ["none", "subscription", "royalty"]
    assert legal_keys(upside, {"kind": "royalty"}) == ["kind", "revenue_share", "cap"]
    assert set(legal_keys(upside)) > {"coverage", "cap"}
    assert legal_keys(float) == []


def test_a_key_is_found_wherever_it_is_legal() -> None:
    assert places_of(StandIn, "seed") == ["experiment.seed"]
    assert places_of(StandIn, "cap") == ["arrangement.NAME.upside.cap"]


def test_meaning_is_told_with_its_unit() -> None:
    assert meaning(Royalty.model_fields["cap"]) == "when it ends (multiple)"
    assert meaning(Royalty.model_fields["kind"]) == ""
    assert meaning(None) == ""
