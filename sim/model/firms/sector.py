"""Sectors: what differs between software, drugs, heavy equipment and chips.

A sector is a set of overrides of the parameter groups of firms, and its share of entrants.
Whatever a sector does not name is as in the groups themselves.
"""

from typing import Annotated, Any

from pydantic import Field, create_model

from sim.base.parameter import Frozen, Share, param
from sim.model.firms.cash import Cash
from sim.model.firms.credit_line import CreditLine
from sim.model.firms.equity import Equity
from sim.model.firms.growth import Growth
from sim.model.firms.lifecycle import Lifecycle
from sim.model.firms.operations import Operations
from sim.model.firms.population import Population
from sim.model.firms.project import Project
from sim.model.firms.register import Register
from sim.model.firms.relationship import Relationship
from sim.model.firms.right import Right
from sim.model.firms.workout import Workout

GROUPS: dict[str, type[Frozen]] = {
    "population": Population,
    "lifecycle": Lifecycle,
    "growth": Growth,
    "operations": Operations,
    "equity": Equity,
    "project": Project,
    "sme_register": Register,
    "cash": Cash,
    "credit_line": CreditLine,
    "relationship": Relationship,
    "right": Right,
    "workout": Workout,
}
"""The parameter groups that the compiled rules read, by scenario table."""


def optional(group: type[Frozen]) -> type[Frozen]:
    """A copy of a parameter group in which every value may be left out."""
    fields: dict[str, Any] = {
        name: (_or_none(field), _without_default(field))
        for name, field in group.model_fields.items()
        if field.annotation is not None
    }
    return create_model(f"{group.__name__}Override", __base__=Frozen, **fields)


def _or_none(field: Any) -> Any:
    optional_type = field.annotation | None
    return Annotated[optional_type, *field.metadata] if field.metadata else optional_type


def _without_default(field: Any) -> Any:
    return Field(None, description=field.description, json_schema_extra=field.json_schema_extra)


LifecycleOverride = optional(Lifecycle)
GrowthOverride = optional(Growth)
OperationsOverride = optional(Operations)
EquityOverride = optional(Equity)
ProjectOverride = optional(Project)
RegisterOverride = optional(Register)
CashOverride = optional(Cash)
CreditLineOverride = optional(CreditLine)
RelationshipOverride = optional(Relationship)
WorkoutOverride = optional(Workout)
PopulationOverride = optional(Population)

OWN = "what the sector has of its own"


class Sector(Frozen):
    """One sector: its share of entrants and what is different about it."""

    share: Share = param(unit="share", meaning="entrants that belong to the sector")
    population: PopulationOverride | None = param(None, unit="", meaning=OWN)  # type: ignore[valid-type]
    lifecycle: LifecycleOverride | None = param(None, unit="", meaning=OWN)  # type: ignore[valid-type]
    growth: GrowthOverride | None = param(None, unit="", meaning=OWN)  # type: ignore[valid-type]
    operations: OperationsOverride | None = param(None, unit="", meaning=OWN)  # type: ignore[valid-type]
    equity: EquityOverride | None = param(None, unit="", meaning=OWN)  # type: ignore[valid-type]
    project: ProjectOverride | None = param(None, unit="", meaning=OWN)  # type: ignore[valid-type]
    sme_register: RegisterOverride | None = param(None, unit="", meaning=OWN)  # type: ignore[valid-type]
    cash: CashOverride | None = param(None, unit="", meaning=OWN)  # type: ignore[valid-type]
    credit_line: CreditLineOverride | None = param(None, unit="", meaning=OWN)  # type: ignore[valid-type]
    relationship: RelationshipOverride | None = param(None, unit="", meaning=OWN)  # type: ignore[valid-type]
    workout: WorkoutOverride | None = param(None, unit="", meaning=OWN)  # type: ignore[valid-type]


def merged(base: dict[str, Frozen], sector: Sector) -> list[dict[str, Any]]:
    """The parameter groups of one sector, as dictionaries of numbers.

    Parameters
    ----------
    base : dict of group name -> parameter group
    sector : Sector

    Returns
    -------
    list of dict
        One for each group, in the order of `GROUPS`.
    """
    groups = []
    for name, group in base.items():
        values = group.model_dump()
        override = getattr(sector, name, None)
        if override is not None:
            given = override.model_dump()
            values.update({key: value for key, value in given.items() if value is not None})
        groups.append(values)
    return groups
