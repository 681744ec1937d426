"""What a whole run costs over the lives of its firms, at the sizes that people use."""

from tests.benchmark.measured import Found, Measured, in_turn
from tests.benchmark.plan import Plan
from tests.benchmark.worlds import kernel_cost, opening, scenario_of, whole_cost


def measure(plan: Plan) -> Found:
    """Nanoseconds per live firm-quarter under plain lending, and the ratio, by firms."""
    kernel, whole, ratio = {}, {}, {}
    for firms in plan.sizes:
        w = opening(scenario_of(firms))
        jobs = {"kernel": lambda w=w: kernel_cost(w), "whole": lambda w=w: whole_cost(w)}
        taken = in_turn(jobs, plan.repeats)
        kernel[str(firms)] = Measured.of(taken["kernel"])
        whole[str(firms)] = Measured.of(taken["whole"])
        ratio[str(firms)] = Measured.of(taken["whole"] / taken["kernel"])
    return {"kernel_ns": kernel, "whole_ns": whole, "whole_over_kernel": ratio}
