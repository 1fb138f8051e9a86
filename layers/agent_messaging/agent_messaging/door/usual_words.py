"""Words that other APIs use, and what stands in their place here.

A request with such a word is refused, because a guess could change its meaning. The refusal names
the field to use instead, or says how this API does the same.
"""

from typing import NamedTuple


class Word(NamedTuple):
    """What to do about a word that is no field of the route.

    The first of `fields` that the route has is the right name. Otherwise the word is removed, and
    `advice` says what to do. `advice` is only for a route that has one of the fields `needs`, if
    there are any. `inbox` and `feed` are the advice for these two, if that is another one.
    """

    fields: tuple[str, ...] = ()
    advice: str = ""
    needs: tuple[str, ...] = ()
    inbox: str = ""
    feed: str = ""


_FEED = "Send the `next_after` of the previous answer as `after`."
_LIMIT = Word(("limit",))
_CURSOR = Word(("cursor", "after", "position"))
_PAGE = Word(
    advice="Page with the cursor: send each `next_cursor` as `cursor`, until it is null.",
    needs=("cursor",),
    feed=_FEED,
)
SORT = Word(
    advice="The order of a list is fixed: messages and orders are newest first.",
    needs=("limit",),
    feed="The feed begins with its oldest event. `after=latest` skips all events until now.",
)
_TIME = Word(
    advice="A list has no filter by time. Read it page by page, until its entries are too old.",
    needs=("cursor",),
    feed=f"A feed has positions instead of times. {_FEED}",
)
_UNREAD = Word(
    advice="For unread messages, add `status=pending` to the query.",
    needs=("type",),
    feed="The feed has events, not messages. Continue after the last event that you have handled.",
)
_FILTER = Word(advice="Each filter is a parameter of its own.")
_SEARCH = Word(("q",), "Only agents can be searched, with GET /api/v1/agents?q=<words>.")
_RECIPIENT = Word(("to_agent_id", "client_id", "worker_id"))
_ONE_RECIPIENT = Word(
    advice="A message has one recipient. Send it to each agent on its own.", needs=("to_agent_id",)
)
_SENDER = Word(
    ("client_id",),
    "The sender is always the agent that calls, so no field names it.",
    inbox="The inbox has no filter by sender; read `from_agent` of each message.",
)
_TEXT = Word(("body", "message", "description", "summary", "reason", "status_message"))
_HEADING = Word(("title", "subject", "label", "name"))
_FILE = Word(advice="Files cannot be attached. Put a URL into a text or an object instead.")
_DATA = Word(("metadata", "result_data", "requirements"))
_TIME_LIMIT = Word(("deadline_at", "expires_at", "estimated_completion"))
_WAIT = Word(
    ("wait",),
    "To wait for new events, call GET /api/v1/messaging/feed/wait.",
    needs=("limit",),
)
_TIMEOUT = _WAIT._replace(fields=(*_TIME_LIMIT.fields, "wait"))
_MONEY = Word(("budget_usd",))
_SKILLS = Word(("capability", "capabilities"))
_KEY = Word(
    advice="A key is sent only in a header: `Authorization: Bearer <key>`. Do not put it into a "
    "query or a body."
)
_IDEMPOTENCY = Word(
    advice="Send it as the header `Idempotency-Key`.",
    # Fields of the routes that take the header.
    needs=("to_agent_id", "rejection_reason", "result_data"),
)
_ONLINE = Word(
    ("online",),
    "To be online, call POST /api/v1/messaging/heartbeat. To be offline, call DELETE "
    "/api/v1/messaging/presence.",
    needs=("accepts_work_orders",),
)
_REASON = Word(("reason", "rejection_reason"))
_LONE_ID = Word(("message_ids", "work_order_ids", "agent_id", "to_agent_id"))
_STATE = Word(("status", "state", "status_message", "action"))

_URL = Word(("url", "result_url"))
_EVENTS = Word(("event_types", "event_type"))
_SECRET = Word(
    advice="The server makes the secret, and shows it once.",
    needs=("event_types",),
)
_ENABLED = Word(
    advice="A new webhook is active. To enable a webhook that the server disabled, use PATCH with "
    "the status `active`. To end a webhook, use DELETE.",
    needs=("event_types",),
)

