"""Texts with marks in them: escaped first, so that no text brings marks of its own."""

import re
from collections.abc import Mapping

from markupsafe import Markup, escape

from sim.scenario.facts import ID


def coded(text: str) -> Markup:
    """Set what stands between back quotes as code.

    Examples
    --------
    >>> str(coded("`cash` < 0"))
    '<code>cash</code> &lt; 0'
    """
    return Markup(re.sub(r"`+([^`]+)`+", r"<code>\1</code>", str(escape(text))))


def breakable(name: str) -> Markup:
    """Let a long name break after its dots and underscores.

    Examples
    --------
    >>> str(breakable("bank.npl_ratio"))
    'bank.<wbr>npl_<wbr>ratio'
    """
    return Markup(re.sub(r"([._])", r"\1<wbr>", str(escape(name))))


def linked(text: str, links: Mapping[str, str]) -> Markup:
    """Turn the ids of facts in a source into links, where there is a place to lead to.

    Examples
    --------
    >>> str(linked("see MK12", {"MK12": "#fact-MK12"}))
    'see <a href="#fact-MK12">MK12</a>'
    """

    def link(found: re.Match[str]) -> str:
        target = links.get(found[0])
        return f'<a href="{escape(target)}">{found[0]}</a>' if target else found[0]

    return Markup(re.sub(rf"\b{ID}\b", link, str(escape(text))))
