"""What a replication leaves of its banks and of its events, as tables."""

import numpy as np
import pandas as pd

from sim.engine.world import World
from sim.firms.record import EVENT_NAMES, LOG
from sim.state.history import BANK_COLUMNS, History


def bank_frame(history: History) -> pd.DataFrame:
    """One row for each bank and settlement of the experiment."""
    rows = history.during(run_off=True)
    dates, panel = history.dates[rows], history.panel[rows]
    names = history.facts["banks"]
    frame = pd.DataFrame(panel.reshape(-1, len(BANK_COLUMNS)), columns=list(BANK_COLUMNS))
    frame.insert(0, "bank", np.tile(np.array(names), dates.size))
    frame.insert(1, "year", np.repeat(dates, len(names)))
    return frame


def event_frame(w: World) -> pd.DataFrame:
    """The event log, in order of firm and date."""
    rows = np.concatenate([LOG.empty(0), *w.events]) if w.events else LOG.empty(0)
    frame = LOG.frame(rows.view(np.recarray))
    frame["event"] = frame["event"].map(EVENT_NAMES)
    return frame.sort_values(["firm", "date"], kind="stable", ignore_index=True)
