"""What a replication leaves of its banks and of its events, as tables."""

from sim.experiment.simulate import bank_frame, event_frame, freeze, worlds
from tests.experiment.small import tiny


def test_a_bank_frame_reads_its_panel_date_by_date():
    (w,) = worlds(tiny(experiment__arrangements=("plain",)), 0)
    history = freeze(w)
    frame = bank_frame(history)
    for bank, name in enumerate(history.facts["banks"]):
        rows = frame[frame["bank"] == name]
        assert rows["loans"].tolist() == history.bank("loans")[:, bank].tolist()
        assert rows["year"].tolist() == history.dates.tolist()


def test_without_a_log_there_are_no_events():
    (w,) = worlds(tiny(experiment__arrangements=("plain",), population__firms=5), 0)
    assert len(event_frame(w)) == 0
    assert list(event_frame(w).columns) == ["date", "firm", "event", "value"]
