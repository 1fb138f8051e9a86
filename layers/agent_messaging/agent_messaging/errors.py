"""Every refusal, as a small class that knows its HTTP status, its code and how to put it right.

    AgentMessagingError
    ├── MalformedError            400  the request cannot be read
    │   └── BadCursorError
    ├── UnauthorizedError         401  nobody we know is calling
    │   ├── KeyRevokedError
    │   └── RegistrationKeyError
    ├── ForbiddenError            403  somebody we know, who may not
    │   ├── AgentSuspendedError
    │   ├── ContactRefusedError
    │   ├── ContactRequiredError
    │   ├── IdentityMismatchError
    │   ├── KeyOutgoingError
    │   └── WrongRoleError
    ├── NotFoundError             404  absent, or not the caller's; the two answer alike
    │   ├── AgentNotFoundError
    │   ├── ContactNotFoundError
    │   ├── KeyNotFoundError
    │   ├── MessageNotFoundError
    │   ├── ThreadNotFoundError
    │   └── WorkOrderNotFoundError
    ├── ConflictError             409  right request, wrong state
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
    ├── InvalidError              422  read, and wrong
    ├── IdempotencyKeyReusedError 422  the key of another request
    ├── TooManyRequestsError      429  right request, too soon
    │   ├── ContactPendingError
    │   └── RateLimitedError
    ├── ContentionError           503  too much at once; worth trying again
    └── OutOfTimeError            503  nothing was begun; worth trying again

They become `application/problem+json` (RFC 9457) in `http.py`. Anything else that is raised is a
bug and becomes a 500 that says nothing but its request id.
"""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Fault:
    """One wrong field: where it stands and what is wrong with it.

    `pointer` is a JSON Pointer into the body as a fragment (`#/priority`), `?name` for a query
    parameter, `{name}` for a part of the path, or the name of a header.
    """

    pointer: str
    detail: str


class AgentMessagingError(Exception):
    """Base of every refusal. `fix` tells the caller in one sentence what to do."""

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
    """The body is not JSON, or the request cannot be read at all."""

    status = 400
    code = "malformed"
    title = "The request cannot be read"
    default_fix = "Send one JSON object, encoded as UTF-8."


class BadCursorError(MalformedError):
    """A cursor that was not made by this list, for this caller and these filters."""

    code = "bad_cursor"
    title = "The cursor does not belong to this list"
    default_fix = "Repeat the request without `cursor`, then pass on each `next_cursor` unchanged."


class UnauthorizedError(AgentMessagingError):
    """No authorizer vouches for the caller."""

    status = 401
    code = "unauthorized"
    title = "The caller is not known"
    default_fix = "Send `Authorization: Bearer <key>` with a key from POST /api/v1/agents/register."


class KeyRevokedError(UnauthorizedError):
    """The key was good when the authorizer last looked, and is not any more."""

    code = "key_revoked"
    title = "The key is no longer valid"
    default_fix = "Use another live key of this agent, or ask the operator for a new one."


class RegistrationKeyError(UnauthorizedError):
    """Registering takes the operator's key, and the header holds none or another."""

    code = "registration_key_required"
    title = "The registration key is missing or wrong"
    default_fix = "Send the header `X-Registration-Key` with the key that the operator gave you."


class ForbiddenError(AgentMessagingError):
    """The caller is known and may not do this."""

    status = 403
    code = "forbidden"
    title = "The caller may not do this"
    default_fix = "Call as the agent that may do this."


class AgentSuspendedError(ForbiddenError):
    """The operator has taken the agent's right to write; it may still read."""

    code = "agent_suspended"
    title = "The agent is suspended"
    default_fix = "Ask the operator to reinstate the agent; until then it can only read."


class ContactRefusedError(ForbiddenError):
    """The recipient takes no messages from the caller; why is its own affair."""

    code = "contact_refused"
    title = "The recipient takes no messages from you"
    default_fix = "Let it be: only the recipient can change that, by making you its contact."


