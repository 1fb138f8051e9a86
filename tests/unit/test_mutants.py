"""The bugs that are planted before a release can still be planted, and no condition lacks one."""

import ast
import re

import pytest

from tests.mutants.__main__ import MUTANTS, ROOT
from tests.mutants.mutant import LAYER, Mutant

# Conditions that hold whenever the others of their write do, so that no test could miss them.
IMPLIED = {
    # A deadline never changes. Who writes has compared it with the time that it writes.
    "IS_OVERDUE",
    # The worker changes only with the round, which is a condition too.
    "IS_OF_WORKER",
}


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


def conditions() -> dict[tuple[str, str], str]:
    """The conditions of the writes of work orders: their lines, by file and name."""
    found = {}
    paths = set((ROOT / LAYER / "work_orders").glob("*.py"))
    for path in paths - {ROOT / LAYER / "work_orders/indexes.py"}:  # It has filters of lists.
        text = path.read_text(encoding="utf-8")
        for line in re.findall(r"^(?:IS|HAS)_\w+ = .*", text, re.MULTILINE):
            found[f"work_orders/{path.name}", line.partition(" ")[0]] = line
    return found


def test_each_condition_of_a_write_of_an_order_has_a_bug():
    lacking = {
        name
        for (file, name), line in conditions().items()
        if not any(mutant.file == file and mutant.old in line for mutant in MUTANTS)
    }
    assert lacking == IMPLIED
