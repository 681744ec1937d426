"""Words in the reader's language."""

import re
from string import Formatter

import pytest

from sim.base.language import LANGUAGES, current, language, tr, words

OTHERS = [name for name in LANGUAGES if name != "en"]
each = pytest.mark.parametrize("name", OTHERS)


def names_in(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_english_stands_as_it_is_written():
    assert current() == "en"
    assert tr("Plain") == "Plain"


def test_a_language_ends_with_its_context():
    with language("zh"):
        assert tr("Plain") == "普通贷款"
        with language("en"):
            assert tr("Plain") == "Plain"
        assert tr("Plain") == "普通贷款"
    assert tr("Plain") == "Plain"


def test_a_text_without_translation_stays_english():
    with language("zh"):
        assert tr("no such text: {n}", n=3) == "no such text: 3"


def test_braces_without_values_are_letters():
    assert tr("{x}") == "{x}"


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="one of en, zh; got 'fr'"), language("fr"):  # type: ignore[arg-type]
        pass


@each
def test_values_keep_their_names(name):
    for text, other in words(name).items():
        if re.search(r"\{\w+\}", text):
            assert names_in(text) == names_in(other), text


@each
def test_no_translation_is_empty(name):
    assert all(other.strip() for other in words(name).values())
