"""The documentation site: nothing public is missing, its code runs, it builds without warning."""

import ast
import re
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sim.analysis.compare import Comparison
from sim.outcomes.mark import registry
from sim.scenario.parameters import parameters
from sim.scenario.scenario import Scenario
from tests.house.test_floors import files
from tests.house.test_readme import TINY

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def public() -> Iterator[str]:
    """Modules of the program, and the functions and classes that they define for others."""
    for file in files():
        if not Path(file.place).stem.startswith("_") or file.place.endswith("__init__.py"):
            yield file.module
        if Path(file.place).stem.startswith("_"):
            continue
        for node in file.tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                yield f"{file.module}.{node.name}"


def inventory(site: Path) -> set[str]:
    """Names of all objects of Python that a built site tells about."""
    packed = (site / "objects.inv").read_bytes().split(b"\n", 4)[4]
    lines = zlib.decompress(packed).decode().splitlines()
    return {line.split()[0] for line in lines if line.split()[1].startswith("py:")}


def test_every_folder_of_the_program_has_its_page_in_the_contents() -> None:
    folders = {file.module for file in files() if file.place.endswith("__init__.py")}
    listed = re.findall(r"^docs/floors/(\S+)$", (DOCS / "contents.md").read_text(), re.MULTILINE)
    assert sorted(listed) == sorted(folders)


def test_the_walk_runs_as_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    text = (DOCS / "walk.md").read_text(encoding="utf-8")
    code = "".join(re.findall(r"^```python\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL))
    small, count = re.subn(r'"experiment\.replications": .*(?=}\))', TINY, code)
    assert count == 1
    monkeypatch.chdir(ROOT)
    names: dict[str, Any] = {}
    exec(small, names)
    assert isinstance(names["comparison"], Comparison)


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.stem)
def test_pages_name_outcomes_and_keys_that_there_are(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:bank|firm|system|cycle)\.\w+)`", text))
    keys = set(re.findall(r"`((?:hold_or_call|experiment|relationship|capital)\.\w+)`", text))
    known = {".".join(map(str, one.path)) for one in parameters(Scenario)}
    assert named <= set(registry())
    assert keys <= known


@pytest.mark.slow
def test_the_site_builds_without_a_warning_tells_all_and_asks_for_nothing(tmp_path: Path) -> None:
    pytest.importorskip("sphinx")
    built = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-c", "docs", "-d",
         str(tmp_path / "read"), ".", str(tmp_path / "site")],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (built.returncode, built.stderr) == (0, "")
    site = tmp_path / "site"
    assert set(public()) - inventory(site) == set()
    pages = [page.relative_to(site).as_posix() for page in site.rglob("*.html")]
    assert {"index.html", "vocabulary.html", "docs/walk.html", "seeds/README.html"} <= set(pages)
    asked = r'<(?:script|img|link|iframe)[^>]*(?:src|href)="(?:https?:)?//[^"]*"'
    for page in pages:
        assert re.findall(asked, (site / page).read_text(encoding="utf-8")) == [], page
