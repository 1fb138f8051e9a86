"""The leaner clients say what botocore does."""

import json

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from benchmarks.botocore_tweaks.tweaks import Signer

BODY = json.dumps({"TableName": "Müller"}).encode()


@pytest.mark.parametrize("token", [None, "a-token"])
def test_the_signature_is_botocores_own(monkeypatch, token):
    credentials = Credentials("AKID", "secret", token)
    request = AWSRequest(
        method="POST",
        url="https://dynamodb.eu-west-1.amazonaws.com/",
        headers={"X-Amz-Target": "DynamoDB_20120810.GetItem", "Content-Type": "x"},
        data=BODY,
    )
    Signer(credentials, "dynamodb", "eu-west-1").add_auth(request)
    signed = dict(request.headers)

    theirs = botocore.auth.SigV4Auth(credentials, "dynamodb", "eu-west-1")
    again = AWSRequest(
        method="POST",
        url=request.url,
        headers={"X-Amz-Target": signed["X-Amz-Target"]},
        data=BODY,
    )
    again.headers["X-Amz-Date"] = signed["X-Amz-Date"]
    if token:
        again.headers["X-Amz-Security-Token"] = token
    again.context["timestamp"] = signed["X-Amz-Date"]
    text = theirs.string_to_sign(again, theirs.canonical_request(again))
    theirs._inject_signature_to_request(again, theirs.signature(text, again))

    assert signed["Authorization"] == again.headers["Authorization"]
    assert signed.get("X-Amz-Security-Token") == token
