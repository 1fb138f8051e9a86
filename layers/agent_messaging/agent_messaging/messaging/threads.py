"""Choose the thread of a new message.

A thread's id ends in a hash of its two agents. So a thread of other agents is refused without a
read. A reply belongs to the thread of the message that it answers.
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

    `answered` is the message `reply_to_id` from the sender's own inbox, or None if it is not there.

    Raises:
        InvalidError: the thread belongs to other agents, the answered message did not come from
            the recipient, or it is in another thread.
    """
    if thread_id is not None and not ids.is_thread_of(thread_id, sender_id, recipient_id):
        raise InvalidError.at(
            "#/thread_id",
            "is not a thread between you and the recipient",
            fix="Remove `thread_id` to begin a thread, or set it to the `thread_id` of a message "
            f"between you and `{recipient_id}`.",
        )
    if reply_to_id is None:
        return thread_id
    if answered is None or answered.sender.id != recipient_id:
        raise InvalidError.at(
            "#/reply_to_id",
            "is not a message that you received from the recipient",
            fix="Set `reply_to_id` to the `message_id` of a message that "
            f"`{recipient_id}` sent, from GET /api/v1/messaging/inbox, or remove it.",
        )
    if thread_id not in (None, answered.thread_id):
        raise InvalidError.at(
            "#/thread_id",
            "is not the thread of the message in reply_to_id",
            fix=f'Set `thread_id` to `"{answered.thread_id}"`, or remove it.',
        )
    return answered.thread_id
