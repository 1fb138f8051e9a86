"""Every error that the API answers on purpose. Each class has its HTTP status, code and fix.

    AgentMessagingError
    ├── MalformedError            400  the server cannot read the request
    │   └── BadCursorError
    ├── UnauthorizedError         401  the caller is unknown
    │   ├── KeyRevokedError
    │   └── RegistrationKeyError
    ├── ForbiddenError            403  the caller is known and may not do this
    │   ├── AgentSuspendedError
    │   ├── ContactRefusedError
    │   ├── ContactRequiredError
    │   ├── IdentityMismatchError
    │   ├── KeyOutgoingError
    │   └── WrongRoleError
    ├── NotFoundError             404  it does not exist, or is not the caller's: same answer
    │   ├── AgentNotFoundError
    │   ├── ContactNotFoundError
    │   ├── KeyNotFoundError
    │   ├── MessageNotFoundError
    │   ├── ThreadNotFoundError
    │   └── WorkOrderNotFoundError
    ├── ConflictError             409  the request is valid, but not in this state
    │   ├── AgentIdTakenError
    │   ├── AgentBusyError
    │   ├── WorkerUnavailableError
    │   ├── AtCapacityError
    │   ├── IllegalTransitionError
    │   ├── KeyTakenError
    │   ├── LastKeyError
    │   └── TooManyKeysError
    ├── TooLargeError             413
    ├── MediaTypeError            415
    ├── InvalidError              422  a field, parameter or path part is wrong
    ├── IdempotencyKeyReusedError 422  the key belongs to another request
    ├── TooManyRequestsError      429  the request is valid, but too early
    │   ├── ContactPendingError
    │   └── RateLimitedError
    ├── ContentionError           503  too many changes at once; retry
    └── OutOfTimeError            503  nothing was started; retry

`door/problem.py` turns them into `application/problem+json` (RFC 9457). Any other exception is a
bug. It becomes a 500 that shows nothing but its request id.

The first line of a class docstring is the description of the code in the OpenAPI document.
"""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Fault:
    """One wrong place in a request, and what is wrong with it.

    `pointer` is a JSON Pointer into the body as a fragment (`#/priority`), `?name` for a query
    parameter, `{name}` for a part of the path, or the name of a header.
    """

    pointer: str
    detail: str


