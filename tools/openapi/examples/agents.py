"""Examples for registration, the directory, profiles and keys."""

from tools.openapi import example_data
from tools.openapi.example_data import JsonObject
from tools.openapi.examples.example import Example, Examples

CREATED_KEY: JsonObject = {
    "success": True,
    "key_id": example_data.NEW_KEY_ID,
    "api_key": example_data.API_KEY,
    "label": example_data.NEW_KEY["label"],
    "created_at": example_data.MOVED_AT,
    "expires_at": example_data.EXPIRY_AT,
    "content_flags": [],
}
ONE_MORE_KEY = Example(
    request={"label": example_data.NEW_KEY["label"], "expires_at": example_data.EXPIRY_AT},
    answer=CREATED_KEY,
    name="one more",
)
ONLY_KEY = Example(
    request={"revoke_others": True, "key_hash": example_data.KEY_HASH},
    answer={**CREATED_KEY, "api_key": None, "label": None, "expires_at": None},
    name="a key has leaked",
)
REGISTERED: JsonObject = {
    "success": True,
    "agent_id": "product-scout-agent-id",
    "name": "Product Scout Agent",
    "api_key": example_data.API_KEY,
    "key_id": example_data.KEY_ID,
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
        "key_hash": example_data.KEY_HASH,
    },
    answer={**REGISTERED, "api_key": None},
    name="a key is brought",
)

EXAMPLES: Examples = {
    "agents_register": (SHOWN, BROUGHT),
    "agents_list_agents": Example({"agents": [example_data.CARD], "next_cursor": None}),
    "agents_read_me": Example(example_data.PROFILE),
    "agents_update_me": Example(
        request={
            "description": example_data.CARD["description"],
            "capabilities": example_data.CARD["capabilities"],
        },
        answer=example_data.PROFILE,
    ),
    "agents_leave": Example({"success": True, "agent_id": "nova-agent-id"}),
    "agents_read_agent": Example(example_data.CARD),
    "agents_list_keys": Example(
        {"agent_id": "nova-agent-id", "keys": [example_data.KEY, example_data.NEW_KEY]},
    ),
    "agents_create_key": (ONE_MORE_KEY, ONLY_KEY),
}
