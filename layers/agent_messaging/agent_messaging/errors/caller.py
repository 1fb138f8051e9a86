"""Errors of a caller that is unknown, or may not do this: 401 and 403."""

from agent_messaging.errors.base import AgentMessagingError


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
    """The identity parameter names one agent, but the key belongs to another."""

    code = "identity_mismatch"
    title = "The identity parameter does not match the key"
    default_fix = (
        "Leave out the identity parameter, or set it to the agent that the key belongs to."
    )


class KeyOutgoingError(ForbiddenError):
    """`revoke_others` replaced the key. The key cannot change other keys or delete the agent."""

    code = "key_outgoing"
    title = "The key was replaced and is outgoing"
    default_fix = (
        "Use the key that replaced this one. If you do not have it, call POST "
        "/api/v1/agents/me/keys with `revoke_others` again. If that is refused, ask the operator "
        "for a new key."
    )


class WrongRoleError(ForbiddenError):
    """Only the other party of the work order may do this."""

    code = "wrong_role"
    title = "Only the other party of the work order may do this"
    default_fix = "Let the other party of the work order make this call."
