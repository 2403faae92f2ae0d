"""Looking up a receipt: whoever has a code learns how its contribution stands, and nothing else; not too often."""

from __future__ import annotations

from datetime import datetime

from dialogs import receipts
from dialogs.exchange import Input, LookedUp, Say, Typed
from dialogs.screens import beside, rejected
from dialogs.session import Session, Stage
from dialogs.turn import Turn

MOST, WINDOW = 5, 600
"""So many codes within so many seconds: enough for a slip of the pen, hopeless for guessing."""

MENUS = frozenset({Stage.HOME, Stage.MINE, Stage.COMPONENT, Stage.QUESTIONNAIRE, Stage.ABOUT, Stage.RESUME})
"""The screens at which a code can be typed; at an open question it would be an answer."""


def receipt_wanted(session: Session, input: Input, now: datetime) -> str | None:
    """Return the code that must be looked up to take `input` (as `LookedUp`), or None."""
    if not isinstance(input, Typed) or not session.consent or session.stage not in MENUS:
        return None
    code = receipts.normalise(input.text)
    return code if code and len(_recent(session, now)) < MOST else None


def answer(session: Session, looked: LookedUp, now: datetime) -> Turn:
    """Say how the contribution with that code stands, then show the present screen again."""
    noted = session._replace(looked=(*_recent(session, now), int(now.timestamp())))
    if not looked.states:
        return rejected(noted, "receipt-unknown")
    return beside(noted, Say("receipt", {"receipt": looked.receipt, "states": ",".join(looked.states)}))


def slip(session: Session, typed: Typed) -> str:
    """Return why a text shaped like a code was not looked up: it has a slip, or there were too many; "" for others."""
    if session.stage not in MENUS or receipts.spelled(typed.text) is None:
        return ""
    return "receipt-too-often" if receipts.normalise(typed.text) else "receipt-unknown"


def _recent(session: Session, now: datetime) -> tuple[int, ...]:
    return tuple(moment for moment in session.looked if moment > now.timestamp() - WINDOW)
