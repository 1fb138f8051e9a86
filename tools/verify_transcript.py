"""Verify the transcript of a work order, with nothing of this project.

    pip install cryptography
    curl -H "Authorization: Bearer $KEY" \\
        $URL/api/v1/messaging/work-order/$ID/transcript >transcript.json
    curl $URL/.well-known/agent-messaging-keys.json >keys.json
    python verify_transcript.py transcript.json keys.json

It prints `ok`, or each problem in a line, the first changed part first. The exit code is 0, or 1 if
there are problems, or 2 if a file cannot be read.

What is signed is a list of hashes: of the transcript, of each entry of its history, of each
message. So this names the first entry that was changed, removed, moved or added, even if somebody
computed all later hashes again. A transcript without a signature shows only whether its hashes fit
together.

Keep `keys.json` from the day of the transcript, or get it again. Take it from the server itself.
"""

import base64
import hashlib
import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicNumbers,
)
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

NUMBER_BYTES = 32
MOST_PLAIN, LEAST_PLAIN = 21, -6


def problems(answer: Mapping[str, Any], keys: Mapping[str, Any]) -> Iterator[str]:
    """Yield the problems of an answer of `GET .../transcript`, the first changed part first.

    `keys` is the JWKS of the server.
    """
    try:
        yield from found_problems(answer, keys)
    except (ArithmeticError, AttributeError, KeyError, RecursionError, TypeError, ValueError):
        yield "this is no transcript"


def found_problems(answer: Mapping[str, Any], keys: Mapping[str, Any]) -> Iterator[str]:
    """Yield the problems of an answer. Raise any of a few errors if it has another form."""
    document = json.loads(answer["transcript"])
    entries, messages = document["history"], document["messages"]
    signature = answer["signature"]
    if signature is None:
        yield from chain_problems(document)
        yield "the transcript has no signature, so somebody may have computed its hashes again"
        return
    signed = verified(signature, keys)
    if signed is None:
        yield from chain_problems(document)
        yield "the signature is not one of these keys"
        return
    yield from list_problems("entry", entries, signed["entries"])
    yield from list_problems("message", messages, signed["messages"])
    yield from content_problems(document)
    is_whole = (
        signed["transcript_sha256"] == hashlib.sha256(answer["transcript"].encode()).hexdigest()
        and signed["work_order_id"] == document["work_order_id"] == answer["work_order_id"]
    )
    if not is_whole:
        yield "the transcript is not the one that was signed"


