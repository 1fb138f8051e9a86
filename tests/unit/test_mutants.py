"""The bugs that are planted before a release can still be planted."""

import ast

import pytest

from tests.mutants.__main__ import MUTANTS, ROOT
from tests.mutants.mutant import LAYER, Mutant


def functions(path: str) -> set[str]:
    """The names of the functions in a file of tests."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}


def test_no_two_have_one_name_or_one_change():
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 20
    assert len({(mutant.file, mutant.old, mutant.new) for mutant in MUTANTS}) == len(MUTANTS)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_its_place_is_there_once_and_its_tests_too(mutant: Mutant):
    text = (ROOT / LAYER / mutant.file).read_text(encoding="utf-8")
    assert text.count(mutant.old) == 1
    ast.parse(text.replace(mutant.old, mutant.new))
    assert mutant.tests
    for test in mutant.tests:
        path, *names = test.partition("[")[0].split("::")
        assert (ROOT / path).exists()
        assert not names or names[0] in functions(path)
