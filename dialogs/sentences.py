"""Every sentence the bot says around the questions: notes, toasts and the lobby's screens, by topic.

The msgids are the English sentences; the catalogues in locales/ hold both languages. A sentence stays under 300
characters, says one thing, and never blames.
"""

from __future__ import annotations

from collections.abc import Callable
from gettext import NullTranslations

from dialogs import routes
from dialogs.answering import named
from dialogs.exchange import Say
from dialogs.session import Session
from dialogs.text import Text, bold, code, italic, plain, shortened, spaced
from dialogs.types import Asked, Catalogue, Past, Questionnaire
from locales import CHAT, CODES, day_month, in_albania, translatable, translations

Screen = Callable[[Say, Catalogue, Questionnaire | None, Session, tuple[Past, ...], NullTranslations], list[Text]]


TOASTS = {
    "stale": translatable("This is an older button. Here is where we are now."),
    "already": translatable("That is already done."),
}

NOTES = {
    "added": translatable("✓ Added to the answer above."),
    "edited": translatable("✓ Your change is saved."),
    "replaced": translatable("✓ Your new answer is saved in place of the old one."),
    "removed": translatable("✓ Your answer is removed."),
    "both": translatable("✓ Both answers are saved together."),
    "hidden": translatable("✓ Saved. Another question is no longer asked now, so your answer to it is removed."),
    "blank": translatable("I found no words in that message. Please write your answer."),
    "too-long": translatable("This answer has grown too long for me, so I could not take the last message. Please make it shorter."),
    "too-long-to-add": translatable("Together that would be too long for one answer, so nothing was put together."),
    "choose-one": translatable("I did not understand that. Please press one of the buttons, or type its words."),
    "choose-some": translatable("I did not understand that. Please type the numbers you choose, such as 1, 3."),
    "choose-first": translatable("I have not kept what you wrote: your consent comes first. Please press one of the buttons."),
    "choose-or-add": translatable("If that belongs to your answer above, press “Add to the answer above”. Otherwise choose one of the buttons."),
    "voice": translatable("I can't listen to voice messages yet. Please write it in words."),
    "photo": translatable("I can't read pictures yet. Please write it in words."),
    "sticker": translatable("I can't read stickers yet. Please write it in words."),
    "unsupported": translatable("So far I can read only text. Please write it in words."),
    "replied": translatable("✓ Your answer goes to the secretariat."),
    "not-sent": translatable("I have not sent that. To contribute, press one of the buttons."),
    "no-question": translatable("The secretariat has not asked you anything. If it does, you will read its question here."),
    "receipt-unknown": translatable("I don't know that code. Please compare it with your message once more."),
    "receipt-too-often": translatable("That was many codes in a short time. Please try again in ten minutes."),
    "unknown-command": translatable("I don't know that command. See those I know at /help."),
}  # fmt: skip

SENTENCES = {
    "refused": translatable("That is quite all right. Nothing you wrote was kept. If you change your mind, press “Start”."),
    "refused-anew": translatable("That is all right. What you had sent before stays as it is; /delete erases it. Should you change your mind, press “Start”."),
    "component": translatable("What do you want to talk about?"),
    "questionnaire": translatable("How do you want to contribute?"),
    "home": translatable("What do you want to do now?"),
    "language": translatable("Which language do you want to use?"),
    "pick-item": translatable("Which part do you want to change?"),
    "pick-field": translatable("What do you want to change?"),
    "saved": translatable("✓ Saved. Go on whenever you like, today or in a month: /continue"),
    "cancelled": translatable("Let's stop here. What you wrote is saved; go on whenever you like: /continue"),
    "nothing-begun": translatable("Nothing is under way, so there is nothing to stop. What do you want to do?"),
    "revised": translatable("✓ Your contribution is saved as it now stands."),
    "nothing-open": translatable("No consultation is open just now. Please come back later."),
    "closed": translatable("This consultation has closed, so you can no longer send or change anything. What you have submitted stays as it is."),
    "words-photo": translatable("I have read what you wrote with the picture. The picture itself is not kept."),
    "words-unsupported": translatable("I have read your words. Apart from them, nothing of that message is kept."),
    "edited": translatable("✓ Your change is saved."),
    "edit-closed": translatable("This consultation has closed, so your earlier words stay as they were."),
    "edit-blank": translatable("I found no words there, so what you wrote before stays. To erase everything: /delete"),
    "delete": translatable("This erases everything we keep about you: your answers, your drafts and the address of this chat. It cannot be undone. Do you want to erase it all?"),
    "erased": translatable("✓ Everything we kept about you is erased. The messages stay in Telegram, so please delete the chat yourself too. To begin again: /start"),
}  # fmt: skip

