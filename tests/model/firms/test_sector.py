"""Sectors: what a sector names replaces the common value, and nothing else does."""

import pytest

from sim.base.parameter import Frozen, param
from sim.engine.world import firm_parameters
from sim.model.firms.sector import GROUPS, Sector, merged, optional
from tests.model.firms.hand import base

OVER = Sector.model_validate(
    {"share": 0.5, "project": {"project_capex": 0.9}, "lifecycle": {"regress_hazard": [0.0] * 4}}
)


def of(groups, name):
    """One parameter group of a merged sector."""
    return groups[list(GROUPS).index(name)]


def test_what_a_sector_names_replaces_the_common_value():
    groups = merged(base().firm_groups(), OVER)
    assert of(groups, "project")["project_capex"] == 0.9
    # Nothing is a value, too.
    assert of(groups, "lifecycle")["regress_hazard"] == (0.0,) * 4


def test_what_it_does_not_name_is_as_in_the_groups():
    groups = merged(base().firm_groups(), OVER)
    for name, group in base().firm_groups().items():
        for key, value in group.model_dump().items():
            if key not in {"project_capex", "regress_hazard"}:
                assert of(groups, name)[key] == value


def test_a_sector_without_overrides_is_the_common_economy():
    groups = merged(base().firm_groups(), Sector(share=1.0))
    assert groups == [group.model_dump() for group in base().firm_groups().values()]


def test_a_sector_refuses_what_no_group_knows_and_what_is_out_of_range():
    for table in ({"project": {"capex": 0.9}}, {"project": {"project_wait": -1.0}}, {"macro": {}}):
        with pytest.raises(ValueError, match="validation error"):
            Sector.model_validate({"share": 0.5} | table)


def test_an_override_may_leave_out_anything():
    class Loan(Frozen):
        rate: float = param(unit="per year", meaning="interest", low=0.0)
        years: float = param(3.0, unit="years", meaning="length")

    override = optional(Loan)
    assert override().model_dump() == {"rate": None, "years": None}
    assert override(rate=0.04).model_dump() == {"rate": 0.04, "years": None}
    # The group itself still wants its rate.
    with pytest.raises(ValueError, match="rate"):
        Loan()


@pytest.mark.parametrize("name", base().sector)
def test_each_shipped_sector_has_a_row_of_parameters_in_its_own_place(name):
    rows = firm_parameters(base())
    row = rows[list(base().sector).index(name)]
    assert rows.shape == (len(base().sector),)
    sector = base().sector[name]
    for group in GROUPS:
        override = getattr(sector, group, None)
        given = {} if override is None else override.model_dump(exclude_none=True)
        for key, value in given.items():
            assert row[key].tolist() == (list(value) if isinstance(value, tuple) else value)
    assert row.growth_of_venture.tolist() == list(base().growth.growth_of_venture)
