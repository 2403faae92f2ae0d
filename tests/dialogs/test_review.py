"""The review, changing what was said, submitting, and revising what was submitted."""

from __future__ import annotations

from dialogs.exchange import AnswerDropped, AnswerRevised, Chosen, DraftDiscarded, Submitted
from dialogs.session import Stage
from dialogs.types import Slot
from tests.dialogs.people import CATALOGUE, Person, closed


def reviewed(*texts: str) -> Person:
    """Return somebody who gave issues and no reasons, at the review."""
    person = Person().begin()
    for text in texts:
        person.type(text)
        person.press("Kapërce")
    if person.session.stage is not Stage.REVIEW:
        person.press("Kapërce")
    return person


def test_the_review_shows_everything_and_says_that_nothing_was_sent() -> None:
    """In rank order, with what may be done."""
    person = reviewed("rruga", "uji")
    assert person.text == (
        "Rishikojeni kontributin para se ta dërgoni.\n\n1. rruga\n\n2. uji\n\nEnde nuk është dërguar."
    )
    assert person.labels == ["Dërgo", "Ndrysho", "Shto një çështje", "Ruaj për më vonë"]


def test_three_issues_are_the_end() -> None:
    """No fourth is offered."""
    person = reviewed("një", "dy", "tri")
    assert person.session.stage is Stage.REVIEW
    assert "Shto një çështje" not in person.labels


def test_submitting_thanks_and_gives_a_code() -> None:
    """The event names the items in rank order; a draft is not open any more."""
    person = reviewed("rruga", "uji")
    person.press("Dërgo")
    assert Submitted(1, (1, 2)) in person.last.events
    thanks, home = person.messages
    assert thanks.text.startswith("Faleminderit shumë!")
    assert (thanks.menu, thanks.turn) == ((), 0), "it is said beside the screen, and stays as it is"
    assert home.text == "Çfarë doni të bëni tani?"
    assert person.labels == ["Jep një kontribut", "Kontributet e mia"]
    assert person.session.drafts == ()


def test_a_double_tap_submits_once() -> None:
    """The second press says so over the button and nothing else."""
    person = reviewed("rruga")
    turn = person.session.turn
    person.press("Dërgo")
    person.send(Chosen(turn, "submit"))
    assert person.toast == "already"
    assert person.messages == []
    assert len(person.submitted) == 1


def test_an_old_button_asks_the_present_question_again() -> None:
    """And says that it is old."""
    person = reviewed("rruga")
    person.send(Chosen(person.session.turn - 2, "skip"))
    assert person.toast == "stale"
    assert person.session.stage is Stage.REVIEW
    assert person.messages[0].text.startswith("Rishikojeni")


def test_one_answer_is_changed_from_the_review() -> None:
    """The old one stays until replaced; afterwards the review is shown again."""
    person = reviewed("rruga", "uji")
    person.press("Ndrysho")
    person.press("Çështja 2")
    person.press("Çështja")
    assert person.text.startswith("Çështja 2 nga 3.")
    assert person.labels == ["Lëre siç është", "Ruaj për më vonë"]
    person.type("drita")
    assert person.session.stage is Stage.REVIEW
    assert "2. drita" in person.text


def test_a_skipped_reason_is_given_later() -> None:
    """With one issue the list of issues is spared."""
    person = reviewed("rruga")
    person.press("Ndrysho")
    assert person.labels == ["Çështja", "Pse", "Kthehu"]
    person.press("Pse")
    person.type("sepse po")
    assert "1. rruga\nPse: sepse po" in person.text


def test_a_reason_is_taken_back() -> None:
    """At a question that need not be answered."""
    person = Person().begin()
    person.type("rruga")
    person.type("sepse po")
    person.press("Kapërce")
    person.press("Ndrysho")
    person.press("Pse")
    person.press("Hiq përgjigjen")
    assert "sepse" not in person.text


def test_keeping_and_going_back_lead_to_the_review() -> None:
    """From each of the screens of a change."""
    person = reviewed("rruga", "uji")
    person.press("Ndrysho")
    person.press("Kthehu")
    assert person.session.stage is Stage.REVIEW
    person.press("Ndrysho")
    person.press("Çështja 1")
    person.press("Kthehu")
    assert person.session.stage is Stage.REVIEW
    person.press("Ndrysho")
    person.press("Çështja 1")
    person.press("Çështja")
    person.press("Lëre siç është")
    assert person.session.stage is Stage.REVIEW


