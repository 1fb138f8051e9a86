"""What a role grants and nothing uses is found."""

from tests.rights import unused


def test_a_right_that_is_used_is_no_news():
    rights = {"DocsFunction": [], "StatsFunction": ["dynamodb:GetItem AgentsTable"]}
    assert unused(rights, {"StatsFunction": ["dynamodb:GetItem AgentsTable"]}) == []


def test_a_right_that_nothing_uses_is_named_with_its_function():
    rights = {"StatsFunction": ["dynamodb:GetItem AgentsTable", "dynamodb:Query T/index/i"]}
    assert unused(rights, {"StatsFunction": ["dynamodb:GetItem AgentsTable"]}) == [
        "StatsFunction is granted dynamodb:Query T/index/i, and no test has it use that"
    ]


def test_what_another_function_uses_does_not_count():
    rights = {"A": ["dynamodb:GetItem T"], "B": ["dynamodb:GetItem T"]}
    assert len(unused(rights, {"B": ["dynamodb:GetItem T"]})) == 1
