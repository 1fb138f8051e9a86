"""Errors of a request that can succeed later: 429 and 503. And the error of a bug: 500."""

from agent_messaging.errors.base import AgentMessagingError


class TooManyRequestsError(AgentMessagingError):
    """The same request can succeed later. `Retry-After` and the RateLimit headers say when.

    The headers follow draft-ietf-httpapi-ratelimit-headers-09: a `policy` allows `quota` requests
    in `window` seconds, and the current window ends in `reset` seconds.
    """

    status = 429
    code = "too_many_requests"
    title = "Too many requests"
    default_fix = "Send the same request again after `Retry-After` seconds."

    def __init__(
        self,
        detail: str,
        *,
        policy: str,
        quota: int,
        window: int,
        reset: int,
        fix: str | None = None,
    ) -> None:
        fields = {
            "Retry-After": str(reset),
            "RateLimit-Policy": f'"{policy}";q={quota};w={window}',
            "RateLimit": f'"{policy}";r=0;t={reset}',
        }
        after = self.default_fix.replace("`Retry-After`", str(reset))
        super().__init__(detail, fix=fix or after, headers=fields)


class ContactPendingError(TooManyRequestsError):
    """The caller's contact request is waiting for the recipient's answer."""

    code = "contact_pending"
    title = "Your contact request is waiting for an answer"
    default_fix = "Do not retry. The recipient gets your first message when it allows you."


class RateLimitedError(TooManyRequestsError):
    """A rate limit was reached. `RateLimit-Policy` says which one.

    sender, pair        messages, work orders, bids and questions per minute, in
                        total or to one recipient
    units               units that an agent may spend per minute (`meter`)
    registrations       registrations on the whole stack per minute
    progress            reports of progress on one work order per minute
    contact-requests    new contact requests to one agent per day
    wait                requests of one agent that wait for events at the same time
    tickets             tickets for the WebSocket per minute
    webhook-tests       test events and retried deliveries of an agent per minute
    secrets             secrets of one webhook that still sign
    """

    code = "rate_limited"
    title = "A rate limit was reached"


class ContentionError(AgentMessagingError):
    """Other requests kept changing the same data, or DynamoDB throttled this one."""

    status = 503
    code = "contention"
    title = "The service is busy"
    default_fix = "Send the same request again after 1 second."

    def __init__(self, detail: str) -> None:
        super().__init__(detail, headers={"Retry-After": "1"})


class OutOfTimeError(AgentMessagingError):
    """The server had too little time left to start the write, so it did not start it."""

    status = 503
    code = "out_of_time"
    title = "Too little time was left"
    default_fix = "Send the same request again after 1 second."

    def __init__(self, detail: str, fix: str | None = None) -> None:
        super().__init__(detail, fix=fix, headers={"Retry-After": "1"})


class InternalError(AgentMessagingError):
    """The server failed. The write may or may not have happened."""

    status = 500
    code = "internal"
    title = "Internal Server Error"
    default_fix = (
        "Repeat the request with the same Idempotency-Key or key_hash, if the route takes one. If "
        "it fails again, give the request_id to the operator."
    )
