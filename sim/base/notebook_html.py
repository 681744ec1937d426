"""How an object shows itself in a notebook: a title and a few lines of name and value."""

from collections.abc import Iterable
from html import escape


def facts_html(title: str, rows: Iterable[tuple[str, object]]) -> str:
    """Write a title and lines of name and value as HTML; every text is escaped.

    >>> facts_html("a < b", [("seed", 7)])
    '<p><b>a &lt; b</b></p><table><tr><th>seed</th><td>7</td></tr></table>'
    """
    lines = "".join(
        f"<tr><th>{escape(name)}</th><td>{escape(str(value))}</td></tr>" for name, value in rows
    )
    return f"<p><b>{escape(title)}</b></p><table>{lines}</table>"
