"""Which answer a message belongs to, by the order of Telegram's message numbers. No timer.

Telegram numbers all messages of a bot's private chats, in and out, in one rising sequence; a message with a lower
number than the screen's was written before the screen was seen. It continues the words before it; it presses nothing
on the screen. A screen that is only shown again was seen when it was shown first.
"""

from __future__ import annotations

from dialogs.screens import ASIDES
from dialogs.session import NOT_YET, Draft, Session
from dialogs.types import Slot


def noticed(session: Session) -> Session:
    """Return the session with the number that showed the present screen first; an aside leaves what it interrupts."""
    place = _place(session)
    if session.stage in ASIDES or (session.seen and session.seen[0] == place):
        return session
    known = session.posted if session.posted != NOT_YET else None
    return session._replace(seen=None if known is None else (place, known))


def handed_over(before: Draft | None, session: Session) -> Session:
    """Return the session so that words to the draft in hand `before` are not continued in the one now in hand."""
    after = session.draft
    if before is None or before.written is None or (after and after.id == before.id):
        return session
    return session._replace(chose=max(session.chose, before.written[1]))


def is_early(session: Session, number: int) -> bool:
    """Return whether message `number` was certainly written before the present screen could be seen."""
    shown = _shown(session)
    return shown is not None and number < shown


def is_late(session: Session, draft: Draft, number: int) -> bool:
    """Return whether message `number` was written before the present screen, and continues the words before it.

    It does not where something was chosen, or words went to another draft, in between.

    The screen's number is unknown only where nobody can say whether it arrived: a process died while sending it, or
    Telegram did not answer. While a running process sends it, the chat's next message waits, and where it surely was
    not sent yet `posted` is NOT_YET. Where it is unknown, a message that directly follows the one taken
    last was certainly written before the screen, since no number is left between them; any other is taken as an
    answer to the screen: whoever writes after a silence answers what they see, and where that is wrong one press
    on the next question moves it (the other mistake would put an answer where nobody looks for it).
    """
    if draft.written is None or draft.written[1] < session.chose < number:
        return False
    if _shown(session) is not None:
        return is_early(session, number)
    return number <= draft.written[1] + 1


def _shown(session: Session) -> int | None:
    """Return the number of the message that showed the present screen first, None while it is unknown."""
    return session.seen[1] if session.seen and session.seen[0] == _place(session) else session.posted


def _place(session: Session) -> str:
    """Return a name of the present screen, the same however often it is shown."""
    draft = session.draft
    asked = (draft.id, *(draft.at or ())) if draft else ()
    return " ".join(map(str, (session.stage, session.component, *asked)))


def owner(draft: Draft, number: int) -> Slot:
    """Return the slot whose words were written last before message `number`."""
    assert draft.written is not None, "something was written before"
    earlier = [(part.number, answer.slot) for answer in draft.answers for part in answer.parts if part.number < number]
    return max(earlier)[1] if earlier else draft.written[0]
