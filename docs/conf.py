"""How Sphinx builds the site: pages of the repository, the walk, and a page for each floor.

The root of the repository is the source, so that README and the others are pages as they stand
and their links lead where they say. Run by `bash .ci/docs`.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from docutils.nodes import Element
from sphinx.addnodes import desc_annotation
from sphinx.application import Sphinx

DOCS = Path(__file__).parent
ROOT = DOCS.parent
FLOORS = DOCS / "floors"
CONTENTS = DOCS / "contents.md"
LONGEST_VALUE = 60
"""Letters that a constant may have and still be shown with its value."""
sys.path.insert(0, str(ROOT))

from sim.base.version import VERSION  # noqa: E402 -- the checkout's own, found from here
from sim.report.vocabulary import write_vocabulary  # noqa: E402

project = "crosscycle"
version = release = VERSION
extensions = ["sphinx.ext.autodoc", "numpydoc", "sphinx.ext.viewcode", "myst_parser"]
root_doc = "README"
include_patterns = ["*.md", "seeds/*.md", "scenarios/*.md", "docs/*.md", "docs/floors/*.rst"]
exclude_patterns = [".*", "**/.*", "build", "runs", CONTENTS.relative_to(ROOT).as_posix()]

# What docstrings put between backticks is code.
default_role = "literal"
autodoc_default_options = {"members": True, "member-order": "bysource"}
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
add_module_names = False
toc_object_entries_show_parents = "hide"
myst_heading_anchors = 4

numpydoc_show_class_members = False

html_theme = "furo"
html_title = f"crosscycle {VERSION}"
html_copy_source = False
html_show_copyright = False


def modules(folder: Path) -> Iterator[str]:
    """Public modules of a folder, itself first."""
    package = ".".join(folder.relative_to(ROOT).parts)
    yield package
    yield from (f"{package}.{f.stem}" for f in sorted(folder.glob("[!_]*.py")))


def page(folder: Path) -> str:
    """The page of a floor: what its folder says, and then every module."""
    package, *rest = modules(folder)
    place = "/".join(folder.relative_to(ROOT).parts)
    parts = [place, "=" * len(place), f".. automodule:: {package}", "   :no-members:", ""]
    for module in rest:
        name = module.rpartition(".")[2]
        parts += [name, "-" * len(name), f".. automodule:: {module}", ""]
    return "\n".join(parts)


def write_floors(_: Sphinx) -> None:
    """Write a page for every folder of the program, and remove those of folders that went."""
    FLOORS.mkdir(exist_ok=True)
    folders = [file.parent for file in (ROOT / "sim").rglob("__init__.py")]
    pages = {".".join(one.relative_to(ROOT).parts): page(one) for one in folders}
    for old in FLOORS.glob("*.rst"):
        if old.stem not in pages:
            old.unlink()
    for name, text in pages.items():
        (FLOORS / f"{name}.rst").write_text(text, encoding="utf-8")


def is_foreign(_: Sphinx, what: str, name: str, found: object, skipped: bool, __: object) -> bool:
    """Whether a member is left out: libraries put into classes what is not ours to tell."""
    own = str(getattr(found, "__module__", None) or "sim").startswith("sim")
    return skipped or name == "model_config" or (callable(found) and not own)


def as_code(_: Sphinx, what: str, name: str, found: object, __: object, lines: list[str]) -> None:
    """Show a rule that is written out from a declaration as code: its docstring is its text."""
    if lines and lines[0].startswith("def "):
        lines[:] = [
            "Written out from the declaration of the fields::",
            "",
            *(f"    {one}" for one in lines),
        ]


def without_long_value(_: Sphinx, domain: str, kind: str, content: Element) -> None:
    """Leave out the value of a table: its docstring says what it is, its source has the rows."""
    for note in list(content.parent[0].findall(desc_annotation)):
        if note.astext().startswith(" = ") and len(note.astext()) > LONGEST_VALUE:
            note.parent.remove(note)


def with_contents(_: Sphinx, document: str, source: list[str]) -> None:
    """The README is the start page, and carries the list of all pages."""
    if document == root_doc:
        source[0] += "\n" + CONTENTS.read_text(encoding="utf-8")


def finish(app: Sphinx, failure: Exception | None) -> None:
    """Add the catalogue of every word, as the command `vocabulary` writes it, and the door."""
    if failure is None:
        out = Path(app.outdir)
        write_vocabulary(out / "vocabulary.html")
        (out / "index.html").write_bytes((out / f"{root_doc}.html").read_bytes())


def setup(app: Sphinx) -> None:
    """Register what happens when."""
    app.connect("builder-inited", write_floors)
    app.connect("autodoc-skip-member", is_foreign)
    app.connect("autodoc-process-docstring", as_code)
    app.connect("object-description-transform", without_long_value)
    app.connect("source-read", with_contents)
    app.connect("build-finished", finish)
