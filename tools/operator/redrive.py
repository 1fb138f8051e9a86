"""Gives each dead letter of a stack to its function once more.

    python -m tools.operator.redrive --stack agent-messaging-prod [--dry-run]

A letter leaves the queue after its function has taken the whole event, and not before: one that
fails again, or cannot be read again, is there for the next time. A function that is given an event
twice has its effect once (the projector's receipts, the roll-up's snapshot, the sweep's condition),
so nothing is lost and nothing counted twice if this ends in the middle. It goes with the rights of
whoever runs it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

from local.model import StreamMapping
from local.template import load
from tools.operator.dead_letters import (
    FAILURES,
    Letter,
    UnreplayableError,
    code_of,
    read_again,
    understood,
)

# Longer than a letter takes: its records are read, then its function runs, for less than PATIENT.
# Until then nobody else is given it, so letters are received one by one.
HIDDEN_SECONDS = 300
# A function's own time, and no second attempt that nobody asked for.
PATIENT = Config(read_timeout=90, retries={"total_max_attempts": 1})


@dataclass(frozen=True)
class Account:
    """What a replay speaks to, and the stack's resources: logical ids by physical ones."""

    queue: Any
    streams: Any
    functions: Any
    queue_url: str
    names: Mapping[str, str]

    def mapping(self, letter: Letter) -> StreamMapping:
        """The mapping that the records of a letter came through."""
        table = letter.records.table if letter.records else ""
        for mapping in load().streams:
            if mapping.table == self.names.get(table):
                return mapping
        raise UnreplayableError("it is of a stream that this stack does not read")


@dataclass
class Outcome:
    """How many letters were processed, and why others stay."""

    processed: int = 0
    kept: int = 0
    hidden: int = 0
    """How many the queue holds back, when it gave none: another replay has them, or had them."""


def connected(stack: str) -> Account:
    """The account of whoever runs this, and a stack of it; raises ValueError for another's."""
    session = boto3.session.Session()
    pages = session.client("cloudformation").get_paginator("list_stack_resources")
    resources = [
        each
        for page in pages.paginate(StackName=stack)
        for each in page["StackResourceSummaries"]
        if "PhysicalResourceId" in each
    ]
    names = {each["PhysicalResourceId"]: each["LogicalResourceId"] for each in resources}
    urls = {logical: physical for physical, logical in names.items()}
    if "DeadLettersQueue" not in urls:
        raise ValueError(f"{stack} has no queue of dead letters")
    return Account(
        queue=session.client("sqs"),
        streams=session.client("dynamodbstreams"),
        functions=session.client("lambda", config=PATIENT),
        queue_url=urls["DeadLettersQueue"],
        names=names,
    )


def replay(account: Account, *, is_dry_run: bool = False) -> Outcome:
    """Every letter that is in the queue now, once."""
    outcome = Outcome()
    for message in _messages(account):
        try:
            done = _handle(account, message, is_dry_run=is_dry_run)
        except UnreplayableError as error:
            done = f"stays: {error}"
            outcome.kept += 1
        else:
            outcome.processed += not is_dry_run
            outcome.kept += is_dry_run
        print(f"{message['MessageId']}  {done}", flush=True)
    if not outcome.processed + outcome.kept:
        outcome.hidden = _hidden(account)
    return outcome


def _handle(account: Account, message: Mapping[str, Any], *, is_dry_run: bool) -> str:
    """What was done with a letter that need not stay, or would be."""
    letter, event = _event_of(account, message)
    name = account.names[letter.function]
    if is_dry_run:
        return f"would go to {name}"
    _invoke(account, letter, event)
    try:
        account.queue.delete_message(
            QueueUrl=account.queue_url, ReceiptHandle=message["ReceiptHandle"]
        )
    except FAILURES as error:
        raise UnreplayableError(
            f"{name} took it, and the queue did not ({code_of(error)})"
        ) from error
    return f"processed by {name}"


def _messages(account: Account) -> Iterator[Mapping[str, Any]]:
    """Each message once, hidden from others meanwhile; at the end those that stay are shown.

    One that stays is there again when its time is over. It is passed by, and the end is where the
    queue gives none, or none but those for as many times as there are.
    """
    seen: dict[str, str] = {}
    again = 0
    try:
        while again <= len(seen):
            answer = account.queue.receive_message(
                QueueUrl=account.queue_url,
                MaxNumberOfMessages=1,
                MessageAttributeNames=["All"],
                VisibilityTimeout=HIDDEN_SECONDS,
                WaitTimeSeconds=2,
            )
            if not answer.get("Messages"):
                return
            (message,) = answer["Messages"]
            is_fresh = message["MessageId"] not in seen
            seen[message["MessageId"]] = message["ReceiptHandle"]
            if is_fresh:
                yield message
            again = 0 if is_fresh else again + 1
    finally:
        for handle in seen.values():
            _show(account, handle)


def _hidden(account: Account) -> int:
    name = "ApproximateNumberOfMessagesNotVisible"
    answer = account.queue.get_queue_attributes(QueueUrl=account.queue_url, AttributeNames=[name])
    return int(answer["Attributes"][name])


def _show(account: Account, handle: str) -> None:
    try:
        account.queue.change_message_visibility(
            QueueUrl=account.queue_url, ReceiptHandle=handle, VisibilityTimeout=0
        )
    except FAILURES:
        return  # It was deleted, or becomes visible by itself.


def _event_of(account: Account, message: Mapping[str, Any]) -> tuple[Letter, Mapping[str, Any]]:
    attributes = {
        name: each.get("StringValue", "")
        for name, each in message.get("MessageAttributes", {}).items()
    }
    letter = understood(message["Body"], attributes)
    if letter.function not in account.names:
        raise UnreplayableError("it is of a function that is not in this stack")
    if letter.records is None:
        return letter, letter.event or {}
    return letter, read_again(account.streams, letter.records, account.mapping(letter))


def _invoke(account: Account, letter: Letter, event: Mapping[str, Any]) -> None:
    """Have the function process the whole event; raises UnreplayableError."""
    try:
        # Text as it is: a call takes six megabytes, and `\u` makes some text thrice as long.
        body = json.dumps(event, ensure_ascii=False).encode()
        answer = account.functions.invoke(FunctionName=letter.function, Payload=body)
        result = json.loads(answer["Payload"].read() or b"null")
    except (*FAILURES, ValueError) as error:
        raise UnreplayableError(f"its function did not answer ({code_of(error)})") from error
    if "FunctionError" in answer:
        raise UnreplayableError("its function failed again; its log says why")
    if isinstance(result, Mapping) and result.get("batchItemFailures"):
        raise UnreplayableError("some of its records failed again; the function's log says which")


def main(arguments: Sequence[str]) -> int:
    """0 when no letter is left or none was to go, 1 when some stay or no stack can be reached."""
    parser = argparse.ArgumentParser(
        prog="tools.operator.redrive", description="Replays dead letters."
    )
    parser.add_argument("--stack", required=True, help="the name of the stack")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done")
    chosen = parser.parse_args(arguments)
    try:
        outcome = replay(connected(chosen.stack), is_dry_run=chosen.dry_run)
    except (*FAILURES, ValueError) as error:
        print(f"The stack cannot be reached: {error}", file=sys.stderr)
        return 1
    print(f"{outcome.processed} processed, {outcome.kept} stay in the queue.")
    if outcome.hidden:
        print(
            f"{outcome.hidden} more are hidden by another replay, for {HIDDEN_SECONDS} s at most."
        )
    return 1 if outcome.hidden or (outcome.kept and not chosen.dry_run) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
