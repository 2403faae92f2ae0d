"""Which answer a message belongs to, by the order of Telegram's message numbers. No timer.

Telegram numbers all messages of a bot's private chats, in and out, in one rising sequence; a message with a lower
number than the screen's was written before the screen was seen, and belongs to the answer before it.
"""

from __future__ import annotations

from dialogs.session import Draft, Session
from dialogs.types import Slot


def is_late(session: Session, draft: Draft, number: int) -> bool:
    """Return whether message `number` was written before the present screen could be seen.

    The screen's number is unknown only where a crash came between posting it and keeping its number; while a
    running process posts it, the chat's next message waits. Then a message that directly follows the one taken
    last was certainly written before the screen, since no number is left between them; any other is taken as an
    answer to the screen: whoever writes after a silence answers what they see, and where that is wrong one press
    on the next question moves it (the other mistake would put an answer where nobody looks for it).
    """
    if draft.written is None:
        return False
    if session.posted is not None:
        return number < session.posted
    return number <= draft.written[1] + 1


def owner(draft: Draft, number: int) -> Slot:
    """Return the slot whose words were written last before message `number`."""
    assert draft.written is not None, "something was written before"
    earlier = [(part.number, answer.slot) for answer in draft.answers for part in answer.parts if part.number < number]
    return max(earlier)[1] if earlier else draft.written[0]
