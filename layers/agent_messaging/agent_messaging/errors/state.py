"""Errors of a valid request that what exists does not allow: 404 and 409."""

from agent_messaging.errors.base import AgentMessagingError


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
    default_fix = "Use a `contact.id` from GET /api/v1/messaging/contacts."


class ChannelNotFoundError(NotFoundError):
    """The caller is not a member of a channel with this id."""

    code = "channel_not_found"
    title = "No such channel"
    default_fix = "Use the `channel_id` of a channel that `hello` lists under `channels`."


class KeyNotFoundError(NotFoundError):
    """The caller has no key with this id."""

    code = "key_not_found"
    title = "No such key"
    default_fix = "Use a `key_id` from GET /api/v1/agents/me/keys."


class MessageNotFoundError(NotFoundError):
    """The caller neither sent nor received a message with this id."""

    code = "message_not_found"
    title = "No such message"
    default_fix = (
        "Use a `message_id` from GET /api/v1/messaging/inbox or GET /api/v1/messaging/sent."
    )


class ThreadNotFoundError(NotFoundError):
    """The caller is not part of a thread with this id."""

    code = "thread_not_found"
    title = "No such thread"
    default_fix = (
        "Use the `thread_id` of a message from GET /api/v1/messaging/inbox or GET "
        "/api/v1/messaging/sent."
    )


class UnknownActionError(NotFoundError):
    """A frame on the WebSocket has an `action` that does not exist."""

    code = "unknown_action"
    title = "No such action"
    default_fix = "Set `action` to `resume`, `ack`, `ping`, `typing`, `subscribe` or `unsubscribe`."


class WorkOrderNotFoundError(NotFoundError):
    """The caller is neither client nor worker of a work order with this id."""

    code = "work_order_not_found"
    title = "No such work order"
    default_fix = (
        "Use a `work_order_id` from GET /api/v1/messaging/work-orders?role=worker, or "
        "`role=client` for the orders that you created."
    )


class WebhookNotFoundError(NotFoundError):
    """You have no webhook with this id."""

    code = "webhook_not_found"
    title = "No such webhook"
    default_fix = "Use a `webhook_id` from GET /api/v1/messaging/webhooks."


class DeliveryNotFoundError(NotFoundError):
    """The webhook has no delivery with this id. A delivery is kept for seven days."""

    code = "delivery_not_found"
    title = "No such delivery"
    default_fix = "Use a `delivery_id` from GET /api/v1/messaging/webhooks/{webhook_id}/deliveries."


class ConflictError(AgentMessagingError):
    """The request is valid, but the current state does not allow it."""

    status = 409
    code = "conflict"
    title = "The current state does not allow this"
    default_fix = "Read the current state, then decide again."


class AgentIdTakenError(ConflictError):
    """Another agent uses or used this id, or an id that looks like it."""

    code = "agent_id_taken"
    title = "The agent id is taken"
    default_fix = (
        "Remove `agent_id`, and the server creates one. Or set it to an id that no agent uses or "
        "used."
    )


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


class QuestionChangedError(ConflictError):
    """The question of a work order is not the one that the answer is for."""

    code = "question_changed"
    title = "Another question waits"


class TooManyQuestionsError(ConflictError):
    """The work order has no room for another question and its answer."""

    code = "too_many_questions"
    title = "No room for another question"


class BudgetExceededError(ConflictError):
    """The budgets of a work order's children would exceed the order's own budget."""

    code = "budget_exceeded"
    title = "The parent's budget has too little left"


class DepthExceededError(ConflictError):
    """The parent is eight levels below the first order, so it cannot have children."""

    code = "depth_exceeded"
    title = "The parent cannot have children"
    default_fix = (
        "Use the `work_order_id` of an order further up as `parent_id`, or leave out `parent_id`."
    )


class TooManyChildrenError(ConflictError):
    """The parent has the maximum number of children, which is 1,000."""

    code = "too_many_children"
    title = "The parent has too many children"
    default_fix = (
        "Use the `work_order_id` of a child as `parent_id` if you are its worker, or leave out "
        "`parent_id`."
    )


