"""Whether a run begins where firms and loans have settled, by what its scenario says.

From an empty start the loans of small firms still grow by half over fifteen years after eighteen
years of history, and by less than a fiftieth after sixty: the rate at which old firms leave sets
the clock. Whether a run drifts is measured by `sim.studies.drift`.
"""

from typing import Any

from sim.base.language import tr

SETTLED_YEARS = 60.0
"""Years of history after which a run counts as settled."""
KEY = "experiment.settling_years"


def unsettled(scenario: Any) -> tuple[str, str]:
    """Give why a run drifts, and the cure; two empty words for one that has settled.

    >>> from types import SimpleNamespace
    >>> unsettled(SimpleNamespace(experiment=SimpleNamespace(settling_years=60.0)))
    ('', '')
    """
    years = scenario.experiment.settling_years
    if years >= SETTLED_YEARS:
        return "", ""
    said = {"years": f"{years:g}", "needed": f"{SETTLED_YEARS:g}"}
    return (
        tr(
            "the run drifts: firms and loans settle for {years} years before its history, not for"
            " {needed}, so that levels move over the horizon under any arrangement", **said,
        ),
        tr("give {needed} years and an entry_rate, or compare arrangements and no years", **said),
    )  # fmt: skip