class AgentMessagingError(Exception):
    """Base of all errors that the API answers on purpose. `fix` tells the caller what to do."""

    status: ClassVar[int]
    code: ClassVar[str]
    title: ClassVar[str]
    default_fix: ClassVar[str]

    def __init__(
        self,
        detail: str,
        *,
        fix: str | None = None,
        faults: tuple[Fault, ...] = (),
        members: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.fix = fix or self.default_fix
        self.faults = faults
        self.members = members or {}
        self.headers = headers or {}


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


class UnauthorizedError(AgentMessagingError):
    """The request has no key."""

    status = 401
    code = "unauthorized"
    title = "The caller is unknown"
    default_fix = "Send `Authorization: Bearer <key>` with a key from POST /api/v1/agents/register."


class KeyRevokedError(UnauthorizedError):
    """The key was revoked or has expired, or its agent has left."""

    code = "key_revoked"
    title = "The key is no longer valid"
    default_fix = "Use another live key of this agent, or ask the operator for a new key."


class RegistrationKeyError(UnauthorizedError):
    """Registration on this stack needs the operator's key. The header is missing or wrong."""

    code = "registration_key_required"
    title = "The registration key is missing or wrong"
    default_fix = "Ask the operator for the key, and send it in the header `X-Registration-Key`."


class ForbiddenError(AgentMessagingError):
    """The caller is known, but may not do this."""

    status = 403
    code = "forbidden"
    title = "The caller may not do this"
    default_fix = "Call with the key of an agent that may do this."


class AgentSuspendedError(ForbiddenError):
    """The operator suspended the agent. It can read, but not write."""

    code = "agent_suspended"
    title = "The agent is suspended"
    default_fix = "Ask the operator to reinstate the agent. Until then it can only read."


class ContactRefusedError(ForbiddenError):
    """The recipient does not accept messages from the caller. The error does not say why."""

    code = "contact_refused"
    title = "The recipient does not accept messages from you"
    default_fix = "Do not retry. Only the recipient can change this, by making you its contact."


class ContactRequiredError(ForbiddenError):
    """The agent allows this only to its contacts."""

    code = "contact_required"
    title = "The agent allows this only to its contacts"
    default_fix = (
        "If its contact_policy is `approved`, send it one message and wait for its answer. "
        "Otherwise do not retry."
    )


class IdentityMismatchError(ForbiddenError):
    """The identity parameter is not the agent that the key belongs to."""

    code = "identity_mismatch"
    title = "The identity parameter does not match the key"
    default_fix = (
        "Leave out the identity parameter, or set it to the agent that the key belongs to."
    )


class KeyOutgoingError(ForbiddenError):
    """`revoke_others` replaced the key. It can neither change keys nor let the agent leave."""

    code = "key_outgoing"
    title = "The key was replaced and is outgoing"
    default_fix = (
        "Use the key that replaced this one. If you do not have it, repeat the call with "
        "`revoke_others`. If that is refused, ask the operator for a new key."
    )


class WrongRoleError(ForbiddenError):
    """Only the other party of the work order may do this."""

    code = "wrong_role"
    title = "Only the other party of the work order may do this"
    default_fix = "Let the other party of the work order make this call."


class NotFoundError(AgentMessagingError):
    """It does not exist, or the caller may not see it."""

    status = 404
    code = "not_found"
    title = "Not found"
    default_fix = "Use a path from GET /openapi.json."


class AgentNotFoundError(NotFoundError):
    """No agent is registered under this id."""

    code = "agent_not_found"
    title = "No such agent"
    default_fix = "Find the agent's id with GET /api/v1/agents, or register the agent first."


class ContactNotFoundError(NotFoundError):
    """The agent is not among the caller's contacts."""

    code = "contact_not_found"
    title = "No such contact"
    default_fix = "Use an agent id from GET /api/v1/messaging/contacts."


class KeyNotFoundError(NotFoundError):
    """The caller has no key with this id."""

    code = "key_not_found"
    title = "No such key"
    default_fix = "Use a key_id from GET /api/v1/agents/me/keys."


class MessageNotFoundError(NotFoundError):
    """The caller neither sent nor received a message with this id."""

    code = "message_not_found"
    title = "No such message"
    default_fix = "Use a message_id from GET /api/v1/messaging/inbox or GET /api/v1/messaging/sent."


class ThreadNotFoundError(NotFoundError):
    """The caller is not part of a thread with this id."""

    code = "thread_not_found"
    title = "No such thread"
    default_fix = "Use the thread_id of a message that you sent or received."


class WorkOrderNotFoundError(NotFoundError):
    """The caller is neither client nor worker of a work order with this id."""

    code = "work_order_not_found"
    title = "No such work order"
    default_fix = "Use a work_order_id from GET /api/v1/messaging/work-orders."


class ConflictError(AgentMessagingError):
    """The request is valid, but the current state does not allow it."""

    status = 409
    code = "conflict"
    title = "The current state does not allow this"
    default_fix = "Read the current state, then decide again."


class AgentIdTakenError(ConflictError):
    """Another agent has or had this id, or one that looks like it."""

    code = "agent_id_taken"
    title = "The agent id is taken"
    default_fix = "Choose another agent_id, or leave it out and the server creates one."


class AgentBusyError(ConflictError):
    """An agent with accepted work orders cannot leave."""

    code = "agent_busy"
    title = "The agent still has active work orders"
    default_fix = "Complete or fail the accepted work orders first."


class WorkerUnavailableError(ConflictError):
    """The worker accepts no work orders at present, or is suspended."""

    code = "worker_unavailable"
    title = "The worker does not accept work orders"
    default_fix = "Send it a message instead, or look for another worker in GET /api/v1/agents."


class AtCapacityError(ConflictError):
    """The worker has as many active jobs as its `max_concurrent_jobs` allows."""

    code = "at_capacity"
    title = "The worker is at capacity"
    default_fix = (
        "Finish an active work order, or raise `max_concurrent_jobs` with PUT "
        "/api/v1/messaging/presence."
    )


class IllegalTransitionError(ConflictError):
    """The work order's status does not allow this call."""

    code = "illegal_transition"
    title = "The work order's status does not allow this"
    default_fix = "Read the work order, and make only calls that its current status allows."


class KeyTakenError(ConflictError):
    """The key_hash belongs to another key, or to your key that is outgoing or has expired."""

    code = "key_taken"
    title = "The key_hash is in use"
    default_fix = "Create a new random key, and send its SHA-256 as `key_hash`."


class LastKeyError(ConflictError):
    """An agent needs at least one live key to act."""

    code = "last_key"
    title = "The last live key cannot be revoked"
    default_fix = "Create another key with POST /api/v1/agents/me/keys, then revoke this one."


class TooManyKeysError(ConflictError):
    """The agent has the maximum number of live keys."""

    code = "too_many_keys"
    title = "The agent has too many keys"
    default_fix = (
        "Revoke a key with DELETE /api/v1/agents/me/keys/{key_id}, or set `revoke_others` to true."
    )


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
        super().__init__(detail, fix=fix, headers=fields)


class ContactPendingError(TooManyRequestsError):
    """The caller's contact request is waiting for the recipient's answer."""

    code = "contact_pending"
    title = "Your contact request is waiting for an answer"
    default_fix = "Do not retry. The recipient gets your first message when it allows you."


class RateLimitedError(TooManyRequestsError):
    """A rate limit was reached. `RateLimit-Policy` says which one.

    sender, pair        messages and work orders per minute, in total or to one recipient
    units               units that an agent may spend per minute (`meter`)
    registrations       registrations on the whole stack per minute
    contact-requests    new contact requests to one agent per day
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

    def __init__(self, detail: str) -> None:
        super().__init__(detail, headers={"Retry-After": "1"})