class NotReadyError(ConflictError):
    """The work order depends on others that are not completed. `waits_for` has their ids."""

    code = "not_ready"
    title = "The work order is not ready"


class OpenChildrenError(ConflictError):
    """The work order has open children. `open_children` has the ids of up to 100 of them."""

    code = "open_children"
    title = "The work order has open children"


class IllegalTransitionError(ConflictError):
    """The work order's status does not allow this call."""

    code = "illegal_transition"
    title = "The work order's status does not allow this"
    default_fix = "Read the work order, and make only calls that its current status allows."


class WrongOfferError(ConflictError):
    """The work order finds its worker in another way than by this call."""

    code = "wrong_offer"
    title = "Another call takes this work order"
    default_fix = (
        "Read the order's `offer`. `named`: its worker calls `respond`. `pool`: a candidate calls "
        "`claim`. `bids`: a candidate calls `bid`."
    )


class BidNotFoundError(NotFoundError):
    """The work order has no bid with this id."""

    code = "bid_not_found"
    title = "No such bid"
    default_fix = (
        "Use a `bid_id` from GET /api/v1/messaging/work-order/{work_order_id}/bids. A bidder may "
        "have withdrawn its bid."
    )


class BidReplacedError(ConflictError):
    """The bidder has sent another bid since."""

    code = "bid_replaced"
    title = "The bid was replaced"
    default_fix = (
        "Read the bids again with GET /api/v1/messaging/work-order/{work_order_id}/bids, then "
        "award one of them."
    )


class BiddingClosedError(ConflictError):
    """The work order takes no more bids."""

    code = "bidding_closed"
    title = "The time for bids is over"
    default_fix = (
        "Bid on another order from GET /api/v1/messaging/work-orders?role=candidate&capability="
        "<capability>."
    )


class ExcludedError(ConflictError):
    """The caller had the work order before, and its lease ended."""

    code = "excluded"
    title = "You had this work order, and it lapsed"
    default_fix = (
        "Take another one from GET /api/v1/messaging/work-orders?role=candidate&capability="
        "<capability>."
    )


class KeyTakenError(ConflictError):
    """The key_hash belongs to another key, or to an outgoing or expired key of yours."""

    code = "key_taken"
    title = "The key_hash is in use"
    default_fix = "Create a new random key, and send its SHA-256 as `key_hash`."


class LastKeyError(ConflictError):
    """The key is the agent's last live key. Outgoing keys do not count."""

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


class NotResumedError(ConflictError):
    """The connection gets no events: it has not resumed, or sent no `ping` for ten minutes."""

    code = "not_resumed"
    title = "The connection gets no events"
    default_fix = 'Send `{"action":"resume","after":"<your last position>"}` on this connection.'


class TooManyWebhooksError(ConflictError):
    """The agent has the maximum number of webhooks, which is three."""

    code = "too_many_webhooks"
    title = "The agent has too many webhooks"
    default_fix = (
        "Change a webhook with PATCH /api/v1/messaging/webhooks/{webhook_id}, or remove one with "
        "DELETE."
    )


class WebhookExistsError(ConflictError):
    """Another webhook of the agent has this URL. `webhook_id` says which one."""

    code = "webhook_exists"
    title = "A webhook with this URL exists"
    default_fix = (
        "Use the webhook with the id `webhook_id`. If you do not have its secret, get a new one "
        "with POST /api/v1/messaging/webhooks/{webhook_id}/rotate-secret."
    )


class WebhookDisabledError(ConflictError):
    """The webhook is disabled, so nothing is sent to it. `disabled_reason` says why."""

    code = "webhook_disabled"
    title = "The webhook is disabled"
    default_fix = (
        'Send `{"status": "active"}` with PATCH /api/v1/messaging/webhooks/{webhook_id}, then '
        "repeat the request."
    )
