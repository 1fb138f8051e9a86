"""Which tests share a process."""

from pathlib import Path

from tests.workers import TOGETHER, together

ROOT = Path(__file__).parents[2]


def test_the_tests_of_one_server_share_a_process_and_all_others_do_so_by_file():
    files = [str(path.relative_to(ROOT)) for path in (ROOT / "tests").rglob("test_*.py")]

    moved = {file for file in files if together(file) != file}

    assert moved == {file for file in files if file.startswith("tests/e2e/")}
    assert len(moved) > 1
    assert {together(file) for file in moved} == {TOGETHER}
