"""What the authorizer of a WebSocket API may answer."""

import pytest

from local.sockets.policy import BadPolicyError, context_of, is_allowed

ARN = "arn:aws:execute-api:us-east-1:123456789012:localsocket/live/$connect"
ALLOW = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": ARN}


def answer(*statements, **context):
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    return {"principalId": "p", "policyDocument": document, "context": context}


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([ALLOW], True),
        ([], False),
        ([ALLOW | {"Resource": "*", "Action": "*"}], True),
        ([ALLOW | {"Resource": ["x", ARN.replace("live", "*")]}], True),
        ([ALLOW | {"Action": ["execute-api:ManageConnections"]}], False),
        ([ALLOW | {"Resource": ARN.replace("live", "dev")}], False),
        ([ALLOW | {"Resource": ARN.replace("localsocket", "local?ocket")}], True),
        ([ALLOW, ALLOW | {"Effect": "Deny", "Resource": "*"}], False),
        ([ALLOW, ALLOW | {"Effect": "Deny", "Resource": "other"}], True),
    ],
)
def test_a_policy_allows_what_it_names_and_a_deny_wins(statements, expected):
    assert is_allowed(answer(*statements), ARN) is expected


def test_a_context_becomes_strings():
    assert context_of(answer(ALLOW, epoch=1, is_new=False, agent_id="nova", share=0.5)) == {
        "principalId": "p",
        "epoch": "1",
        "is_new": "false",
        "agent_id": "nova",
        "share": "0.5",
    }


@pytest.mark.parametrize(
    "bad",
    [
        None,
        {"isAuthorized": True},
        {"principalId": 1},
        answer(ALLOW) | {"context": "text"},
        answer(ALLOW, nested={}),
        answer(ALLOW, nothing=None),
    ],
)
def test_what_is_no_answer_is_refused(bad):
    with pytest.raises(BadPolicyError):
        context_of(bad)


def test_an_answer_without_a_policy_is_refused():
    with pytest.raises(BadPolicyError, match="policyDocument"):
        is_allowed({"principalId": "p"}, ARN)
