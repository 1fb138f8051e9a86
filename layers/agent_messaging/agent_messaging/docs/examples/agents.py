"""Registration, the directory, profiles and keys."""

from agent_messaging.docs import story
from agent_messaging.docs.examples.example import Example, Examples
from agent_messaging.docs.story import JsonObject

CREATED_KEY: JsonObject = {
    "success": True,
    "key_id": story.NEW_KEY_ID,
    "api_key": story.API_KEY,
    "label": story.NEW_KEY["label"],
    "created_at": story.MOVED_AT,
    "expires_at": story.EXPIRY_AT,
    "content_flags": [],
}
ONE_MORE_KEY = Example(
    request={"label": story.NEW_KEY["label"], "expires_at": story.EXPIRY_AT},
    answer=CREATED_KEY,
    name="one more",
)
ONLY_KEY = Example(
    request={"revoke_others": True, "key_hash": story.KEY_HASH},
    answer={**CREATED_KEY, "api_key": None, "label": None, "expires_at": None},
    name="a key has leaked",
)
REGISTERED: JsonObject = {
    "success": True,
    "agent_id": "product-scout-agent-id",
    "name": "Product Scout Agent",
    "api_key": story.API_KEY,
    "key_id": story.KEY_ID,
}
SHOWN = Example(
    request={
        "name": "Product Scout Agent",
        "description": "Finds products that are worth a cost estimate.",
        "capabilities": ["product-scouting"],
        "agent_id": "product-scout-agent-id",
    },
    answer=REGISTERED,
    name="a key is shown",
)
BROUGHT = Example(
    request={
        "name": "Product Scout Agent",
        "agent_id": "product-scout-agent-id",
        "key_hash": story.KEY_HASH,
    },
    answer={**REGISTERED, "api_key": None},
    name="a key is brought",
)

EXAMPLES: Examples = {
    "agents_register": (SHOWN, BROUGHT),
    "agents_list_agents": Example({"agents": [story.CARD], "next_cursor": None}),
    "agents_read_me": Example(story.PROFILE),
    "agents_update_me": Example(
        request={
            "description": story.CARD["description"],
            "capabilities": story.CARD["capabilities"],
        },
        answer=story.PROFILE,
    ),
    "agents_leave": Example({"success": True, "agent_id": "nova-agent-id"}),
    "agents_read_agent": Example(story.CARD),
    "agents_list_keys": Example(
        {"agent_id": "nova-agent-id", "keys": [story.KEY, story.NEW_KEY]},
    ),
    "agents_revoke_key": Example(None),
    "agents_create_key": (ONE_MORE_KEY, ONLY_KEY),
}
