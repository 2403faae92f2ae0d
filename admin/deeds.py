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
    "contribution read": translatable("%(who)s read contribution %(thing)s."),
    "author's change read": translatable("%(who)s took note of what the author changed in contribution %(thing)s."),
    "group read": translatable("%(who)s read the contributions of group %(number)s."),
    # what is made of it
    "status set": translatable("%(who)s set the status of contribution %(thing)s: %(detail)s."),
    "assigned": translatable("%(who)s gave contribution %(thing)s to %(to)s."),
    "themes set": translatable("%(who)s chose the themes of contribution %(thing)s: %(detail)s."),
    "theme added": translatable("%(who)s added a theme to contribution %(thing)s: %(detail)s."),
    "theme removed": translatable("%(who)s took a theme from contribution %(thing)s: %(detail)s."),
    "note written": translatable("%(who)s wrote a note at contribution %(thing)s."),
    "note removed": translatable("%(who)s removed a note from contribution %(thing)s."),
    "grouped": translatable("%(who)s put contribution %(thing)s into a group."),
    "ungrouped": translatable("%(who)s took contribution %(thing)s out of its group."),
    "found unlike": translatable("%(who)s said that contribution %(thing)s is not like another one."),
    "suggested again": translatable("%(who)s asked again what contribution %(thing)s is like."),
    "group renamed": translatable("%(who)s gave group %(number)s another name."),
    "group taken apart": translatable("%(who)s took group %(number)s apart."),
    "group restored": translatable("%(who)s put group %(number)s together again."),
    "translated": translatable("%(who)s wrote a translation beside contribution %(thing)s."),
    "personal detail left out": translatable("%(who)s covered a personal detail in contribution %(thing)s."),
    "found not personal": translatable("%(who)s said that something in contribution %(thing)s is no personal detail."),
    "perhaps personal again": translatable("%(who)s had a personal detail suggested again in contribution %(thing)s."),
    "personal details read": translatable("%(who)s looked at what is covered in contribution %(thing)s."),
    "personal detail shown again": translatable("%(who)s uncovered a personal detail in contribution %(thing)s."),
    "reply written": translatable("%(who)s wrote to the author of contribution %(thing)s."),
    "reply taken back": translatable("%(who)s took back a message to the author of contribution %(thing)s."),
    # the codebook
    "theme added to the codebook": translatable("%(who)s added a theme to the codebook: %(detail)s."),
    "theme described": translatable("%(who)s described a theme of the codebook anew: %(detail)s."),
    "theme moved": translatable("%(who)s moved a theme within the codebook: %(detail)s."),
    "theme retired": translatable("%(who)s retired a theme of the codebook: %(detail)s."),
    "theme brought back": translatable("%(who)s brought back a theme of the codebook: %(detail)s."),
    # consultations and notices
    "consultation.open": translatable("%(who)s opened the consultation %(detail)s."),
    "consultation.close": translatable("%(who)s closed the consultation %(detail)s."),
    "consultation.last-day": translatable("%(who)s set another last day of the consultation %(detail)s."),
    "consultation.close-on-its-day": translatable(
        "The consultation %(detail)s closed by itself: its last day was over."
    ),
    "questionnaire.publish": translatable("%(who)s published a version of a questionnaire: %(detail)s."),
    "notice.send": translatable("%(who)s sent a notice to many people: number %(detail)s."),
    "notice.pause": translatable("%(who)s paused the notice number %(detail)s."),
    "notice.resume": translatable("%(who)s let the notice number %(detail)s go on."),
    "notice.cancel": translatable("%(who)s called off the notice number %(detail)s."),
    # people
    "participant erased": translatable("Everything about one participant was erased."),
}

WHOLE_SUBJECT: Final = frozenset(
    {"export", "recovery code used"}
    | {each for each in SENTENCES if each.startswith(("consultation.", "notice.", "questionnaire."))}
    | {each for each in SENTENCES if each.startswith("theme ") and each not in {"theme added", "theme removed"}}
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
    """What a sentence may need: people by number, addresses of what the reader may open, components' short names."""

    people: Mapping[int, str]
    addresses: Mapping[str, str]
    labels: Mapping[str, str]


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
        "number": next((each for each in rest.split() if each.isdecimal()), ""),
        "to": _assignee(rest, named, words),
        "detail": " ".join(_word(each, named, words) for each in detail.split()),
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


def _assignee(detail: str, named: Named, words: gettext.NullTranslations) -> Markup:
    """Return who a contribution was given to, from a detail that ends in their number; nobody for none."""
    number = detail.strip().rpartition(" ")[2]
    return _person(number, named) if number.strip("0") else Markup("{}").format(words.gettext("nobody"))


def _thing(name: str, named: Named) -> Markup:
    """Return a short name for a thing, a link where the reader may open it."""
    short = Markup('<span class="code">{}</span>').format(name[:8])
    return Markup('<a href="{}">{}</a>').format(named.addresses[name], short) if name in named.addresses else short


def _word(word: str, named: Named, words: gettext.NullTranslations) -> str:
    bare = word.rstrip(",")
    said = words.gettext(WORDS[bare]) if bare in WORDS else named.labels.get(bare, bare)
    return said + word[len(bare) :]
