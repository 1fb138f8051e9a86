"""Transcripts that a key of KMS signed, and the ways to change one."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import boto3

from local.in_process.functions import app, fresh
from local.in_process.runtime import Context
from tests.integration.cloud import Cloud
from tools.verify_transcript import canonical, sha256

Answer = dict[str, Any]
GROUP = "work_orders_transcript"
KEYS = "/.well-known/agent-messaging-keys.json"


def new_key() -> str:
    """The ARN of a new key."""
    created = boto3.client("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    return str(created["KeyMetadata"]["Arn"])


# No finite double is so large.
HUGE = 10**400


def signing() -> ModuleType:
    """A function that signs with a new key."""
    return fresh(GROUP, SIGNING_KEY_ARN=new_key())


def transcript_of(cloud: Cloud, order_id: str, module: ModuleType, agent: str = "nova") -> Answer:
    path = f"/messaging/work-order/{order_id}/transcript"
    with serving(module):
        answer = cloud.get(path, {"agent_id": agent})
    assert answer.status == 200, answer.text
    return dict(answer.json)


def keys_of(module: ModuleType) -> Answer:
    request = {"routeKey": f"GET {KEYS}", "requestContext": {"requestId": "r"}}
    result = module.handler(request, Context())
    assert result["statusCode"] == 200, result["body"]
    return dict(json.loads(result["body"]))


@contextmanager
def serving(module: ModuleType) -> Iterator[None]:
    """Let this function answer, in the place of the template's."""
    usual = app(GROUP)
    handler, usual.handler = usual.handler, module.handler
    try:
        yield
    finally:
        usual.handler = handler


def changed_value(chance: random.Random, value: Any) -> Any:
    """Another value of the same kind, as somebody would forge it."""
    if isinstance(value, dict):
        name = chance.choice(sorted(value))
        return {**value, name: changed_value(chance, value[name])}
    if isinstance(value, str) and value:
        place = chance.randrange(len(value))
        other = chance.choice([each for each in "abc019" if each != value[place]])
        return value[:place] + other + value[place + 1 :]
    if isinstance(value, int) and not isinstance(value, bool):
        return chance.choice([value + 1, HUGE])
    return "forged"


def change(chance: random.Random, entries: list[Answer]) -> tuple[int, str]:
    place = chance.randrange(len(entries))
    name = chance.choice(sorted(entries[place]))
    entries[place][name] = changed_value(chance, entries[place][name])
    return place + 1, "changed"


def drop(chance: random.Random, entries: list[Answer]) -> tuple[int, str]:
    place = chance.randrange(len(entries) - 1)
    del entries[place]
    return place + 1, "removed"


def cut(chance: random.Random, entries: list[Answer]) -> tuple[int, str]:
    kept = chance.randrange(1, len(entries))
    del entries[kept:]
    return kept + 1, "removed"


def swap(chance: random.Random, entries: list[Answer]) -> tuple[int, str]:
    first, second = sorted(chance.sample(range(len(entries)), 2))
    entries[first], entries[second] = entries[second], entries[first]
    return first + 1, "moved"


def insert(chance: random.Random, entries: list[Answer]) -> tuple[int, str]:
    place = chance.randrange(len(entries))
    entries.insert(place, {**entries[place], "at": "2020-01-01T00:00:00.000Z"})
    return place + 1, "added"


Forgery = Callable[[random.Random, list[Answer]], tuple[int, str]]
FORGERIES: tuple[Forgery, ...] = (change, drop, cut, swap, insert)


def linked(entries: list[Answer]) -> None:
    """Compute all hashes and numbers of the chain again, as somebody who hides a change would."""
    previous = None
    for number, entry in enumerate(entries, start=1):
        entry["n"], entry["previous_sha256"] = number, previous
        previous = sha256(entry)


def rewritten(answer: Answer, document: Answer) -> Answer:
    """The answer with another document."""
    return {**answer, "transcript": canonical(document)}


def forged(chance: random.Random, answer: Answer) -> tuple[Answer, int, str, bool]:
    """The answer with one change: its entry, what happened there, and whether hashes are new."""
    document = copy.deepcopy(json.loads(answer["transcript"]))
    before = copy.deepcopy(document["history"])
    place, how = chance.choice(FORGERIES)(chance, document["history"])
    is_linked = chance.random() < 0.5
    if is_linked:
        linked(document["history"])
    if document["history"] == before:  # it was a number or a hash, and is made again
        return forged(chance, answer)
    pairs = zip(before, document["history"], strict=False)
    first = next((n for n, (old, new) in enumerate(pairs, start=1) if old != new), place)
    return rewritten(answer, document), first, how, is_linked