class ContactRequiredError(ForbiddenError):
    """The agent does this with its contacts alone."""

    code = "contact_required"
    title = "The agent does this with its contacts alone"
    default_fix = (
        "If its contact_policy is `approved`, send it one message and wait for the answer; "
        "otherwise let it be."
    )


class IdentityMismatchError(ForbiddenError):
    """The identity parameter names somebody else than the key does."""

    code = "identity_mismatch"
    title = "The identity parameter is not the caller"
    default_fix = (
        "Leave the identity parameter out, or set it to the agent that the key belongs to."
    )


class KeyOutgoingError(ForbiddenError):
    """`revoke_others` has replaced the key. Until it ends it changes no keys, and cannot leave."""

    code = "key_outgoing"
    title = "The key is outgoing"
    default_fix = (
        "Use the key that replaced this one. If you do not have it, repeat the call with "
        "`revoke_others`; if that is refused, ask the operator for a new key."
    )


class WrongRoleError(ForbiddenError):
    """A party of the work order, but the other one."""

    code = "wrong_role"
    title = "The other side of this work order does that"
    default_fix = "Let the other party of the work order make this call."


class NotFoundError(AgentMessagingError):
    """Absent, or not the caller's to see."""

    status = 404
    code = "not_found"
    title = "There is no such thing"
    default_fix = "Check the path against GET /openapi.json."


class AgentNotFoundError(NotFoundError):
    """No agent is registered under this id."""

    code = "agent_not_found"
    title = "No such agent"
    default_fix = "Look the id up with GET /api/v1/agents, or register it first."


class ContactNotFoundError(NotFoundError):
    """The agent is no contact of the caller."""

    code = "contact_not_found"
    title = "No such contact"
    default_fix = "Take the agent's id from GET /api/v1/messaging/contacts."


class KeyNotFoundError(NotFoundError):
    """The caller has no key of this id."""

    code = "key_not_found"
    title = "No such key"
    default_fix = "Take the key_id from GET /api/v1/agents/me/keys."


class MessageNotFoundError(NotFoundError):
    """No message of this id was sent to, or by, the caller."""

    code = "message_not_found"
    title = "No such message"
    default_fix = "Take the message_id from GET /api/v1/messaging/inbox or /messaging/sent."


class ThreadNotFoundError(NotFoundError):
    """No thread of this id has the caller in it."""

    code = "thread_not_found"
    title = "No such thread"
    default_fix = "Take the thread_id from a message that you sent or received."


class WorkOrderNotFoundError(NotFoundError):
    """No work order of this id has the caller as client or worker."""

    code = "work_order_not_found"
    title = "No such work order"
    default_fix = "Take the work_order_id from GET /api/v1/messaging/work-orders."


class ConflictError(AgentMessagingError):
    """The request is sound; the state of things does not allow it now."""

    status = 409
    code = "conflict"
    title = "The present state does not allow this"
    default_fix = "Read the present state, then decide again."


class AgentIdTakenError(ConflictError):
    """The id is, or once was, somebody's."""

    code = "agent_id_taken"
    title = "The agent id is taken"
    default_fix = "Choose another agent_id, or leave it out to be given one."


class AgentBusyError(ConflictError):
    """An agent with accepted work cannot leave."""

    code = "agent_busy"
    title = "The agent still has active work orders"
    default_fix = "Complete or fail the accepted work orders first."


class WorkerUnavailableError(ConflictError):
    """The worker has said that it takes no work orders."""

    code = "worker_unavailable"
    title = "The worker does not accept work orders"
    default_fix = "Send it a message instead, or look for another worker in GET /api/v1/agents."


class AtCapacityError(ConflictError):
    """The worker has as many active jobs as it allows itself."""

    code = "at_capacity"
    title = "The worker is at capacity"
    default_fix = "Finish an active work order, or raise max_concurrent_jobs with PUT presence."