def test_an_issue_is_taken_away_and_the_others_move_up() -> None:
    """Its answers are dropped by events; the last one cannot be taken away."""
    person = reviewed("rruga", "uji")
    person.press("Ndrysho")
    person.press("Çështja 1")
    person.press("Hiq këtë çështje")
    assert AnswerDropped(1, Slot("issue", 1)) in person.last.events
    assert "1. uji" in person.text
    person.press("Ndrysho")
    assert "Hiq këtë çështje" not in person.labels


def test_words_at_the_lists_of_a_change_are_no_answer() -> None:
    """Only the review and the gate keep a stray text."""
    person = reviewed("rruga", "uji")
    person.press("Ndrysho")
    person.type("diçka")
    assert "Nuk e kuptova" in person.text
    assert person.session.stage is Stage.PICK_ITEM


def test_an_item_added_at_the_review_leads_back_to_it() -> None:
    """Its own questions, then the review."""
    person = reviewed("rruga")
    person.press("Shto një çështje")
    person.type("uji")
    person.press("Kapërce")
    assert person.session.stage is Stage.REVIEW
    person.press("Shto një çështje")
    person.press("Kapërce")
    assert person.session.stage is Stage.REVIEW
    assert "3." not in person.text


def test_an_idea_begun_and_left_is_no_contribution() -> None:
    """Skipping the description of a second idea takes it away."""
    person = Person().begin("digital-governance-ideas")
    for text in ("një", "dy", "tri"):
        person.type(text)
    person.press("Shto një ide")
    person.press("Kapërce")
    assert person.session.stage is Stage.REVIEW
    person.press("Dërgo")
    assert Submitted(1, (1,)) in person.last.events


def test_the_gate_leads_back_to_the_last_question() -> None:
    """Back from there changes the last answer."""
    person = Person().begin("digital-governance-ideas")
    for text in ("një", "dy", "tri"):
        person.type(text)
    person.press("Kthehu")
    assert "Lëre siç është" in person.labels
    person.press("Lëre siç është")
    assert person.session.stage is Stage.GATE


def test_the_new_draft_replaces_the_old_one_only_when_submitted() -> None:
    """Begin anew keeps the old draft until then."""
    person = Person().begin()
    person.type("e vjetra")
    person.command("start")
    person.press("Fillo nga e para")
    person.type("e reja")
    assert len(person.session.drafts) == 2
    person.press("Kapërce")
    person.press("Kapërce")
    person.press("Dërgo")
    assert DraftDiscarded(1) in person.last.events
    assert "Vazhdo" not in person.labels


def test_three_drafts_of_one_questionnaire_are_enough() -> None:
    """After that one continues."""
    person = Person().begin()
    for _ in range(2):
        person.type("diçka")
        person.command("start")
        person.press("Fillo nga e para")
    person.type("diçka")
    person.command("start")
    assert "Fillo nga e para" not in person.labels
    assert "Vazhdo" in person.labels


def test_a_submission_is_revised_from_mine() -> None:
    """Each change counts at once, and the draft in hand waits."""
    person = reviewed("rruga")
    person.press("Dërgo")
    person.command("start", "digital-governance-ideas")
    person.type("një zyrë")
    person.command("mine")
    assert "PR01 AYER" in person.text
    assert "u mor, por ende nuk është lexuar" in person.text
    person.press("Ndrysho PR01 AYER")
    assert person.labels == ["Ndrysho", "Përfundo"]
    person.press("Ndrysho")
    person.press("Çështja")
    person.type("ura")
    assert any(isinstance(event, AnswerRevised) and event.draft == 1 for event in person.last.events)
    person.press("Përfundo")
    assert "u ruajt siç është tani" in person.text
    person.press("Vazhdo")
    assert "Cilin problem" in person.text


def test_a_closed_consultation_offers_no_revision() -> None:
    """The list stays readable."""
    person = reviewed("rruga")
    person.press("Dërgo")
    person.catalogue = closed(CATALOGUE)
    person.command("mine")
    assert "PR01 AYER" in person.text
    assert person.labels == ["Kthehu"]
    person.press("Kthehu")
    assert person.session.stage is Stage.HOME


def test_what_was_not_sent_when_it_closed_is_said_kindly() -> None:
    """Nothing more is taken, the draft is kept."""
    person = Person().begin()
    person.type("rruga")
    person.catalogue = closed(CATALOGUE)
    person.type("sepse po")
    assert "Ky konsultim u mbyll" in person.text
    person.command("continue")
    assert "Ky konsultim u mbyll" in person.text
    person.press("Vazhdo")
    assert "Ky konsultim u mbyll" in person.text
    person.press("Jep një kontribut")
    assert "nuk ka asnjë konsultim të hapur" in person.text
    person.catalogue = CATALOGUE
    person.press("Vazhdo")
    assert "Pse është e rëndësishme?" in person.text
