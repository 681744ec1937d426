"""How large each subject is, in full and in a minute."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """Sizes: numbers of firms, unless another thing is named.

    repeats, few_repeats: rounds of what is short, and of what is long.
    growth: firms where the growth of the cost in other numbers is measured, each at two values.
    is_compiled_aside: whether compiling goes on in its own process beside all else.
    """

    repeats: int
    few_repeats: int
    is_compiled_aside: bool
    sizes: tuple[int, ...]
    phases: int
    peers: int
    kernel_before: tuple[int, ...]
    replication_before: tuple[int, ...]
    study: int
    evaluations: int
    panel: int
    panel_replications: int
    growth_firms: tuple[int, int]
    growth: int
    growth_years: tuple[float, float]
    growth_replications: tuple[int, int]
    workers: int
    workers_replications: int
    memory: int


FULL = Plan(
    repeats=5, few_repeats=3, is_compiled_aside=False,
    sizes=(1_000, 2_000, 10_000, 89_000), phases=2_000, peers=2_000,
    kernel_before=(2_000, 10_000, 89_000), replication_before=(500, 2_000, 20_000),
    study=300, evaluations=90, panel=1_000, panel_replications=4,
    growth_firms=(2_000, 20_000), growth=1_000, growth_years=(15.0, 30.0),
    growth_replications=(2, 8), workers=2_000, workers_replications=16, memory=89_000,
)  # fmt: skip
QUICK = Plan(
    repeats=2, few_repeats=1, is_compiled_aside=True,
    sizes=(1_000, 2_000), phases=2_000, peers=2_000,
    kernel_before=(2_000,), replication_before=(500,),
    study=300, evaluations=18, panel=300, panel_replications=2,
    growth_firms=(100, 400), growth=100, growth_years=(3.0, 6.0),
    growth_replications=(1, 2), workers=200, workers_replications=4, memory=2_000,
)  # fmt: skip
