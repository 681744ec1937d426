"""Figures as files: each rendered once, several processes side by side."""

import pickle
from collections.abc import Sequence
from concurrent.futures import Executor
from pathlib import Path

from sim.base.columns import write_csv
from sim.base.language import Language, current, language
from sim.experiment.simulate import local_pool, lost_workers
from sim.report.figures.gallery import Planned
from sim.report.figures.letters import has_glyphs
from sim.report.figures.style import Picture

PARTS = 3
"""Parts of each process's share: figures differ in what they cost, and each part carries all
data behind its figures."""


def draw_files(
    folder: Path,
    plans: Sequence[Planned],
    workers: int = 1,
    executor: Executor | None = None,
) -> dict[str, Picture]:
    """Write figures as SVG and PNG, and the numbers behind each as CSV, into a folder.

    A PNG needs a font with the letters of the language; without one it is drawn in English.
    Figures are drawn by so many processes of this machine or by an executor, with the same
    bytes; they are given by key, in the order of the plans.
    """
    if executor is None and (workers <= 1 or len(plans) <= 1):
        return _draw(folder, plans, current())
    count = min(PARTS * workers, len(plans))
    pool = executor or local_pool(min(workers, count))
    try:
        with lost_workers():
            # Packed here: what cannot be packed is an error at once. Found by the thread that
            # feeds the processes, it would leave them waiting at the end of the program.
            packed = [pickle.dumps(plans[first::count]) for first in range(count)]
            parts = [pool.submit(_draw_packed, folder, share, current()) for share in packed]
            found = {key: picture for part in parts for key, picture in part.result().items()}
    finally:
        if executor is None:
            pool.shutdown(wait=False, cancel_futures=True)
    return {plan.key: found[plan.key] for plan in plans}


def _draw_packed(folder: Path, plans: bytes, written: Language) -> dict[str, Picture]:
    """Draw figures that came from another process."""
    return _draw(folder, pickle.loads(plans), written)


def _draw(folder: Path, plans: Sequence[Planned], written: Language) -> dict[str, Picture]:
    """Draw figures one after another."""
    pictures = {}
    for plan in plans:
        with language(written):
            drawing = printed = plan.draw()
        if not has_glyphs(written):
            with language("en"):
                printed = plan.draw()
        picture = pictures[plan.key] = drawing.picture()
        (folder / f"{plan.key}.svg").write_text(picture.svg, encoding="utf-8")
        printed.savefig(folder / f"{plan.key}.png")
        write_csv(picture.data, folder / f"{plan.key}.csv")
    return pictures
