"""The messages of a queue: when they are visible, and whose turn it is."""

from local.queues.messages import Message, Messages, parse


def messages(*found, visibility=30):
    return Messages(visibility, found)


def message(name, at=0.0, group=None, visible_at=None):
    return Message(name, at, at if visible_at is None else visible_at, group, id=name)


def bodies(taken):
    return [each.body for each in taken]


def test_the_oldest_message_comes_first():
    queue = messages(message("b", 2), message("a", 1), message("c", 3))
    assert bodies(queue.receive(5, 2)) == ["a", "b"]


def test_a_message_waits_for_its_delay():
    queue = messages(message("a", visible_at=10))
    assert queue.receive(9.9, 10) == []
    assert queue.next_at() == 10
    assert bodies(queue.receive(10, 10)) == ["a"]


def test_what_was_received_comes_again_unless_it_is_deleted():
    queue = messages(message("a"), message("b"))
    assert len(queue.receive(0, 10)) == 2
    queue.delete("a")
    queue.fail("b", "no luck")
    assert queue.receive(29, 10) == []
    (again,) = queue.receive(30, 10)
    assert (again.body, again.receives, again.reason) == ("b", 2, "no luck")
    assert len(queue) == 1


def test_a_group_with_many_messages_keeps_no_other_waiting():
    many = [message(f"many{number}", number, "many") for number in range(5)]
    queue = messages(*many, message("one", 9, "one"))
    assert bodies(queue.receive(10, 1)) == ["many0"]
    assert bodies(queue.receive(10, 1)) == ["one"]
    assert bodies(queue.receive(10, 2)) == ["many1", "many2"]


def test_a_message_is_kept_as_text():
    assert parse(message("a", 1, "g").to_text()) == message("a", 1, "g")


def test_an_empty_queue_has_nothing_next():
    assert messages().next_at() is None
