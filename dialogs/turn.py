"""What one input leads to: the value that the engine and the lobby return, and that storage and the bot carry out."""

from __future__ import annotations

from typing import NamedTuple

from dialogs.exchange import Event, Prompt
from dialogs.session import Session


class Turn(NamedTuple):
    """The next session, the facts to keep, and what to say.

    `toast` is the topic of a short notice over a pressed button ("" for none), `pressed` the label of the choice that
    was taken, so that its message can show it; `redraw` asks that the pressed message's choices be drawn anew
    instead of anything being said (ticking several options).
    """

    session: Session
    events: tuple[Event, ...] = ()
    prompts: tuple[Prompt, ...] = ()
    toast: str = ""
    pressed: str = ""
    redraw: bool = False
