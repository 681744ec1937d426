"""Make machine code of entry points only, each with every rule that it leads to once.

Left alone, Numba optimises each function and makes machine code of it, with copies of all that
it calls: what is ten calls deep is treated ten times, though nothing but an entry point is ever
called from Python. That was half of the time of compiling. Here what a rule calls is only noted;
an entry point brings all of it together and is optimised as a whole.

It relies on three things. Numba numbers what it compiles in a process, so that one name stands
for one code. What a function that a user compiles gets of a rule is the rule as Numba would give
it, to be linked in more than once (``linkonce_odr``). And of what an entry point holds, no name
but its own is seen outside (``private``). So neither ever runs a copy that the other made.
"""

import hashlib
from typing import Any

from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler
from numba.core.funcdesc import default_mangler


class Part(JITCodeLibrary):
    """Code of a rule that other rules call: no machine code of its own."""

    _with_all_beneath: Any = None

    def finalize(self) -> None:
        """Leave all to the entry points."""
        self._finalized = True

    def alone(self) -> Any:
        """The rule's own code, without what it calls."""
        return super()._get_module_for_linking()  # type: ignore[no-untyped-call]

    def _get_module_for_linking(self) -> Any:
        """The rule and all that it leads to, for functions that a user compiles with Numba."""
        if self._with_all_beneath is None:
            module = self.alone().clone()
            for library in _beneath(self):
                own = (
                    library.alone if isinstance(library, Part) else library._get_module_for_linking
                )
                module.link_in(own(), preserve=True)
            self._with_all_beneath = module
        return self._with_all_beneath

    def get_pointer_to_function(self, name: str) -> int:
        """Zero: there is no machine code to point to."""
        return 0

    @property
    def codegen(self) -> "Part":
        """What Numba tells of the surroundings of machine code is not told to it."""
        return self

    def set_env(self, name: str, env: Any) -> None:
        """Nothing runs that would need its surroundings."""


class Whole(JITCodeLibrary):
    """Code of an entry point and of every rule that it leads to."""

    def finalize(self) -> None:
        """Bring the parts together; then optimise, and make machine code."""
        others = []
        for library in _beneath(self):
            if isinstance(library, Part):
                self._reload_init.update(library._reload_init)
                self._final_module.link_in(library.alone(), preserve=True)
            else:
                others.append(library)
        self._linking_libraries = others
        super().finalize()  # type: ignore[no-untyped-call]

    def _optimize_final_module(self) -> None:
        """Optimise, knowing that nobody else calls the parts: then more of them dissolve.

        What is left of a part keeps its name, but may take other arguments and be called
        otherwise. It is private, so that machine code does not tell its name. Were it internal,
        the code of a user's function, which holds the part itself by that name, would be linked
        to what is left of it here: LLVM's linker of code in memory takes the first that it knows.
        """
        for function in self._final_module.functions:
            if function.linkage.name == "linkonce_odr":
                function.linkage = "private"
        super()._optimize_final_module()  # type: ignore[no-untyped-call]


def _beneath(first: Whole | Part) -> list[Any]:
    """All code that a rule leads to, once each; what Numba has made is whole itself."""
    found: list[Any] = list(dict.fromkeys(first._linking_libraries))
    for library in found:
        if isinstance(library, Part):
            called = dict.fromkeys(library._linking_libraries)
            found += [other for other in called if other not in found]
    return found


NOT_NEEDED = {
    "with_lifting", "inline_closure_likes", "make_function_op_code_to_jit_function",
    "Rewrite dynamic raises", "inline_inlinables", "find_literally", "literal_unroll",
    "LiteralPropagation", "dump_parfor_diagnostics",
}  # fmt: skip
"""Passes over what no rule has: contexts, functions within functions, parallel loops and such.
For each pass Numba spells out all types of a function, which takes longer than to find nothing."""


def short_name(name: str, types: Any, **more: Any) -> str:
    """Name a function as Numba does, but tell the types of its arguments by a digest.

    Spelled out, those of a desk take 37 kB, wherever a rule is named.
    """
    spelled = " ".join(map(str, types)).encode()
    head = default_mangler(name, (), **more)  # type: ignore[no-untyped-call]
    return f"{head}_{hashlib.sha256(spelled).hexdigest()[:32]}"


class RuleCompiler(Compiler):
    """Numba's compiler, for rules as parts and for entry points as wholes."""

    def define_pipelines(self) -> Any:
        """Choose where code goes, for what Python cannot call is a part, and which passes run."""
        state = self.state
        kind = Part if state.flags.no_cpython_wrapper else Whole
        state.library = kind(state.targetctx.codegen(), state.func_id.func_qualname)
        state.library.enable_object_caching()
        state.targetctx = state.targetctx.subtarget(mangler=short_name)
        pipelines = super().define_pipelines()  # type: ignore[no-untyped-call]
        for one in pipelines:
            one.passes = [step for step in one.passes if step[0].name() not in NOT_NEEDED]
        return pipelines
