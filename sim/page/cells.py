"""Ids of numbers: every number on a page names the cell of the run's files that it shows.

An id is the file without its ending, then the way to the cell, parted by ``/``; letters that
have a meaning in an id are written as in addresses of the web, as ``encodeURIComponent`` of
a browser writes them. Columns joined by ``+`` are shown together, as the two ends of an
interval are; a ``+`` within a name is written ``%2B``.

==============================================  =========================================
id                                              cell
==============================================  =========================================
``comparison/OUTCOME/ARRANGEMENT/COLUMN``       of ``comparison.csv``
``summary/OUTCOME/ARRANGEMENT/COLUMN``          of ``summary.csv``
``explore/OUTCOME/ARRANGEMENT/COLUMN``          of ``explore.csv``
``by_bank/MEASURE/BANK/ARRANGEMENT/COLUMN``     of ``by_bank.csv``
``figures/KEY/ROW/COLUMN``                      of ``figures/KEY.csv``; rows count from 0
``studies/KEY/TABLE/ROW/COLUMN``                of ``studies/KEY/TABLE.csv``
``scenario/TABLE/.../KEY``                      a value of ``scenario.toml``, or a table
``manifest/KEY/...``                            a value of ``manifest.json``
==============================================  =========================================
"""

from urllib.parse import quote

from markupsafe import Markup

_PLAIN = "-_.!~*'()"


def cell_id(*way: object) -> str:
    """Give the id of a cell.

    Parameters
    ----------
    *way : object
        Parts of the way; columns that are shown together as a tuple.

    Examples
    --------
    >>> cell_id("comparison", "bank.raroc", "revenue_swap", ("low", "high"))
    'comparison/bank.raroc/revenue_swap/low+high'
    >>> cell_id("figures", "survival", 3, "a/b")
    'figures/survival/3/a%2Fb'
    """
    return "/".join(
        "+".join(map(_quoted, part)) if isinstance(part, tuple) else _quoted(part) for part in way
    )


def _quoted(part: object) -> str:
    """Write one name as ``encodeURIComponent`` does, so that script and program agree."""
    return quote(str(part), safe=_PLAIN)


def cited(text: object, *way: object) -> Markup:
    """Write a number with the id of its cell, for the middle of a sentence.

    Examples
    --------
    >>> str(cited("4,000", "scenario", "population", "firms"))
    '<span data-cell="scenario/population/firms">4,000</span>'
    """
    return Markup('<span data-cell="{}">{}</span>').format(cell_id(*way), text)
