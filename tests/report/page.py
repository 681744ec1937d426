"""A page as tests read it: its elements, its text, its scripts, and the tree of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "br", "img", "link", "input", "hr", "wbr"}


@dataclass
class Node:
    """An element, its attributes, and what stands in it in order."""

    tag: str
    attributes: dict[str, str]
    parts: list["Node | str"] = field(default_factory=list)

    def walk(self) -> Iterator["Node"]:
        """This element and all in it, in reading order."""
        yield self
        for part in self.parts:
            if isinstance(part, Node):
                yield from part.walk()

    @property
    def text(self) -> str:
        """All text in it, with single spaces."""
        parts = (part if isinstance(part, str) else part.text for part in self.parts)
        return " ".join("".join(parts).split())


class Page(HTMLParser):
    """A page: a list of elements with attributes, the text, scripts, and a tree."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text: list[str] = []
        self.scripts: list[tuple[dict[str, str], str]] = []
        self.root = Node("", {})
        self.stack: list[Node] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = self._add(tag, attrs)
        if tag not in VOID:
            self.stack.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._add(tag, attrs)

    def _add(self, tag: str, attrs: list[tuple[str, str | None]]) -> Node:
        node = Node(tag, {key: value or "" for key, value in attrs})
        self.elements.append((tag, node.attributes))
        (self.stack[-1] if self.stack else self.root).parts.append(node)
        return node

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop().tag == tag

    def handle_data(self, data: str) -> None:
        if not self.stack:
            return
        self.stack[-1].parts.append(data)
        if self.stack[-1].tag == "script":
            self.scripts.append((self.stack[-1].attributes, data))
        elif not any(node.tag in ("style", "svg") for node in self.stack):
            self.text.append(data)

    def attributes(self, name: str) -> list[str]:
        return [attributes[name] for _, attributes in self.elements if name in attributes]

    def numbers(self) -> list[tuple[str, str, float]]:
        """Every id of a cell, the text that is shown of it, and what it was divided by."""
        return [
            (
                node.attributes["data-cell"],
                node.text,
                float(node.attributes.get("data-divisor", "1")),
            )
            for node in self.root.walk()
            if "data-cell" in node.attributes
        ]

    def cited(self) -> list[tuple[str, str]]:
        """Every id of a cell, with the text that is shown of it."""
        return [
            (node.attributes["data-cell"], node.text)
            for node in self.root.walk()
            if "data-cell" in node.attributes
        ]