STATES = {
    "new": translatable("received, not read yet"),
    "in-review": translatable("being read"),
    "on-hold": translatable("waiting"),
    "ready": translatable("an answer is being written"),
    "answered": translatable("answered"),
    "set-aside": translatable("set aside"),
}


REASONS = {
    "spam": translatable("spam, or only a test"),
    "offensive": translatable("its words offend somebody"),
    "off-topic": translatable("not about what this consultation asks"),
    "elsewhere": translatable("belongs to another component of the plan"),
    "repeated": translatable("repeats another contribution of yours"),
    "unclear": translatable("could not be understood"),
    "personal": translatable("a personal matter, which a plan cannot settle"),
    "other": translatable("another reason, which is in a note"),
}
"""Why a contribution was set aside, as its author reads it."""

ELSEWHERE = translatable("another reason, which you can read at /mydata")
"""What stands for a reason that is in a note."""


def note_text(topic: str, t: NullTranslations) -> str:
    """Return the short sentence that goes before a screen: what happened, or why something could not be taken."""
    return t.gettext(NOTES[topic])


def toast_text(topic: str, t: NullTranslations) -> str:
    """Return the notice shown over a pressed button, at most 200 characters."""
    return t.gettext(TOASTS[topic])


def say_text(
    say: Say,
    catalogue: Catalogue,
    questionnaire: Questionnaire | None,
    session: Session,
    past: tuple[Past, ...],
    t: NullTranslations,
) -> list[Text]:
    """Return the paragraphs of what `say` says."""
    sentence = SENTENCES.get(say.topic)
    if sentence is not None:  # a line, or one for each language
        return [plain(line) for line in t.gettext(sentence).split("\n")]
    return _SCREENS[say.topic](say, catalogue, questionnaire, session, past, t)


def _welcome(
    say: Say, c: Catalogue, q: Questionnaire | None, session: Session, past: tuple[Past, ...], t: NullTranslations
) -> list[Text]:
    """Greet in Albanian, or in every language where none is chosen yet; the promise comes from the institution."""
    codes = CODES if session.bilingual else (session.language,)
    return [plain(f"{_greeting(translations(CHAT, code))}\n{c.promise[code]}") for code in codes]


def _greeting(t: NullTranslations) -> str:
    return t.gettext(
        "Welcome! Here you can tell the government what should change – in a few minutes, in your own words."
    )


def _consent(
    say: Say, c: Catalogue, q: Questionnaire | None, session: Session, past: tuple[Past, ...], t: NullTranslations
) -> list[Text]:
    return [plain(c.consent.text[session.language])]


def _privacy(
    say: Say, c: Catalogue, q: Questionnaire | None, session: Session, past: tuple[Past, ...], t: NullTranslations
) -> list[Text]:
    return [plain(c.privacy.text[session.language])]


def _about(
    say: Say, c: Catalogue, q: Questionnaire | None, session: Session, past: tuple[Past, ...], t: NullTranslations
) -> list[Text]:
    consultation = c.consultation(session.component)
    return [plain(consultation.about[session.language] if consultation else "")]


def _notice(
    say: Say, c: Catalogue, q: Questionnaire | None, session: Session, past: tuple[Past, ...], t: NullTranslations
) -> list[Text]:
    consultation = c.consultation(session.component)
    return [plain((consultation.notice or {}).get(session.language, "") if consultation else "")]


def _resume(
    say: Say, c: Catalogue, q: Questionnaire | None, session: Session, past: tuple[Past, ...], t: NullTranslations
) -> list[Text]:
    title = q.title[session.language] if q else ""
    return [
        plain(t.gettext("You have begun a contribution that is not submitted yet: {title}.").format(title=title)),
        plain(t.gettext("If you begin anew, the old one is kept until you submit the new one.")),
    ]


def _gate(
    say: Say, c: Catalogue, q: Questionnaire | None, session: Session, past: tuple[Past, ...], t: NullTranslations
) -> list[Text]:
    section = routes.repeated(q) if q else None
    gate = section.repeat.gate if section and section.repeat else None
    return [plain(gate[session.language] if gate else "")]


def _thanks(
    say: Say, c: Catalogue, q: Questionnaire | None, session: Session, past: tuple[Past, ...], t: NullTranslations
) -> list[Text]:
    return [
        plain(t.gettext("Thank you very much! Your contribution was submitted.")),
        plain(t.gettext("Code:")) + plain(" ") + code(say.values.get("receipt", "")),
        plain(t.gettext("The secretariat will read it and explain to you here what it decided and why. You can follow it at /mine.")),
    ]  # fmt: skip


