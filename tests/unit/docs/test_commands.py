"""Each command of the operator's pages is run by a test, or is shown with what it prints.

sh         typed at a deployed stack; tests/stack/test_pages.py runs all of these, in their order
text       what the block before it prints, compared there
bash       needs no stack; run by the test that is named below
console    needs AWS itself; shown with what it prints
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PAGES = ("deploying.md", "operating.md")
BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
# The command of a bash block, and where it is run.
RUN_BY = {
    "make e2e": ".ci/run",
    'make operate DO="show AGENT_ID" STACK= ENGINE=': "tests/unit/docs/test_operating.py",
}
# Logs Insights has a language of its own.
NO_COMMAND = ("filter request_id",)


def blocks(page: str) -> list[tuple[str, str]]:
    return BLOCK.findall((ROOT / "docs" / page).read_text("utf-8"))


@pytest.mark.parametrize("page", PAGES)
def test_every_block_says_how_it_is_checked(page: str):
    for language, text in blocks(page):
        known = language in ("sh", "text", "bash", "console")
        assert known or text.strip().startswith(NO_COMMAND), text


@pytest.mark.parametrize("page", PAGES)
def test_a_command_without_a_stack_is_run_by_the_test_that_is_named(page: str):
    for text in (text for language, text in blocks(page) if language == "bash"):
        (test,) = (test for start, test in RUN_BY.items() if text.startswith(start))
        assert (ROOT / test).is_file()
        assert text.split()[1] in (ROOT / test).read_text("utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_a_command_that_needs_aws_is_shown_with_what_it_prints(page: str):
    for text in (text for language, text in blocks(page) if language == "console"):
        assert text.startswith("$ ")
        lines = re.sub(r"\\\n", "", text).splitlines()
        assert not lines[-1].startswith("$ "), f"it does not say what it prints: {text}"


@pytest.mark.parametrize("page", PAGES)
def test_what_is_printed_follows_its_command(page: str):
    languages = [language for language, _ in blocks(page)]
    for before, language in zip(["", *languages], languages, strict=False):
        assert language != "text" or before == "sh"
