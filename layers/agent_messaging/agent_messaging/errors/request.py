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
    default_fix = (
        "Remove `?cursor` to get the first page. Then send each `next_cursor` unchanged, with the "
        "same filters."
    )


class BadPositionError(MalformedError):
    """The position is malformed, belongs to another agent, or lies after the newest event."""

    code = "bad_position"
    title = "The position does not belong to your feed"
    default_fix = (
        "Send a `position` or `next_after` from your own feed unchanged. Send `latest` for the end "
        "of the feed, or leave `after` out for the oldest event that is kept."
    )


class PositionGoneError(AgentMessagingError):
    """Events after the position have expired. `oldest_position` continues with what is kept."""

    status = 410
    code = "position_gone"
    title = "Events after the position are no longer kept"
    default_fix = "Read your inbox and your work orders. Then continue with `oldest_position`."


class MethodNotAllowedError(AgentMessagingError):
    """The path exists, but not with this method."""

    status = 405
    code = "method_not_allowed"
    title = "The path has other methods"
    default_fix = "Use one of the methods in the header `Allow`."


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
    default_fix = "Set the header `Content-Type` to `application/json`."


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
    default_fix = "Send the request as GET /openapi.json describes it."

    @classmethod
    def at(cls, pointer: str, detail: str, *, fix: str | None = None) -> "InvalidError":
        """Return the error for one wrong place."""
        fault = Fault(pointer, detail, fix or "")
        return cls(f"{pointer}: {detail}", fix=fix, faults=(fault,))


class ResultMismatchError(AgentMessagingError):
    """The result of a work order does not match the order's `result_schema`."""

    status = 422
    code = "result_mismatch"
    title = "The result does not match the schema"
    default_fix = (
        "Change `result_data` at the places in `errors`, as the order's `result_schema` says, and "
        "send it again. GET /api/v1/messaging/work-order/{work_order_id} shows the schema."
    )


class IdempotencyKeyReusedError(AgentMessagingError):
    """The `Idempotency-Key` was used for another request in the last 24 hours."""

    status = 422
    code = "idempotency_key_reused"
    title = "The Idempotency-Key was used for another request"
    default_fix = (
        "Set the header `Idempotency-Key` to a new random UUID. Reuse a key only to repeat the "
        "same request."
    )