def _mine(
    say: Say, c: Catalogue, q: Questionnaire | None, session: Session, past: tuple[Past, ...], t: NullTranslations
) -> list[Text]:
    if not past:
        return [plain(t.gettext("You have not submitted a contribution yet."))]
    return [plain(t.gettext("Your contributions:")), *(_one_of_mine(each, c, session.language, t) for each in past)]


def _one_of_mine(past: Past, c: Catalogue, language: str, t: NullTranslations) -> Text:
    questionnaire = c.questionnaires[past.digest]
    consultation = c.consultation(questionnaire.consultation)
    title = f"{consultation.label[language] if consultation else ''} · {questionnaire.title[language]}"
    states = ", ".join(state_text(state, t) for state in dict.fromkeys(past.states))
    day = day_month(in_albania(past.submitted_at).date(), language)
    asked = t.gettext("The secretariat has asked you something and waits for your answer: /answer")
    lines = [bold(spaced(past.receipt)), plain(f"{title} · {day}"), italic(states)]
    lines += [plain(_why(past, place, questionnaire, language, t)) for place in range(len(past.reasons))]
    lines.append(plain(asked if past.is_asked else ""))
    return Text.join("\n", [line for line in lines if line.text])


def _why(past: Past, place: int, q: Questionnaire, language: str, t: NullTranslations) -> str:
    """Return why the contribution at `place` (from 0) was set aside, and which one where there are several."""
    reason = past.reasons[place]
    if not reason:
        return ""
    name = named(q, place + 1, language) if len(past.reasons) > 1 else ""
    head = t.gettext("Why it was set aside") + (f" ({name})" if name else "")
    return f"{head}: {t.gettext(ELSEWHERE if reason == 'other' else REASONS.get(reason, reason))}"


def _receipt(
    say: Say, c: Catalogue, q: Questionnaire | None, session: Session, past: tuple[Past, ...], t: NullTranslations
) -> list[Text]:
    states = ", ".join(state_text(state, t) for state in dict.fromkeys(say.values["states"].split(",")))
    sentence = t.gettext("Contribution {receipt}: {states}.")
    return [plain(sentence.format(receipt=spaced(say.values["receipt"]), states=states))]


def _answer(
    say: Say, c: Catalogue, q: Questionnaire | None, session: Session, past: tuple[Past, ...], t: NullTranslations
) -> list[Text]:
    assert session.asked is not None, "a question was taken up"
    if session.has_answered:
        return [plain(t.gettext("If you want to add something, write it here. Otherwise press “Done”."))]
    sentence = t.gettext("What do you want to answer the secretariat about contribution {receipt}? Write it here.")
    return [plain(sentence.format(receipt=spaced(session.asked.receipt))) + _beginning(session.asked)]


def _offer(
    say: Say, c: Catalogue, q: Questionnaire | None, session: Session, past: tuple[Past, ...], t: NullTranslations
) -> list[Text]:
    assert session.asked is not None, "a question was offered"
    words = shortened("\n".join(part.text for part in session.held))
    sentence = t.gettext("Is this your answer to the secretariat's question about contribution {receipt}?")
    asks = plain(sentence.format(receipt=spaced(session.asked.receipt))) + _beginning(session.asked)
    return [italic(t.gettext("You wrote:")) + plain(f" {words}"), asks]


def _beginning(asked: Asked) -> Text:
    """Return how a question begins, on a line of its own."""
    return plain("\n") + italic(asked.text) if asked.text else plain("")


def state_text(state: str, t: NullTranslations) -> str:
    """Return how a contribution stands, as its author reads it."""
    return t.gettext(STATES[state])


def _help(
    say: Say, c: Catalogue, q: Questionnaire | None, session: Session, past: tuple[Past, ...], t: NullTranslations
) -> list[Text]:
    return [
        plain(t.gettext("Answer in your own words, in one message or several. You can change a message later by editing it in Telegram.")),
        plain(t.gettext("/start – begin\n/continue – repeat the question\n/mine – my contributions\n/language – language\n/cancel – stop without losing a word\n/privacy – what we keep\n/mydata – my data\n/delete – erase everything")),
        plain(t.gettext("/answer – answer the secretariat's question") if say.values.get("answer") else ""),
    ]  # fmt: skip


_SCREENS: dict[str, Screen] = {
    "welcome": _welcome,
    "consent": _consent,
    "privacy": _privacy,
    "about": _about,
    "notice": _notice,
    "resume": _resume,
    "gate": _gate,
    "thanks": _thanks,
    "mine": _mine,
    "receipt": _receipt,
    "help": _help,
    "answer": _answer,
    "offer": _offer,
}
