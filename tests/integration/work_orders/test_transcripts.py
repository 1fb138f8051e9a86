"""A transcript tells what happened in an order, and a stranger to this project can verify it."""

import copy
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from local.in_process.functions import app
from tests.integration.cloud import Cloud
from tests.integration.work_orders.pools import award, bid_id, claim, join, pool_order
from tests.integration.work_orders.transcripts import (
    GROUP,
    HUGE,
    Answer,
    forged,
    keys_of,
    linked,
    rewritten,
    signing,
    transcript_of,
)
from tests.scale import Figure, scaled
from tools.verify_transcript import canonical, problems, sha256

VERIFIER = Path(__file__).parents[3] / "tools" / "verify_transcript.py"


@pytest.fixture
def module(pair: Cloud) -> ModuleType:
    return signing()


def completed(pair: Cloud, number: int = 0) -> str:
    order_id = pair.offer(
        "nova",
        "boots",
        requirements={"n": 0.1, "large": 10**20, "\U0001f600": 1, "\ufb33": [None, 1e16, number]},
        budget_usd=99.95,
        result_schema={"type": "object"} if number % 4 == 3 else None,
    )
    pair.move("boots", order_id, "accept", estimated_completion="2098-01-01T00:00:00Z")
    thread = pair.order("nova", order_id)["thread_id"]
    for n in range(number % 3):
        pair.send("nova", "boots", thread_id=thread, body=f"How far? {n}", metadata={"n": n})
    for n in range(max(0, number % 4 - 1)):
        pair.move("boots", order_id, "ask", question=f"Which of them, {n}?")
        pair.move("nova", order_id, "answer", answer=f"The first, {n}.")
    pair.move("boots", order_id, "complete", result_data={"n": 1e-7}, summary="x" * 2_000)
    return order_id


def test_a_transcript_has_the_order_its_history_and_its_messages(pair: Cloud, module: ModuleType):
    order_id = completed(pair, number=5)
    answer = transcript_of(pair, order_id, module)
    document, order = json.loads(answer["transcript"]), pair.order("nova", order_id)
    assert canonical(document) == answer["transcript"]
    assert document["format"] == "agent-messaging-transcript/1"
    assert document["history"] == order["history"]
    personal = {"relationship", "content_flags", "history"}
    assert document["order"].keys() == order.keys() - personal
    assert document["order"]["summary"] == order["summary"]
    assert list(document["contents"]) == ["1", "2", "3"]
    bodies = [each["body"] for each in document["messages"]]
    assert bodies == [
        "Fifty of them",
        "The worker accepted a work order.",
        "How far? 0",
        "How far? 1",
        "The worker completed a work order.",
    ]
    assert document["messages_omitted"] is False
    assert list(problems(answer, keys_of(module))) == []


def test_the_transcript_of_an_order_for_candidates_begins_with_its_claim_or_award(
    pair: Cloud, module: ModuleType
):
    join(pair, "ada", "ben")
    claimed = pool_order(pair, "nova")
    assert claim(pair, "ada", claimed).status == 200
    awarded = pool_order(pair, "nova", bids_by="2099-01-01T00:00:00Z")
    assert award(pair, awarded, bid_id(pair, "ben", awarded)).status == 200
    for order_id, sender, action in ((claimed, "ada", "accepted"), (awarded, "nova", "awarded")):
        order = pair.order("nova", order_id)
        pair.send("nova", order["worker"]["id"], thread_id=order["thread_id"], body="Hello")
        answer = transcript_of(pair, order_id, module)
        document = json.loads(answer["transcript"])
        first, second = document["messages"]
        assert (first["message_id"], first["from_agent"]["id"]) == (order["message_id"], sender)
        assert action in first["body"]
        assert second["body"] == "Hello"
        assert document["messages_omitted"] is False
        assert list(problems(answer, keys_of(module))) == []


def test_both_parties_get_the_same_text(pair: Cloud, module: ModuleType):
    order_id = completed(pair)
    texts = {
        transcript_of(pair, order_id, module, agent)["transcript"] for agent in ("nova", "boots")
    }
    assert len(texts) == 1


def test_without_a_key_nothing_is_signed_and_kms_is_not_called(pair: Cloud):
    answer = transcript_of(pair, completed(pair), app(GROUP))
    assert answer["signature"] is None
    assert keys_of(app(GROUP)) == {"keys": []}
    assert app(GROUP).signer._key is None
    assert list(problems(answer, {"keys": []})) == [
        "the transcript has no signature, so somebody may have computed its hashes again"
    ]


