"""When a bank withdraws a line.

At a review each lender of a running line looks again, as it would at a new loan, and stays
while the loan is worth having. Where lenders are not bound to each other, a withdrawal is a
bad signal to those that would have stayed: they look once more, and the commitment is reduced to
the share of those that go on. Where they have agreed to stand still, half of the shares must go
on, or the whole line ends.

References
----------
Bolton and Scharfstein (1996), Optimal debt structure and the number of creditors, Journal of
Political Economy 104(1).
"""

from typing import Any

from sim.model.banks.credit_decision import decide
from sim.model.banks.judgement import judge

MAJORITY = 0.5


def look_again(o: Any, a: Any, k: Any, u: Any, banks: Any, again: Any) -> None:
    """Lenders that are not bound to each other look again when one of them leaves a firm.

    Parameters
    ----------
    o : offer, decided
    a, k, u, banks
        As in `sim.model.banks.offer.make_offer`.
    again : offer
        Scratch.
    """
    leaves = False
    stays = False
    for j in range(o.lenders):
        if o.part[j] > 0.0:
            leaves = leaves or o.accepts[j] == 0
            stays = stays or o.accepts[j] == 1
    if not (leaves and stays):
        return
    again.lenders = o.lenders
    for j in range(o.lenders):
        again.lender[j] = o.lender[j]
        again.part[j] = o.part[j]
    a.stigma += u.stigma
    judge(again, a, k, u, banks)
    a.stigma -= u.stigma
    decide(again, a, k, u, banks)
    for j in range(o.lenders):
        o.accepts[j] = o.accepts[j] & again.accepts[j]


def retained_at_review(o: Any, a: Any, k: Any, u: Any, banks: Any, again: Any) -> float:
    """The share of a running line that its lenders keep, 1 where nobody leaves.

    Parameters as in `look_again`; the offer is scratch, too.
    """
    o.lenders = a.lenders
    for j in range(a.lenders):
        o.lender[j] = a.lender[j]
        o.share[j] = a.share[j]
        o.part[j] = a.limit * a.share[j]
    judge(o, a, k, u, banks)
    decide(o, a, k, u, banks)
    if k.stands_still == 0:
        look_again(o, a, k, u, banks, again)
    retained = 0.0
    leaves = False
    for j in range(o.lenders):
        if o.accepts[j] == 1:
            retained += o.share[j]
        elif o.share[j] > 0.0:
            leaves = True
    if k.stands_still == 1:
        return 1.0 if retained >= MAJORITY else 0.0
    # Shares that sum to one but for a rounding error reduce nothing where nobody leaves.
    return retained if leaves else 1.0
