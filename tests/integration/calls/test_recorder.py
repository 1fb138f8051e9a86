"""The recorder notices what moto lets pass and DynamoDB does not."""

from tests.integration.recorder import reserved_words


def test_a_reserved_word_that_stands_bare_is_noticed():
    update = {"UpdateExpression": "SET #status = :read, status = :x REMOVE pending_for"}
    query = {"KeyConditionExpression": "shard = :shard AND size(agent_id) > :after"}
    assert reserved_words([update, {"TransactItems": [{"Update": query}]}]) == {"status", "shard"}
