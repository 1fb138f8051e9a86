"""What is compared, and what a developer is told."""

import pytest

from tests.releases import comparison, verdict
from tests.releases.comparison import ABSENT, Difference
from tests.releases.differences import Wanted

RENAMED = Difference("GET /x", "/body/name", "Nova", ABSENT)


def test_answers_are_compared_by_place_and_to_the_byte():
    release = {"status": 200, "body": '{"all": [{"a": 1}, {"a": 2}]}'}
    checkout = {"status": 200, "body": '{"all": [{"a": 1}, {"b": 2}]}'}
    assert comparison.of_results("GET /x", release, checkout) == [
        Difference("GET /x", "/body/all/*/a", 2, ABSENT),
        Difference("GET /x", "/body/all/*/b", ABSENT, 2),
    ]
    spaced = {"status": 200, "body": '{"all":[{"a": 1}, {"a": 2}]}'}
    [difference] = comparison.of_results("GET /x", release, spaced)
    assert difference.pointer == "/body"


def test_this_code_may_store_more_than_the_release_but_not_less():
    key = ("AgentsTable", '[{"S": "nova"}]')
    release, checkout = {key: {"name": {"S": "Nova"}}}, {key: {"name": {"S": "Nova"}}}
    checkout[key]["title"] = {"S": "Dr"}
    checkout["AgentsTable", '[{"S": "boots"}]'] = {}
    assert comparison.of_stored(release, checkout) == []
    assert comparison.of_stored(checkout, release) != []


def test_a_difference_fails_and_says_what_to_do():
    with pytest.raises(pytest.fail.Exception) as failure:
        verdict.judge("1.0.0", [RENAMED, RENAMED], [])
    text = str(failure.value)
    assert text.count('GET /x /body/name: "Nova" in the release, (absent) in this code') == 1
    assert "in two releases" in text
    assert "docs/developing.md" in text


def test_a_wanted_difference_passes_and_is_stale_without_it():
    wanted = Wanted("GET /x", "/body/name", "It was never read.")
    verdict.judge("1.0.0", [RENAMED], [wanted])
    assert verdict.stale([RENAMED], [wanted]) == []
    assert verdict.stale([], [wanted]) == [wanted]