WORDS = {
    **dict.fromkeys(("per_page", "page_size", "count", "size", "max_results", "max"), _LIMIT),
    **dict.fromkeys(("first", "top", "take", "rows", "n"), _LIMIT),
    **dict.fromkeys(("next_cursor", "page_token", "next", "next_token", "after"), _CURSOR),
    **dict.fromkeys(("cursor", "next_after", "position", "last_event_id", "event_id"), _CURSOR),
    **dict.fromkeys(("starting_after", "continuation", "token", "start"), _CURSOR),
    **dict.fromkeys(("page", "offset", "skip", "page_number"), _PAGE),
    **dict.fromkeys(("sort", "sort_by", "order", "order_by", "direction", "desc"), SORT),
    **dict.fromkeys(("since", "before", "until", "start_time", "end_time"), _TIME),
    **dict.fromkeys(("from_date", "to_date", "created_after", "created_before"), _TIME),
    **dict.fromkeys(("unread", "unread_only", "only_unread", "is_read", "read"), _UNREAD),
    **dict.fromkeys(("filter", "filters", "where", "fields", "include", "expand"), _FILTER),
    **dict.fromkeys(("search", "query", "keyword", "keywords", "term", "text_query"), _SEARCH),
    **dict.fromkeys(("to", "recipient", "recipient_id", "to_id", "target", "receiver"), _RECIPIENT),
    **dict.fromkeys(("to_agent", "target_agent_id", "worker", "worker_id", "assignee"), _RECIPIENT),
    **dict.fromkeys(("cc", "bcc", "recipients", "to_agent_ids"), _ONE_RECIPIENT),
    **dict.fromkeys(("from", "sender", "sender_id", "from_id", "from_agent", "author"), _SENDER),
    **dict.fromkeys(("message", "content", "text", "msg", "body", "payload", "note"), _TEXT),
    **dict.fromkeys(("subject", "title", "heading", "headline", "display_name"), _HEADING),
    **dict.fromkeys(("attachments", "attachment", "file", "files"), _FILE),
    **dict.fromkeys(("data", "meta", "extra", "context", "result", "output"), _DATA),
    **dict.fromkeys(("deadline", "due", "due_at", "due_date", "ttl", "expires"), _TIME_LIMIT),
    **dict.fromkeys(("eta", "expires_in"), _TIME_LIMIT),
    **dict.fromkeys(("wait", "wait_seconds", "poll", "long_poll", "block", "seconds"), _WAIT),
    **dict.fromkeys(("timeout", "timeout_seconds"), _TIMEOUT),
    **dict.fromkeys(("budget", "price", "amount", "cost", "price_usd"), _MONEY),
    **dict.fromkeys(("skill", "skills", "caps", "tags", "tag", "roles"), _SKILLS),
    **dict.fromkeys(("key", "api_key", "apikey", "access_token", "authorization"), _KEY),
    **dict.fromkeys(("reply_to", "in_reply_to", "parent_id", "reply_id"), Word(("reply_to_id",))),
    **dict.fromkeys(("thread", "conversation_id", "conversation"), Word(("thread_id",))),
    **dict.fromkeys(("why", "error", "comment", "rejection_reason", "reason"), _REASON),
    **dict.fromkeys(("id", "ids", "message_id", "work_order_id"), _LONE_ID),
    **dict.fromkeys(("status", "state", "decision", "response"), _STATE),
    **dict.fromkeys(("idempotency_key", "idempotency", "idempotency_token"), _IDEMPOTENCY),
    **dict.fromkeys(("is_online", "online", "offline", "is_offline", "available"), _ONLINE),
    "name": Word(("q", "title", "subject", "label")),
    "url": Word(("result_url",)),
    **dict.fromkeys(("endpoint", "endpoint_url", "callback", "callback_url", "uri"), _URL),
    **dict.fromkeys(("webhook_url", "target_url", "hook_url", "address", "hook"), _URL),
    **dict.fromkeys(("events", "event", "topics", "topic", "types", "enabled_events"), _EVENTS),
    **dict.fromkeys(("subscriptions", "filter_types", "event_filter"), _EVENTS),
    **dict.fromkeys(("secret", "signing_secret", "token_secret"), _SECRET),
    **dict.fromkeys(("enabled", "is_enabled", "is_active", "disabled"), _ENABLED),
    "importance": Word(("priority",)),
    "urgency": Word(("priority",)),
    "username": Word(("name", "agent_id")),
}

# Values that other APIs use for no filter, and for false.
ALL = frozenset({"all", "any", "*", "both", "every", ""})
NO = frozenset({"no", "n", "off", "0", "none", "never", "f", "disabled", ""})

# Values that other APIs use, and the value to use here if the field has it.
VALUES = {
    "unread": ("pending",),
    "new": ("pending",),
    "open": ("pending", "accepted"),
    "waiting": ("pending", "held"),
    "active": ("accepted",),
    "in_progress": ("accepted",),
    "done": ("completed",),
    "finished": ("completed",),
    "canceled": ("cancelled",),
    "declined": ("rejected",),
    "seen": ("read",),
    "approve": ("accept", "allowed"),
    "allow": ("allowed",),
    "yes": ("accept", "true"),
    "decline": ("reject",),
    "deny": ("reject", "blocked"),
    "no": ("reject", "false"),
    "block": ("blocked",),
    "received": ("worker",),
    "sent": ("client",),
    "message": ("chat_message",),
    "public": ("open",),
    "private": ("closed",),
    "1": ("true",),
    "0": ("false",),
}
