"""The transcript in the documents is one that the verifier accepts."""

import json

from tools.openapi.examples import EXAMPLES
from tools.verify_transcript import problems


def test_the_example_is_verified_with_the_keys_of_the_other_example():
    (transcript,), (keys,) = (
        EXAMPLES[f"work_orders_{name}"] for name in ("read_transcript", "list_signing_keys")
    )
    assert list(problems(transcript.answer, keys.answer)) == []
    document = json.loads(transcript.answer["transcript"])
    assert [each["action"] for each in document["history"]] == ["create", "accept"]
