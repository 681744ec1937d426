import re

from tests.formulas.oracles import FILE, oracle_values


def test_every_oracle_is_used_by_a_test():
    prefixes = set()
    for path in FILE.parent.glob("test_*.py"):
        source = path.read_text(encoding="utf-8")
        prefixes.update(re.findall(r'cases\("([^"]+)"\)', source))
    unused = [name for name in oracle_values() if not name.startswith(tuple(prefixes))]
    assert unused == []