def verified(signature: Mapping[str, str], keys: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what a signature is about, or None if none of the keys made it."""
    try:
        key = next(each for each in keys["keys"] if each["kid"] == signature["kid"])
        raw = from_base64url(signature["value"])
        if signature["alg"] != "ES256" or key["crv"] != "P-256" or len(raw) != 2 * NUMBER_BYTES:
            return None
        x, y, r, s = (
            int.from_bytes(number, "big")
            for number in (
                from_base64url(key["x"]),
                from_base64url(key["y"]),
                raw[:NUMBER_BYTES],
                raw[NUMBER_BYTES:],
            )
        )
        public = EllipticCurvePublicNumbers(x, y, SECP256R1()).public_key()
        public.verify(encode_dss_signature(r, s), signature["signed"].encode(), ECDSA(SHA256()))
        signed: dict[str, Any] = json.loads(signature["signed"])
    except (AttributeError, InvalidSignature, KeyError, StopIteration, TypeError, ValueError):
        return None
    return signed


def list_problems(noun: str, found: Sequence[Any], signed: Sequence[str]) -> Iterator[str]:
    """Yield the first part of a list that is not as it was signed."""
    hashes = [sha256(each) for each in found]
    for number, (has, had) in enumerate(zip(hashes, signed, strict=False), start=1):
        if has != had:
            yield f"{noun} {number} was {what_happened(number - 1, hashes, signed)}"
            return
    if len(hashes) < len(signed):
        yield f"{noun} {len(hashes) + 1} was removed, and all after it"
    if len(hashes) > len(signed):
        yield f"{noun} {len(signed) + 1} was added"


def what_happened(place: int, hashes: Sequence[str], signed: Sequence[str]) -> str:
    """Return what happened at the first place that differs."""
    is_known = hashes[place] in signed
    if signed[place] in hashes:
        return "moved" if is_known else "added"
    return "removed" if is_known else "changed"


def chain_problems(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield the first entry that does not fit the next one, from the entries alone."""
    previous = None
    for number, entry in enumerate(document["history"], start=1):
        if entry.get("n") != number:
            yield f"entry {number} was removed or moved"
            return
        if entry.get("previous_sha256") != previous:
            yield f"entry {max(1, number - 1)} was changed, or its hash in entry {number}"
            return
        previous = sha256(entry)
    yield from content_problems(document)


def content_problems(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield the first entry whose content the order no longer has."""
    order = document["order"]
    questions = {action: iter(order.get("questions") or []) for action in ("ask", "answer")}
    for entry in document["history"]:
        asked = questions.get(entry.get("action"))
        written = order if asked is None else next(asked, {})
        names = document["contents"].get(str(entry.get("n")))
        if names is None:
            continue
        content = {name: written.get(name) for name in names}
        if sha256(content) != entry.get("content_sha256"):
            yield f"the order was changed: entry {entry.get('n')} covers {', '.join(names)}"
            return


def from_base64url(text: str) -> bytes:
    """Return the bytes of a text in base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def sha256(value: object) -> str:
    """Return the SHA-256 of a JSON value's canonical text (RFC 8785), in hexadecimal."""
    return hashlib.sha256(canonical(value).encode("utf-8", "surrogatepass")).hexdigest()


def canonical(value: object) -> str:
    """Return a JSON value as canonical text (RFC 8785)."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
        return "{" + ",".join(f"{canonical(name)}:{canonical(value[name])}" for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number(value)
    return json.dumps(value, ensure_ascii=False)


def number(value: float) -> str:
    """Return a number as ECMAScript writes it (ECMA-262, Number::toString).

    Canonical JSON has no number that is no finite double. Such a number is written in another way,
    so that what contains it has a hash that nobody signed.
    """
    try:
        double = float(value)
    except OverflowError:
        return str(value)
    if not math.isfinite(double):
        return str(double)
    if double == 0:
        return "0"
    sign = "-" if double < 0 else ""
    # The value is 0.DIGITS times ten to the power of `point`. repr has the shortest digits.
    mantissa, _, exponent = repr(abs(double)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    written = whole + fraction
    digits = written.lstrip("0")
    point = int(exponent or 0) + len(whole) - (len(written) - len(digits))
    return sign + placed(digits.rstrip("0"), point)


def placed(digits: str, point: int) -> str:
    """Return digits with their decimal point, or with an exponent if the number is far from 1."""
    if len(digits) <= point <= MOST_PLAIN:
        return digits.ljust(point, "0")
    if 0 < point <= MOST_PLAIN:
        return f"{digits[:point]}.{digits[point:]}"
    if LEAST_PLAIN < point <= 0:
        return "0." + "0" * -point + digits
    fraction = f".{digits[1:]}" if digits[1:] else ""
    return f"{digits[0]}{fraction}e{point - 1:+d}"


def main(arguments: Sequence[str]) -> int:
    """Verify the files of the command line. Return the exit code."""
    if len(arguments) != 2:  # noqa: PLR2004 - transcript and keys
        print("Use: python verify_transcript.py transcript.json keys.json", file=sys.stderr)
        return 2
    try:
        answer, keys = (json.loads(Path(each).read_text("utf-8")) for each in arguments)
    except (OSError, ValueError) as error:
        print(f"A file cannot be read: {error}", file=sys.stderr)
        return 2
    found = list(problems(answer, keys))
    print("\n".join(found) or "ok")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
