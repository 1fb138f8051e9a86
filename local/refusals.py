"""Answer what the gateway refuses itself, and tell in one line why any request was refused."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from local.origin import Distrust
from local.redaction import redacted
from local.responses import Response

PROBLEM = "application/problem+json"
PAGE = "/docs/errors/gateway"  # explains the refusals that no function makes
MAX_REASON = 240
MAX_FAULTS = 3
BEARER = re.compile(r"bearer +(\S+)", re.ASCII | re.IGNORECASE)
KEY = re.compile(r"am_(live|local)_[0-9A-Za-z]{46}", re.ASCII)
# What a sender has written. An id or a number has no space, and is shown.
QUOTED_TEXT = re.compile(r"([`\"'])([^`\"']*\s[^`\"']*)\1")
SHOWN_TEXT = 8


def own_answer(status: HTTPStatus, request_id: str, reason: str) -> Response:
    """Return a refusal of API Gateway itself. Its body cannot tell the reason, so the log does.

    `reason` is empty for a failure that stderr tells.
    """
    # API Gateway's phrase for 413 is older than that of Python's newer versions.
    phrase = "Request Entity Too Large" if status == 413 else status.phrase  # noqa: PLR2004
    body = json.dumps({"message": phrase}, separators=(",", ":")).encode()
    headers = (("content-type", "application/json"), ("apigw-requestid", request_id))
    return Response(status, headers, body, reason)


def distrusted(distrust: Distrust, request_id: str) -> Response:
    """Return the refusal of a Host or an Origin, which only the local server refuses."""
    status = HTTPStatus.FORBIDDEN
    document = {
        "type": PAGE,
        "title": status.phrase,
        "status": status,
        "detail": distrust.detail,
        "code": distrust.code,
        "errors": [],
        "fix": distrust.fix,
        "request_id": request_id,
    }
    headers = (("content-type", PROBLEM), ("apigw-requestid", request_id))
    return Response(status, headers, json.dumps(document).encode(), is_early=True)


def why_refused(authorization: str) -> str:
    """Return why the authorizer refused a header, as far as the header itself shows that."""
    bearer = BEARER.fullmatch(authorization.strip(" "))
    if bearer is None:
        return "the Authorization header is not `Bearer KEY`"
    if not KEY.fullmatch(bearer[1]):
        return "the key is incomplete: am_live_ and 46 letters and digits are needed"
    return "the key is unknown, mistyped, revoked or expired, or its agent has spent too much"


def reason_of(answer: Response) -> str:
    """Return why a request was refused, as one short line without control characters and keys.

    Empty for an answer that is no refusal, or does not say why.
    """
    if answer.status < HTTPStatus.BAD_REQUEST:
        return ""
    reason = answer.reason or _problem(answer)
    line = re.sub(r"[^\x20-\x7e]", lambda each: _escaped(each[0]), redacted(reason))
    return line if len(line) <= MAX_REASON else f"{line[: MAX_REASON - 3]}..."


def _problem(answer: Response) -> str:
    if dict(answer.headers).get("content-type") != PROBLEM:
        return ""
    try:
        problem = json.loads(answer.body)
        code = problem["code"]
        faults = [f"{each['pointer']} {each['detail']}" for each in problem.get("errors") or []]
        told = "; ".join(faults[:MAX_FAULTS]) or problem["detail"]
    except (ValueError, KeyError, TypeError):
        return ""
    more = f"; and {len(faults) - MAX_FAULTS} more" if len(faults) > MAX_FAULTS else ""
    return f"{code}: {QUOTED_TEXT.sub(_shortened, told)}{more}"


def _shortened(quoted: re.Match[str]) -> str:
    mark, text = quoted.groups()
    return quoted[0] if len(text) <= SHOWN_TEXT else f"{mark}{text[:SHOWN_TEXT]}...{mark}"


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def missing(header: str, headers: Mapping[str, Any]) -> str:
    """Return what an identity header lacks."""
    name = header.title()
    return f"the {name} header is empty" if header in headers else f"no {name} header"
