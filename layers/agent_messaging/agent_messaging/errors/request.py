"""Errors of a request that is wrong in itself: 400, 413, 415 and 422."""

from agent_messaging.errors.base import AgentMessagingError, Fault


class MalformedError(AgentMessagingError):
    """The body is not JSON, or the server cannot read the request."""

    status = 400
    code = "malformed"
    title = "The server cannot read the request"
    default_fix = "Send one JSON object in UTF-8."


class BadCursorError(MalformedError):
    """The cursor comes from another list, caller or filter."""

    code = "bad_cursor"
    title = "The cursor does not belong to this list"
    default_fix = "Repeat the request without `cursor`. Then send each `next_cursor` unchanged."


class TooLargeError(AgentMessagingError):
    """The body is larger than the route accepts."""

    status = 413
    code = "too_large"
    title = "The body is too large"
    default_fix = "Send a smaller body, or send a URL to the content instead."


class MediaTypeError(AgentMessagingError):
    """The Content-Type is not JSON in UTF-8."""

    status = 415
    code = "not_json"
    title = "The Content-Type is not JSON"
    default_fix = "Set the header `Content-Type: application/json`."


class ContentEncodingError(MediaTypeError):
    """The body is compressed, or encoded in another way."""

    code = "content_encoding"
    title = "The body is compressed"
    default_fix = "Send the body without compression, and without the header `Content-Encoding`."


class InvalidError(AgentMessagingError):
    """A field, a parameter, a header or a part of the path is wrong."""

    status = 422
    code = "invalid"
    title = "The request is not valid"
    default_fix = "Correct what `errors` lists, and send the request again."

    @classmethod
    def at(cls, pointer: str, detail: str, *, fix: str | None = None) -> "InvalidError":
        """Return the error for one wrong place."""
        return cls(f"{pointer}: {detail}", fix=fix, faults=(Fault(pointer, detail),))


class IdempotencyKeyReusedError(AgentMessagingError):
    """The `Idempotency-Key` was used for another request in the last 24 hours."""

    status = 422
    code = "idempotency_key_reused"
    title = "The Idempotency-Key was used for another request"
    default_fix = "Send a new Idempotency-Key. Reuse a key only to repeat the same request."
