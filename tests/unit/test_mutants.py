"""The bugs that are planted before a release can still be planted."""

import ast

import pytest

from tests.mutants.__main__ import MUTANTS, ROOT
from tests.mutants.planted import LAYER, Mutant


def test_there_are_at_least_twenty():
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 20


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_its_place_is_there_once_and_its_tests_too(mutant: Mutant):
    text = (ROOT / LAYER / mutant.file).read_text(encoding="utf-8")
    assert text.count(mutant.old) == 1
    ast.parse(text.replace(mutant.old, mutant.new))
    paths = [each for each in mutant.tests if each.startswith("tests/")]
    assert paths
    assert all((ROOT / path).exists() for path in paths)