def test_reading_a_transcript_writes_nothing_about_the_order(pair: Cloud, module: ModuleType):
    order_id = pair.offer("nova", "boots", deadline_at="2099-01-01T00:00:00Z")
    keys_of(module)
    pair.overdue(order_id)
    before = pair.digest()
    document = json.loads(transcript_of(pair, order_id, module)["transcript"])
    assert pair.digest() == before
    assert (document["order"]["status"], len(document["history"])) == ("pending", 1)


def test_a_thread_of_many_messages_is_cut_and_says_so(pair: Cloud, module: ModuleType):
    order_id = pair.offer("nova", "boots")
    thread = pair.order("nova", order_id)["thread_id"]
    for n in range(101):
        pair.send("nova", "boots", thread_id=thread, body=str(n))
    document = json.loads(transcript_of(pair, order_id, module)["transcript"])
    assert (len(document["messages"]), document["messages_omitted"]) == (100, True)
    assert [each["body"] for each in document["messages"][:2]] == ["Fifty of them", "0"]


def test_a_long_thread_fits_an_answer_of_lambda(pair: Cloud, module: ModuleType):
    order_id = pair.offer("nova", "boots", requirements={"a": "\x01" * 10_000})
    thread = pair.order("nova", order_id)["thread_id"]
    for _ in range(40):
        pair.send("nova", "boots", thread_id=thread, body="\x01" * 20_000)
    answer = transcript_of(pair, order_id, module)
    assert json.loads(answer["transcript"])["messages_omitted"] is True
    assert len(json.dumps(answer).encode()) < 5 * 1024 * 1024
    assert list(problems(answer, keys_of(module))) == []


def test_a_changed_message_is_named(pair: Cloud, module: ModuleType):
    answer = transcript_of(pair, completed(pair, number=2), module)
    document = json.loads(answer["transcript"])
    document["messages"][2]["body"] = "Nothing"
    found = list(problems(rewritten(answer, document), keys_of(module)))
    assert found[0] == "message 3 was changed"


def test_a_changed_field_of_the_order_is_named_by_the_entry_that_covers_it(
    pair: Cloud, module: ModuleType
):
    answer = transcript_of(pair, completed(pair), module)
    document = json.loads(answer["transcript"])
    document["order"]["budget_usd"] = 9.95
    found = list(problems(rewritten(answer, document), keys_of(module)))
    assert found[0].startswith("the order was changed: entry 1 covers budget_usd, ")


@pytest.mark.parametrize("name", ["question", "answer"])
def test_a_changed_question_or_answer_is_named(pair: Cloud, module: ModuleType, name: str):
    answer = transcript_of(pair, completed(pair, 3), module)
    document = json.loads(answer["transcript"])
    document["order"]["questions"][1][name] = "Which currency?"
    found = list(problems(rewritten(answer, document), keys_of(module)))
    entry = {"question": 5, "answer": 6}[name]
    assert found[0] == f"the order was changed: entry {entry} covers {name}"


def test_a_signature_by_another_key_is_refused(pair: Cloud, module: ModuleType):
    answer, other = transcript_of(pair, completed(pair), module), signing()
    assert answer["signature"]["kid"] != keys_of(other)["keys"][0]["kid"]
    forged_keys = {"keys": [{**keys_of(other)["keys"][0], "kid": answer["signature"]["kid"]}]}
    assert "the signature is not one of these keys" in list(problems(answer, forged_keys))
    assert "the signature is not one of these keys" in list(problems(answer, {"keys": []}))


def test_what_is_signed_cannot_be_changed_either(pair: Cloud, module: ModuleType):
    answer = transcript_of(pair, completed(pair), module)
    document = json.loads(answer["transcript"])
    document["history"][1]["at"] = "2020-01-01T00:00:00.000Z"
    linked(document["history"])
    signed = json.loads(answer["signature"]["signed"])
    signed["entries"] = list(map(sha256, document["history"]))
    signed["transcript_sha256"] = sha256(document)
    signature = {**answer["signature"], "signed": canonical(signed)}
    found = list(problems({**rewritten(answer, document), "signature": signature}, keys_of(module)))
    assert found == ["the signature is not one of these keys"]


def test_a_key_that_signed_earlier_is_published_for_ever(pair: Cloud, module: ModuleType):
    answer = transcript_of(pair, completed(pair), module)
    later = signing()
    keys = keys_of(later)["keys"]
    assert len(keys) == 2
    assert keys[1]["kid"] == answer["signature"]["kid"]
    assert list(problems(answer, keys_of(later))) == []
    without_key = keys_of(app(GROUP))["keys"]
    assert {each["kid"] for each in without_key} == {each["kid"] for each in keys}


