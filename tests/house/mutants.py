"""Faults put into a rule on purpose: its source is read and one posting in it changed."""

import ast
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from types import CodeType
from typing import Any

FAULTS: dict[str, str] = {
    "sign": "-({value})", "factor": "0.5 * ({value})", "missing": "0.0 * ({value})",
    "elsewhere": "{value}",
}  # fmt: skip
"""What becomes of the value posted; elsewhere it is whole, and stands on another account."""


@dataclass(frozen=True)
class Posting:
    """One place where a rule posts.

    Parameters
    ----------
    rule : function
    target : str
        What is assigned or added to, as written, with ``=`` or ``+=`` where both are;
        ``return``, or the key of a table.
    found : str
        What finds a wrong amount.
    elsewhere : str
        Another target that the rule could mistake it for; empty where there is none.
    found_there : str
        What finds that.
    """

    rule: Callable[..., Any]
    target: str
    found: str
    elsewhere: str = ""
    found_there: str = ""

    @property
    def faults(self) -> tuple[str, ...]:
        """The faults that this posting can have."""
        return tuple(FAULTS) if self.elsewhere else tuple(FAULTS)[:-1]

    def code(self, fault: str) -> CodeType:
        """The rule's code with a fault in this posting."""
        tree = ast.parse(text_of(self.rule))
        changed = [self._change(node, fault) for node in ast.walk(tree)]
        assert sum(changed) == 1, f"{self.target} is posted {sum(changed)} times in {self.rule}"
        return _compiled(tree, self.rule)

    def _change(self, node: ast.AST, fault: str) -> bool:
        """Put the fault into a node if it is the posting; says whether it was."""
        if isinstance(node, ast.Dict):
            keys = [ast.unparse(key) if key else "" for key in node.keys]
            if self.target not in keys:
                return False
            place = keys.index(self.target)
            node.values[place] = _faulty(node.values[place], fault)
            return True
        if isinstance(node, ast.Return) and node.value and self.target == "return":
            node.value = _faulty(node.value, fault)
            return True
        if not isinstance(node, ast.Assign | ast.AugAssign):
            return False
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        sign = "=" if isinstance(node, ast.Assign) else "+="
        if self.target not in (ast.unparse(target), f"{ast.unparse(target)} {sign}"):
            return False
        node.value = _faulty(node.value, fault)
        if fault == "elsewhere":
            other = ast.parse(f"{self.elsewhere} = 0").body[0]
            assert isinstance(other, ast.Assign)
            if isinstance(node, ast.Assign):
                node.targets = other.targets
            else:
                node.target = other.targets[0]  # type: ignore[assignment]
        return True


def beginning(rule: Callable[..., Any], statement: str) -> CodeType:
    """The code of a rule with a statement before all others."""
    tree = ast.parse(text_of(rule))
    (function,) = tree.body
    assert isinstance(function, ast.FunctionDef)
    function.body[:0] = ast.parse(statement).body
    return _compiled(tree, rule)


def _compiled(tree: ast.Module, rule: Callable[..., Any]) -> CodeType:
    """The code of a rule from its changed syntax."""
    names: dict[str, Any] = {}
    whole = compile(ast.fix_missing_locations(tree), inspect.getfile(rule), "exec")
    exec(whole, rule.__globals__, names)
    code: CodeType = names[rule.__name__].__code__
    return code


def text_of(rule: Callable[..., Any]) -> str:
    """The source of a rule; one that is written out from a declaration says it itself."""
    if rule.__doc__ and rule.__doc__.startswith("def "):
        return rule.__doc__
    return textwrap.dedent(inspect.getsource(rule))


def _faulty(value: ast.expr, fault: str) -> ast.expr:
    """The value with a fault."""
    return ast.parse(FAULTS[fault].format(value=ast.unparse(value)), mode="eval").body
