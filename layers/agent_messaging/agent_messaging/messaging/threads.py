"""Choose the thread of a new message.

A thread's id ends in a hash of its two agents, so a message in another pair's thread is refused
without a read. A reply belongs to the thread of the message that it answers.
"""

from agent_messaging import ids
from agent_messaging.errors import InvalidError
from agent_messaging.messaging.model import Message


def choose(
    sender_id: str,
    recipient_id: str,
    *,
    thread_id: str | None,
    reply_to_id: str | None,
    answered: Message | None,
) -> str | None:
    """Return the id of a new message's thread, or None for a new thread.

    `answered` is the message `reply_to_id` in the sender's own inbox, None if it is not there.

    Raises:
        InvalidError: the thread is another pair's, the answered message did not come from the
            recipient, or it is in another thread.
    """
    if thread_id is not None and not ids.is_thread_of(thread_id, sender_id, recipient_id):
        raise InvalidError.at(
            "#/thread_id",
            "is not a thread between you and the recipient",
            fix="Leave thread_id out to begin a thread, or take it from a message with this agent.",
        )
    if reply_to_id is None:
        return thread_id
    if answered is None or answered.sender.id != recipient_id:
        raise InvalidError.at(
            "#/reply_to_id",
            "is not a message that you received from the recipient",
            fix="Take the message_id from your inbox, and send the reply to its from_agent.",
        )
    if thread_id not in (None, answered.thread_id):
        raise InvalidError.at(
            "#/thread_id",
            "is not the thread of the message in reply_to_id",
            fix="Leave thread_id out: reply_to_id gives the thread.",
        )
    return answered.thread_id
