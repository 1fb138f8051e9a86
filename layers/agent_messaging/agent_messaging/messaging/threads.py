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
            fix="Leave thread_id out to begin a thread, or use the thread_id of a message between "
            f"you and `{recipient_id}`.",
        )
    if reply_to_id is None:
        return thread_id
    if answered is None or answered.sender.id != recipient_id:
        raise InvalidError.at(
            "#/reply_to_id",
            "is not a message that you received from the recipient",
            fix=f"Use the message_id of a message in your inbox that `{recipient_id}` sent.",
        )
    if thread_id not in (None, answered.thread_id):
        raise InvalidError.at(
            "#/thread_id",
            "is not the thread of the message in reply_to_id",
            fix=f"Leave thread_id out, or set it to `{answered.thread_id}`.",
        )
    return answered.thread_id