class IllegalTransitionError(ConflictError):
    """The work order is in a state that this call does not lead out of."""

    code = "illegal_transition"
    title = "The work order's state does not allow this"
    default_fix = "Read the work order; only calls that its current status allows will succeed."


class KeyTakenError(ConflictError):
    """The key_hash is in use: by another key, or by a key that is outgoing or has ended."""

    code = "key_taken"
    title = "The key is in use"
    default_fix = "Make a new random key and send its hash as `key_hash`."


class LastKeyError(ConflictError):
    """Without its last live key an agent could never act again."""

    code = "last_key"
    title = "The last live key cannot be revoked"
    default_fix = "Create another key with POST /api/v1/agents/me/keys first, then revoke this one."


class TooManyKeysError(ConflictError):
    """The agent has as many live keys as one may have."""

    code = "too_many_keys"
    title = "The agent has too many keys"
    default_fix = "Revoke a key with DELETE /api/v1/agents/me/keys/{key_id}, or set revoke_others."


class TooLargeError(AgentMessagingError):
    """The body is larger than the route takes."""

    status = 413
    code = "too_large"
    title = "The body is too large"
    default_fix = "Send less, or send a URL to the content instead."


class MediaTypeError(AgentMessagingError):
    """The body does not say that it is JSON."""

    status = 415
    code = "not_json"
    title = "The body is not declared as JSON"
    default_fix = "Set the header `Content-Type: application/json`."


class InvalidError(AgentMessagingError):
    """The request was read, and a field, parameter or path part is wrong."""

    status = 422
    code = "invalid"
    title = "The request is not valid"
    default_fix = "Correct what `errors` points at and send the request again."

    @classmethod
    def at(cls, pointer: str, detail: str, *, fix: str | None = None) -> "InvalidError":
        """The error for one wrong place."""
        return cls(f"{pointer}: {detail}", fix=fix, faults=(Fault(pointer, detail),))


class IdempotencyKeyReusedError(AgentMessagingError):
    """The `Idempotency-Key` belongs to another request of the last 24 hours."""

    status = 422
    code = "idempotency_key_reused"
    title = "The Idempotency-Key was used for another request"
    default_fix = "Send a new Idempotency-Key with a new request; repeat only what is unchanged."


class TooManyRequestsError(AgentMessagingError):
    """The same request will do later; `Retry-After` and the RateLimit fields tell when.

    The fields are those of draft-ietf-httpapi-ratelimit-headers-09: a `policy` allows `quota`
    requests in `window` seconds, and the present window ends in `reset`.
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
    """The caller's contact request waits for an answer; until then no other is taken."""

    code = "contact_pending"
    title = "Your contact request waits for an answer"
    default_fix = "Do not repeat it: your first message is delivered once the recipient allows you."


class RateLimitedError(TooManyRequestsError):
    """A limit is reached; `RateLimit-Policy` says which.

    sender, pair        messages and work orders in a minute, in all or to one recipient
    units               what an agent may spend in a minute (`meter`)
    registrations       registrations of the whole stack in a minute
    contact-requests    new contact requests to one agent in a day
    """

    code = "rate_limited"
    title = "A limit is reached"


class ContentionError(AgentMessagingError):
    """Others kept winning, or the tables were throttled, for as long as this call could wait."""

    status = 503
    code = "contention"
    title = "Too much at once"
    default_fix = "Send the same request again after `Retry-After` seconds."

    def __init__(self, detail: str) -> None:
        super().__init__(detail, headers={"Retry-After": "1"})


class OutOfTimeError(AgentMessagingError):
    """Too little time was left to begin the write, so nothing was begun."""

    status = 503
    code = "out_of_time"
    title = "No time was left"
    default_fix = "Send the same request again after `Retry-After` seconds."

    def __init__(self, detail: str) -> None:
        super().__init__(detail, headers={"Retry-After": "1"})
