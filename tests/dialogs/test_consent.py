"""Consent: asked before anything is kept, recorded with its version, refused without harm."""

from __future__ import annotations

from dialogs.exchange import (
    ConsentGiven,
    InputRejected,
    LanguageChosen,
    Typed,
)
from dialogs.session import Stage, dumps, loads
from tests.dialogs.people import Person


def test_consent_is_recorded_with_the_version_of_its_text_and_its_language() -> None:
    """Which words somebody agreed to can be shown later."""
    person = Person()
    person.command("start")
    person.press("English")
    assert person.last.events == (LanguageChosen("en"),)
    assert "vote" in person.text
    agreed = person.press("I agree")
    consent = person.catalogue.consent
    assert agreed.events == (ConsentGiven(consent.version, consent.digest, "en"),)


def test_a_refusal_is_friendly_keeps_nothing_and_can_be_reconsidered() -> None:
    """No event at all; one press leads back to the text."""
    person = Person()
    person.command("start")
    person.press("Shqip")
    person.press("Nuk pajtohem")
    assert person.last.events == ()
    assert "Asgjë nga ato që shkruat nuk u ruajt." in person.text
    person.type("po pse")
    assert "nuk e ruajta" in person.text
    person.press("Fillo")
    assert person.session.stage is Stage.CONSENT


def test_an_opinion_before_consent_is_in_no_event_and_no_session() -> None:
    """It is said aloud that it was not kept."""
    person = Person()
    person.send(Typed(5, "sekreti im"))
    assert "nuk e ruajta" in person.text
    assert [type(event) for event in person.last.events] == [InputRejected]
    assert "sekreti" not in dumps(person.session)
    person.edit_number(5, "sekreti im tjetër")
    assert person.last.events == ()


def test_more_shows_the_whole_privacy_text_with_the_same_choices() -> None:
    """So that one can agree there."""
    person = Person()
    person.command("start")
    person.press("Shqip")
    person.press("Më shumë")
    assert person.text == person.catalogue.privacy.text["sq"]
    assert "Pajtohem" in person.labels


def test_a_new_version_of_the_consent_text_is_agreed_to_anew() -> None:
    """At the next /start, with the link kept."""
    person = Person().agree()
    person.session = loads(dumps(person.session).replace('"consent":1', '"consent":99'))
    person.command("start", "digital-governance-ideas")
    assert person.session.stage is Stage.CONSENT
    person.press("Pajtohem")
    assert "Ideja 1" in person.text


def test_a_deep_link_goes_straight_there_after_consent() -> None:
    """/start digital-governance-ideas."""
    person = Person()
    person.command("start", "digital-governance-ideas")
    person.press("Shqip")
    person.press("Pajtohem")
    assert "Ideja 1" in person.text


def test_cancel_in_an_aside_returns_and_before_consent_asks_again() -> None:
    """It never leads into nothing."""
    person = Person()
    person.command("start")
    person.press("Shqip")
    person.command("cancel")
    assert person.session.stage is Stage.CONSENT
    person.press("Pajtohem")
    person.command("language")
    person.command("cancel")
    assert person.text == "Për çfarë doni të flisni?"


def test_the_privacy_text_before_consent_offers_no_more_of_itself() -> None:
    """Only to agree or not."""
    person = Person("sq")
    person.command("start")
    person.press("Fillo")
    person.press("Më shumë")
    assert person.labels == ["Pajtohem", "Nuk pajtohem"]
    person.press("Nuk pajtohem")
    assert person.session.stage is Stage.REFUSED


def test_whoever_declines_a_new_consent_text_keeps_what_they_had_sent() -> None:
    """The refusal is recorded; nothing is said to be gone that is not."""
    person = Person().agree()
    person.session = loads(dumps(person.session).replace('"consent":1', '"consent":99'))
    person.command("start")
    person.press("Nuk pajtohem")
    consent = person.catalogue.consent
    assert person.last.events == (ConsentGiven(consent.version, consent.digest, "sq", given=False),)
    assert "/delete" in person.text
