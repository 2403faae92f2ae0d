"""What staff did, in words that a lawyer reads: one sentence for each action of the audit trail.

Of a subject the first word says which thing it was, and the rest is detail. An action without a sentence here is shown
as it stands, and fails the build (`tests/admin/test_audit.py`).
"""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from locales.catalogues import translatable
from storage.audit import Deed

SENTENCES: Final[dict[str, str]] = {
    # the way in
    "login": translatable("%(who)s logged in."),
    "logout": translatable("%(who)s logged out."),
    "login refused": translatable("Somebody was refused at the login of %(who)s: the password was wrong."),
    "code refused": translatable("Somebody who knew the password of %(who)s was refused: the code was wrong."),
    "recovery code used": translatable("%(who)s logged in with a recovery code; %(detail)s are left."),
    "second factor begun": translatable("%(who)s began to set up another telephone."),
    "second factor set up": translatable("%(who)s set up a telephone for the codes."),
    "recovery codes made": translatable("%(who)s made new recovery codes."),
    "password changed": translatable("%(who)s changed their password."),
    "session ended": translatable("%(who)s ended one of their sessions."),
    "sessions ended": translatable("%(who)s ended all of their other sessions."),
    # accounts
    "staff.add": translatable("%(who)s opened an account for %(person)s: %(detail)s."),
    "staff.role": translatable("%(who)s changed what %(person)s may do: %(detail)s."),
    "staff.disable": translatable("%(who)s closed the account of %(person)s."),
    "staff.enable": translatable("%(who)s opened the account of %(person)s again."),
    "staff.reset-password": translatable("%(who)s gave %(person)s a new password."),
    "staff.reset-second-factor": translatable("%(who)s took back the second factor of %(person)s."),
    # what is read and taken out
    "submission read": translatable("%(who)s read submission %(thing)s."),
    "export": translatable("%(who)s downloaded an export: %(detail)s."),
    "audit checked": translatable("%(who)s checked this record: %(detail)s."),
    # consultations and notices
    "consultation.open": translatable("%(who)s opened the consultation %(detail)s."),
    "consultation.close": translatable("%(who)s closed the consultation %(detail)s."),
    "notice.send": translatable("%(who)s sent a notice to many people: number %(detail)s."),
    "notice.pause": translatable("%(who)s paused the notice number %(detail)s."),
    "notice.resume": translatable("%(who)s let the notice number %(detail)s go on."),
    "notice.cancel": translatable("%(who)s called off the notice number %(detail)s."),
    # people
    "participant erased": translatable("A participant erased everything about themselves."),
}

WHOLE_SUBJECT: Final = frozenset(
    {"export", "consultation.open", "consultation.close", "recovery code used", "audit checked"}
    | {each for each in SENTENCES if each.startswith("notice.")}
)
"""Actions whose subject is detail from its first word on."""

WORDS: Final[dict[str, str]] = {
    "administrator": translatable("administrator"),
    "coordinator": translatable("coordinator"),
    "moderator": translatable("moderator"),
    "viewer": translatable("viewer"),
    "everything": translatable("sees everything"),
    "new": translatable("new"),
    "in-review": translatable("in review"),
    "on-hold": translatable("on hold"),
    "ready": translatable("ready for response"),
    "answered": translatable("answered"),
    "set-aside": translatable("set aside"),
}
"""Words of a detail that are ours, and so are said in the reader's language; all others stand as they are."""


@dataclass(frozen=True, slots=True)
class Named:
    """What a sentence may need: people by their number, and the addresses of what the reader may open."""

    people: Mapping[int, str]
    addresses: Mapping[str, str]


def sentence(deed: Deed, named: Named, words: gettext.NullTranslations) -> Markup:
    """Return one deed as a sentence in the language of `words`."""
    first, _, rest = deed.subject.partition(" ")
    detail = deed.subject if deed.action in WHOLE_SUBJECT else rest
    known = SENTENCES.get(deed.action)
    if known is None:
        return Markup("{}: <code>{}</code>").format(_who(deed, named, words), f"{deed.action} {deed.subject}".strip())
    values = {
        "who": _who(deed, named, words),
        "person": _person(first, named),
        "thing": _thing(first, named),
        "detail": " ".join(_word(each, words) for each in detail.split()),
    }
    return Markup(words.gettext(known)) % values  # noqa: S704 - our own catalogue; what is put in is escaped


def _who(deed: Deed, named: Named, words: gettext.NullTranslations) -> Markup:
    if deed.staff_id is not None:
        return Markup("<bdi>{}</bdi>").format(named.people.get(deed.staff_id, f"#{deed.staff_id}"))
    nobody = words.gettext("an unknown name") if deed.action == "login refused" else words.gettext("The operator")
    return Markup("<em>{}</em>").format(nobody)


def _person(number: str, named: Named) -> Markup:
    name = named.people.get(int(number), f"#{number}") if number.isdecimal() else number
    return Markup("<bdi>{}</bdi>").format(name)


def _thing(name: str, named: Named) -> Markup:
    """Return a short name for a thing, a link where the reader may open it."""
    short = Markup('<span class="code">{}</span>').format(name[:8])
    return Markup('<a href="{}">{}</a>').format(named.addresses[name], short) if name in named.addresses else short


def _word(word: str, words: gettext.NullTranslations) -> str:
    bare = word.rstrip(",")
    return words.gettext(WORDS[bare]) + word[len(bare) :] if bare in WORDS else word
