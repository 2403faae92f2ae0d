"""Things that go wrong on purpose.

A fault waits for a call of its method (or for a delivery to the webhook), happens as often as it was told to,
and is gone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from simulator.errors import ApiError, bad_request

Kind = Literal["error", "html", "half", "lost", "delay", "duplicate"]
WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong.

    `method` is a Bot API method in lower case, `*` for any, or `webhook` for a delivery. Kinds: `error`
    answers `code` and `description` without doing anything; `html` answers a page of HTML with `code`; `half`
    does what was asked, sends half the answer and hangs up; `lost` does it and sends nothing (for a webhook:
    the bot's 200 is lost on its way back); `delay` waits `seconds` first; `duplicate` delivers an update
    twice at the same time.
    """

    kind: Kind
    method: str = "*"
    times: int = 1
    code: int = 502
    description: str = "Bad Gateway"
    retry_after: int = 0
    seconds: float = 0.0
    chat_id: int = 0

    def error(self) -> ApiError:
        """Return the refusal this fault stands for."""
        if self.code == 403 and self.description.isupper():
            return bad_request(self.description)  # the real server turns its own codes into 400
        parameters = {"retry_after": self.retry_after} if self.retry_after else None
        return ApiError(self.code, self.description, parameters)


class Faults:
    """The faults still to come, first come first served."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Let something go wrong, `times` times."""
        self._waiting.append(replace(fault, method=fault.method.lower()))

    def clear(self) -> None:
        """Let everything go well again."""
        self._waiting.clear()

    def waiting(self) -> list[Fault]:
        """Return what is still to go wrong."""
        return list(self._waiting)

    def _fits(self, fault: Fault, method: str, chat_id: int) -> bool:
        named = fault.method == method or (fault.method == "*" and method != WEBHOOK)
        return named and fault.chat_id in (0, chat_id)

    def take(self, method: str, chat_id: int = 0) -> Fault | None:
        """Return the fault that strikes now, if any, and count it."""
        for place, fault in enumerate(self._waiting):
            if self._fits(fault, method.lower(), chat_id):
                if fault.times <= 1:
                    del self._waiting[place]
                else:
                    self._waiting[place] = replace(fault, times=fault.times - 1)
                return fault
        return None
