"""Tell the life of one firm under each arrangement, side by side."""

from typing import Annotated

import typer

from sim.command.options import Pair
from sim.command.study import Begun, study


@study("replications", "workers", "yes")
def story(
    now: Begun,
    firm: Annotated[int, typer.Argument(min=0, help="Number of the firm, from 0.")],
    arrangements: Pair = None,
    replication: Annotated[int, typer.Option(min=0, help="Which of the random histories.")] = 0,
) -> None:
    """Tell the life of one firm under each arrangement, or what makes the gap between two."""
    from sim.experiment.story import check_firm
    from sim.experiment.story import story as follow
    from sim.show.life import life
    from sim.study.story_gap import asked, findings_of, story_gap

    if arrangements:
        asked(now.scenario, firm, arrangements)
        now.start()
        gap = story_gap(now.scenario, firm, arrangements, replication)
        findings, told = gap.findings(), gap.story
    else:
        check_firm(now.scenario, firm)
        now.start()
        told = follow(now.scenario, firm, replication)
        findings = findings_of(told)
    # The colours are those that arrangements have in the whole scenario.
    names = tuple(dict.fromkeys([*now.scenario.experiment.arrangements, *told.events]))
    now.tell(findings, {"life": life(told, names)} if told.is_lived else None)