def test_a_stranger_gets_no_transcript(pair: Cloud):
    pair.register("scout")
    path = f"/messaging/work-order/{completed(pair)}/transcript"
    answer = pair.get(path, {"agent_id": "scout"})
    assert (answer.status, answer.json["code"]) == (404, "work_order_not_found")


def test_the_verifier_names_the_first_changed_entry_of_each_forged_transcript(
    pair: Cloud, module: ModuleType, figure: Figure
):
    chance = random.Random(17)
    answers = [transcript_of(pair, completed(pair, number), module) for number in range(4)]
    answers.append(transcript_of(pair, many_entries(pair), module))
    keys, missed, ways = keys_of(module), [], set()
    for _ in range(scaled(1_000)):
        answer, place, how, is_linked = forged(chance, chance.choice(answers))
        ways.add((how, is_linked))
        first = next(problems(answer, keys), "")
        if not first.startswith(f"entry {place} was ") or (not is_linked and how not in first):
            missed.append((place, how, is_linked, first))
    figure("forged transcripts, by way and whether hashes were made again", len(ways))
    assert missed == []
    assert len(ways) >= 7


def many_entries(pair: Cloud) -> str:
    order_id = pair.offer("nova", "boots")
    pair.move("boots", order_id, "accept")
    pair.move("nova", order_id, "cancel", reason="Changed plans")
    return order_id


def test_no_transcript_is_refused_as_it_is(pair: Cloud, module: ModuleType, figure: Figure):
    keys, refused = keys_of(module), 0
    orders = [completed(pair, number) for number in range(8)]
    count = scaled(1_000)
    for number in range(count):
        answer = transcript_of(pair, orders[number % len(orders)], module)
        refused += list(problems(answer, keys)) != []
    figure("refused transcripts that nobody changed", f"{refused} of {count}")
    assert refused == 0


@pytest.mark.parametrize("is_signed", [True, False])
def test_garbage_is_no_transcript(pair: Cloud, module: ModuleType, *, is_signed: bool):
    answer, keys = transcript_of(pair, completed(pair, number=1), module), keys_of(module)
    if not is_signed:
        answer["signature"] = None
    garbage = (None, 1, "x", [], [None], {}, {"1": 1}, float("nan"), "[" * 100_000)
    for value in garbage:
        document = json.loads(answer["transcript"])
        for name in document:
            text = json.dumps({**document, name: value})
            assert list(problems({**answer, "transcript": text}, keys)), (name, value)
        for name in answer:
            found = list(problems({**answer, name: value}, keys))
            assert found or name == "content_flags", (name, value)
        if is_signed:
            for name in answer["signature"]:
                signature = {**answer["signature"], name: value}
                assert list(problems({**answer, "signature": signature}, keys)), (name, value)
            assert list(problems(answer, {"keys": value})), value


@pytest.mark.parametrize("value", [HUGE, -HUGE, float("nan"), float("inf")])
@pytest.mark.parametrize("is_signed", [True, False])
def test_an_entry_with_a_number_that_is_no_double_is_named(
    pair: Cloud, module: ModuleType, value: float, *, is_signed: bool
):
    answer = transcript_of(pair, completed(pair), module)
    document = json.loads(answer["transcript"])
    document["history"][1]["content_sha256"] = value
    changed = {**answer, "transcript": json.dumps(document)}
    if not is_signed:
        changed["signature"] = None
    found = list(problems(changed, keys_of(module)))
    assert found[0].startswith("entry 2 was changed")


def run(folder: Path, answer: Answer, keys: Answer) -> subprocess.CompletedProcess[str]:
    (folder / "transcript.json").write_text(json.dumps(answer))
    (folder / "keys.json").write_text(json.dumps(keys))
    # A copy elsewhere, so that it can import nothing of this project.
    program = folder / "verify.py"
    program.write_text(VERIFIER.read_text("utf-8"))
    command = [sys.executable, "-P", str(program), "transcript.json", "keys.json"]
    environment = {"PATH": os.environ["PATH"]}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_the_verifier_is_a_program_that_needs_nothing_of_this_project(
    pair: Cloud, module: ModuleType, tmp_path: Path
):
    answer, keys = transcript_of(pair, completed(pair), module), keys_of(module)
    done = run(tmp_path, answer, keys)
    assert (done.returncode, done.stdout, done.stderr) == (0, "ok\n", "")
    document = copy.deepcopy(json.loads(answer["transcript"]))
    document["history"][1]["actor"]["id"] = "pest"
    done = run(tmp_path, rewritten(answer, document), keys)
    assert done.returncode == 1
    assert done.stdout.splitlines()[0] == "entry 2 was changed"
    assert run(tmp_path, {}, keys).stdout == "this is no transcript\n"
