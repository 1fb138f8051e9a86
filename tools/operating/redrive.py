"""Redrive the dead letters of a stack: call each one's function again with its event.

    python -m tools.operating.redrive --stack agent-messaging-prod [--dry-run]

A dead letter is deleted only after its function has processed the whole event. If it fails again,
or cannot be read, it stays for the next time. Processing an event twice has no further effect,
because of the projector's receipts, the roll-up's snapshot, the sweep's condition and the recorded
attempts of a webhook. So you can stop this at any time. It uses your own AWS rights.
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
from tools.operating.dead_letters import (
    FAILURES,
    SOURCE,
    DeadLetter,
    RedriveError,
    code_of,
    parse,
    read_again,
)

# AutoPublishAlias in template.yaml: the version that serves. Without it, Lambda would call $LATEST,
# which may be half a deploy.
ALIAS = "live"
# Longer than one dead letter takes: reading its records, and a function's time (see PATIENT). While
# it is hidden, nobody else receives it. So dead letters are received one by one.
HIDDEN_SECONDS = 300
# More than a function's timeout, and no automatic retry.
PATIENT = Config(read_timeout=90, retries={"total_max_attempts": 1})


@dataclass(frozen=True)
class Account:
    """The clients of AWS, and the names of the stack's resources: logical ids by physical ids."""

    queue: Any
    streams: Any
    functions: Any
    queue_url: str
    names: Mapping[str, str]

    def mapping(self, dead_letter: DeadLetter) -> StreamMapping:
        """Return the mapping that delivered the records of a dead letter."""
        table = dead_letter.records.table if dead_letter.records else ""
        for mapping in load().streams:
            if mapping.table == self.names.get(table):
                return mapping
        raise RedriveError("it belongs to a stream that this stack does not read")

    def function_of_queue(self, queue: str) -> str:
        """Return the function that the messages of a queue are delivered to."""
        logical = {url.rpartition("/")[2]: name for url, name in self.names.items()}.get(queue)
        for mapping in load().queue_mappings:
            if mapping.queue == logical:
                physical = {name: each for each, name in self.names.items()}
                return physical.get(mapping.function, "")
        raise RedriveError("it belongs to a queue that this stack does not read")


@dataclass
class Outcome:
    """How many dead letters were processed, and how many stay."""

    processed: int = 0
    kept: int = 0
    hidden: int = 0
    """How many are hidden by another redrive. Counted only if the queue returned none."""


def connected(stack: str) -> Account:
    """Return the clients and the names of a stack.

    Raises:
        ValueError: the stack has no queue of dead letters, so it is not one of this project.
    """
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
        raise ValueError(f"{stack} has no queue of dead letters (DeadLettersQueue)")
    return Account(
        queue=session.client("sqs"),
        streams=session.client("dynamodbstreams"),
        functions=session.client("lambda", config=PATIENT),
        queue_url=urls["DeadLettersQueue"],
        names=names,
    )


def redrive(account: Account, *, is_dry_run: bool = False) -> Outcome:
    """Process each dead letter in the queue once. Print one line for each."""
    outcome = Outcome()
    for message in _messages(account):
        try:
            done = _handle(account, message, is_dry_run=is_dry_run)
        except RedriveError as error:
            done = f"stays in the queue: {error}"
            outcome.kept += 1
        else:
            outcome.processed += not is_dry_run
            outcome.kept += is_dry_run
        print(f"{message['MessageId']}  {done}", flush=True)
    if not outcome.processed + outcome.kept:
        outcome.hidden = _hidden(account)
    return outcome


def _handle(account: Account, message: Mapping[str, Any], *, is_dry_run: bool) -> str:
    """Process one dead letter and delete it. Return what was done, or what would be done."""
    dead_letter, event = _event_of(account, message)
    name = account.names[dead_letter.function]
    if is_dry_run:
        return f"would be processed by {name}"
    _invoke(account, dead_letter, event)
    try:
        account.queue.delete_message(
            QueueUrl=account.queue_url, ReceiptHandle=message["ReceiptHandle"]
        )
    except FAILURES as error:
        raise RedriveError(
            f"{name} processed it, but the queue did not delete it ({code_of(error)})"
        ) from error
    return f"processed by {name}"


def _messages(account: Account) -> Iterator[Mapping[str, Any]]:
    """Yield each message once, hidden from others meanwhile. At the end, show those that stay.

    A message that stays may come again when its hidden time is over. It is skipped. The end is
    reached when the queue returns none, or only skipped ones as many times as there are messages.
    """
    seen: dict[str, str] = {}
    again = 0
    try:
        while again <= len(seen):
            answer = account.queue.receive_message(
                QueueUrl=account.queue_url,
                MaxNumberOfMessages=1,
                MessageAttributeNames=["All"],
                MessageSystemAttributeNames=[SOURCE],
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
        return  # It was deleted, or it becomes visible by itself.


def _event_of(account: Account, message: Mapping[str, Any]) -> tuple[DeadLetter, Mapping[str, Any]]:
    attributes = {
        name: each.get("StringValue", "")
        for name, each in message.get("MessageAttributes", {}).items()
    }
    attributes |= message.get("Attributes", {}) | {"MessageId": message["MessageId"]}
    dead_letter = parse(message["Body"], attributes)
    if dead_letter.is_of_a_queue:
        dead_letter = dead_letter.of(account.function_of_queue(dead_letter.function))
    if dead_letter.function not in account.names:
        raise RedriveError("its function is not in this stack")
    if dead_letter.records is None:
        return dead_letter, dead_letter.event or {}
    return dead_letter, read_again(
        account.streams, dead_letter.records, account.mapping(dead_letter)
    )


def _invoke(account: Account, dead_letter: DeadLetter, event: Mapping[str, Any]) -> None:
    """Call the function with the event.

    Raises:
        RedriveError: the function did not process the whole event.
    """
    try:
        # Not escaped: a call may have six megabytes, and `\u` makes some texts three times as long.
        body = json.dumps(event, ensure_ascii=False).encode()
        answer = account.functions.invoke(
            FunctionName=dead_letter.function, Qualifier=ALIAS, Payload=body
        )
        result = json.loads(answer["Payload"].read() or b"null")
    except (*FAILURES, ValueError) as error:
        raise RedriveError(f"its function did not answer ({code_of(error)})") from error
    if "FunctionError" in answer:
        raise RedriveError("its function failed again. See the function's log")
    if isinstance(result, Mapping) and result.get("batchItemFailures"):
        raise RedriveError("some of its records failed again. See the function's log")


def main(arguments: Sequence[str]) -> int:
    """Return 0 if all dead letters were processed, or with --dry-run. Otherwise return 1."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.operating.redrive",
        description="Process the dead letters again: call the function of each with its event.",
    )
    parser.add_argument("--stack", required=True, help="the name of the stack")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
    chosen = parser.parse_args(arguments)
    try:
        outcome = redrive(connected(chosen.stack), is_dry_run=chosen.dry_run)
    except (*FAILURES, ValueError) as error:
        print(f"Cannot reach the stack: {error}", file=sys.stderr)
        return 1
    print(f"{outcome.processed} processed, {outcome.kept} stay in the queue.")
    if outcome.hidden:
        print(f"Another redrive has {outcome.hidden} more. Try again after {HIDDEN_SECONDS} s.")
    return 1 if outcome.hidden or (outcome.kept and not chosen.dry_run) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
