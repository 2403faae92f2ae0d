"""Before, beside and after a questionnaire: language, consent, links, commands, asides, erasure."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from dialogs.entering import standing
from dialogs.exchange import Chosen, DataRequested, Unsupported, Withdrawn
from dialogs.menus import words_of
from dialogs.sentences import toast_text
from dialogs.session import Stage, begin, dumps, loads
from dialogs.types import Past
from tests.dialogs.people import CATALOGUE, NOW, Person, closed


def test_the_first_screen_speaks_both_languages_albanian_first() -> None:
    """Many Albanians run Telegram in English, so only Albanian is believed."""
    person = Person("en")
    person.command("start")
    assert person.text.index("Mirë se vini!") < person.text.index("Welcome!")
    assert person.labels == ["Shqip", "English"]


def test_the_promise_is_made_before_the_first_question() -> None:
    """Every contribution is read and gets a reasoned response."""
    person = Person("sq")
    person.command("start")
    assert "Çdo kontribut lexohet dhe merr një përgjigje të arsyetuar." in person.text


@pytest.mark.parametrize("code", ["sq", "sq-XK", "SQ"])
def test_whoever_runs_telegram_in_albanian_is_greeted_in_albanian(code: str) -> None:
    """With a way to English beside it."""
    person = Person(code)
    person.command("start")
    assert "Welcome!" not in person.text
    assert person.labels == ["Fillo", "English"]
    person.press("Fillo")
    assert person.session.stage is Stage.CONSENT


def test_a_link_to_a_component_shows_its_questionnaires() -> None:
    """And an unknown one the components."""
    person = Person().agree()
    person.command("start", "fiscal-transparency")
    assert person.labels[0] == "Çështjet kryesore · 3 min"
    person.command("start", "no-such-thing")
    assert person.labels[0] == "Aksesi në drejtësi"


def test_corruption_is_spoken_of_with_the_strongest_notice() -> None:
    """Said by itself before the first question."""
    person = Person().begin("fight-against-corruption-key-issues")
    assert len(person.messages) == 2
    assert person.messages[0].menu == ()
    assert "luftën kundër korrupsionit" in person.messages[1].text


def test_the_questionnaires_of_a_component_can_be_left_and_learnt_about() -> None:
    """Learn more shows the round and is not offered beneath it; back leads to the questionnaires, then to the parts."""
    person = Person().agree()
    person.press("Qeverisja dixhitale")
    person.press("Mëso më shumë")
    about = next(c for c in person.catalogue.consultations if c.slug == "digital-governance").about
    assert person.text == about["sq"]
    assert person.labels == ["Çështjet kryesore · 3 min", "Ide dhe zgjidhje · 4 min", "Anketa · 2 min", "Kthehu"]
    person.press("Kthehu")
    assert "Mëso më shumë" in person.labels
    person.press("Kthehu")
    assert person.text == "Për çfarë doni të flisni?"


def test_with_one_consultation_open_nobody_is_asked_which() -> None:
    """And there is nothing to go back to."""
    person = Person()
    only = tuple(c for c in person.catalogue.consultations if c.slug == "digital-governance")
    person.catalogue = type(person.catalogue)(
        only,
        person.catalogue.questionnaires,
        person.catalogue.promise,
        person.catalogue.consent,
        person.catalogue.privacy,
    )
    person.agree()
    assert person.text == "Si doni të kontribuoni?"
    assert "Kthehu" not in person.labels


def test_with_nothing_open_it_is_said() -> None:
    """Kindly, with a next step."""
    person = Person("en", closed())
    person.agree()
    assert "nuk ka asnjë konsultim të hapur" in person.text


def test_the_language_changes_in_the_middle_and_the_question_is_repeated() -> None:
    """The draft stays."""
    person = Person().begin()
    person.type("rruga")
    person.command("language")
    person.press("English")
    assert person.text == "Issue 1 of 3. Why is it important?"
    person.type("skip")
    person.command("language")
    person.type("shqip")
    assert person.text.startswith("Çështja 2 nga 3.")


def test_a_text_at_the_choice_of_a_language_is_declined_aloud() -> None:
    """It would otherwise be lost without a word."""
    person = Person().begin()
    person.command("language")
    person.type("rruga e fshatit tim")
    assert "Nuk e kuptova" in person.text


def test_a_late_text_reaches_its_answer_even_during_an_aside() -> None:
    """Written before /language was asked."""
    person = Person().begin()
    person.type("rruga")
    person.command("language")
    person.write_late("dhe ura")
    assert "rruga\ndhe ura" in person.says().values()


def test_asides_do_not_pile_up() -> None:
    """Whatever was asked beside, one return leads to the question."""
    person = Person().begin()
    person.command("language")
    person.command("mine")
    person.command("delete")
    person.press("Mos fshi asgjë")
    assert "Çështja 1 nga 3." in person.text


def test_save_for_later_and_continue_by_its_button() -> None:
    """Home offers to continue first."""
    person = Person().begin()
    person.type("rruga")
    person.press("Ruaj për më vonë")
    assert person.labels[0] == "Vazhdo"
    person.press("Vazhdo")
    assert "Pse është e rëndësishme?" in person.text


def test_continue_asks_the_present_question_again() -> None:
    """Also where no draft is in hand."""
    person = Person().begin()
    person.command("continue")
    assert "Çështja 1 nga 3." in person.text
    other = Person().agree()
    other.command("continue")
    assert other.text == "Për çfarë doni të flisni?"


def test_start_in_the_middle_offers_to_continue_or_begin_anew() -> None:
    """Or something else; the draft stays in every case."""
    person = Person().begin()
    person.type("rruga")
    person.command("start")
    assert person.labels == ["Vazhdo", "Fillo nga e para", "Zgjidh diçka tjetër"]
    person.press("Zgjidh diçka tjetër")
    assert person.text == "Për çfarë doni të flisni?"
    person.press("Qeverisja dixhitale")
    person.press("Çështjet kryesore · 3 min")
    assert person.session.stage is Stage.RESUME
    person.press("Vazhdo")
    assert "Pse është e rëndësishme?" in person.text


def test_begin_anew_after_the_questionnaire_is_no_longer_offered() -> None:
    """The component's choice is shown instead."""
    person = Person().begin("digital-governance-survey")
    person.type("fshat")
    person.catalogue = closed()
    person.command("start")
    person.press("Fillo nga e para")
    assert "nuk ka asnjë konsultim të hapur" in person.text


def test_a_session_of_another_life_shares_no_button_with_this_one() -> None:
    """Turns begin at the second the session began, so an old chat's buttons are old."""
    assert begin(NOW, None).turn == int(NOW.timestamp())


def test_delete_erases_after_one_confirmation() -> None:
    """And says what Telegram keeps."""
    person = Person().begin()
    person.type("rruga")
    person.command("delete")
    assert "Pastaj nuk kthehet më asgjë." in person.text
    person.press("Fshi gjithçka")
    assert isinstance(person.last.events[0], Withdrawn)
    assert "U fshi gjithçka" in person.text
    assert person.session.consent == 0


def test_before_a_language_is_chosen_everything_is_said_in_both() -> None:
    """Screens, buttons and what stands over them, Albanian first; a button is named in either language."""
    person = Person()
    person.command("delete")
    assert person.text.split("\n\n")[0].startswith("Kështu fshihet gjithçka")
    assert person.text.split("\n\n")[1].startswith("This erases everything")
    assert person.labels == ["Mos fshi asgjë · Keep all data", "Fshi gjithçka · Erase all data"]
    person.send(Chosen(1, "erase"))
    assert toast_text(person.toast, words_of(person.session)) == (
        "Ky është një buton i vjetër. Ja ku jemi tani.\nThis is an older button. Here is where we are now."
    )
    person.type("keep all data")
    assert person.text.startswith("Mirë se vini!")
    person.command("delete")
    person.type("fshi gjithcka")
    assert [line[:9] for line in person.text.split("\n\n")] == ["✓ U fshi ", "✓ Everyth"]


def test_whoever_has_telegram_in_albanian_is_spoken_to_in_albanian_alone() -> None:
    """From the first word on."""
    person = Person("sq")
    person.command("delete")
    assert person.labels == ["Mos fshi asgjë", "Fshi gjithçka"], "the harmless step stands first"
    assert "erases" not in person.text


def test_mydata_asks_for_the_file_and_repeats_the_question() -> None:
    """The file is made where the data is."""
    person = Person().begin()
    person.command("mydata")
    assert person.last.events == (DataRequested(),)
    assert "Çështja 1 nga 3." in person.text


def test_mine_without_a_submission_says_so() -> None:
    """Before and after consent."""
    person = Person("sq")
    person.command("mine")
    assert "Ende nuk keni dërguar asnjë kontribut." in person.text
    person.press("Kthehu")
    assert person.session.stage is Stage.WELCOME


def test_mine_is_also_a_button() -> None:
    """After a submission."""
    person = Person().begin()
    person.type("rruga")
    person.press("Kapërce")
    person.press("Kapërce")
    person.press("Dërgo")
    person.press("Kontributet e mia")
    assert "PR01 AYER" in person.text


def test_an_unknown_command_points_to_help() -> None:
    """And asks again."""
    person = Person().begin()
    person.command("frobnicate")
    assert "/help" in person.text
    assert "Çështja 1 nga 3." in person.text


@pytest.mark.parametrize(
    ("kind", "words"),
    [("voice", "mesazhet me zë"), ("photo", "fotografitë"), ("sticker", "ngjitësit"), ("poll", "vetëm tekst")],
)
def test_what_is_not_text_is_declined_kindly_and_the_question_asked_again(kind: str, words: str) -> None:
    """In a draft as anywhere."""
    person = Person().begin()
    person.media(kind)
    assert words in person.text
    assert "Çështja 1 nga 3." in person.text
    person.send(Unsupported(kind, person.next()))
    assert words in person.text


def test_an_album_is_declined_once() -> None:
    """Ten pictures are one refusal."""
    person = Person().begin()
    person.media("photo", album="a")
    for _ in range(9):
        assert person.media("photo", album="a").messages == ()
    assert person.media("photo", album="b").messages


def test_a_session_of_a_newer_program_is_refused() -> None:
    """Rather than misread."""
    with pytest.raises(ValueError, match="newer version"):
        loads('{"format":5}')


def test_a_draft_of_an_older_program_is_read() -> None:
    """Who was about to add words is asked whether to continue; what was added to the form since has its beginning."""
    session = Person().begin().session
    form = json.loads(dumps(session)) | {"format": 1, "stage": "adding"}
    for draft in form["drafts"]:
        del draft["exemplified"], draft["trail"], draft["former"]
        draft |= {"adding": ["issue", 1], "movable": False}
    assert loads(json.dumps(form), session.posted) == session._replace(stage=Stage.RESUME)
    form |= {"stage": "asking", "revising": form["drafts"][0]}
    assert loads(json.dumps(form)).revising == session.draft


def test_before_a_language_is_chosen_commands_ask_for_it() -> None:
    """Nobody gets a text in a language they did not choose, but erasing and one's own data work at once."""
    person = Person("en")
    for name in ("help", "mine", "privacy", "cancel", "continue", "frobnicate"):
        person.command(name)
        assert person.labels == ["Shqip", "English"]
    person.command("delete")
    assert person.session.stage is Stage.DELETE


def test_an_opinion_typed_after_start_is_not_kept() -> None:
    """Only what leads somewhere is a link; before consent no other word may stay, not even in the session."""
    person = Person()
    person.command("start", "ministri i merr të gjitha")
    assert "ministri" not in dumps(person.session)
    person.command("start", "fiscal-transparency")
    assert person.session.link == "fiscal-transparency"


def test_a_link_that_leads_nowhere_still_offers_the_draft() -> None:
    """As /start alone does."""
    person = Person().begin()
    person.type("rruga")
    person.command("start", "xyz")
    assert person.session.stage is Stage.RESUME


@pytest.mark.parametrize("steps", [1, 2])
def test_continue_leads_back_from_the_choice_of_something_else(steps: int) -> None:
    """What was saved promised it."""
    person = Person().begin()
    person.type("rruga")
    person.command("start")
    for label in ("Zgjidh diçka tjetër", "Qeverisja dixhitale")[:steps]:
        person.press(label)
    person.command("continue")
    assert "Pse është e rëndësishme?" in person.text


def test_whoever_has_chosen_no_language_is_told_in_both() -> None:
    """Why words cannot be taken yet, in Albanian first."""
    person = Person("en")
    person.type("the road to my village")
    assert person.text.index("nuk e ruajta") < person.text.index("I have not kept") < person.text.index("Mirë se vini")


def test_nobody_is_left_at_a_choice_of_nothing() -> None:
    """All consultations may close while somebody reads what they could talk about."""
    person = Person().agree()
    person.catalogue = closed()
    person.type("1")
    assert person.session.stage is Stage.HOME
    assert person.labels


def test_a_draft_kept_when_another_was_begun_can_be_gone_on_with() -> None:
    """Begin anew by mistake, and the old words are two presses away; submitting them keeps the newer ones."""
    person = Person().begin()
    person.type("rruga")
    person.command("start")
    assert "Vazhdo një kontribut tjetër" not in person.labels
    person.press("Fillo nga e para")
    person.type("uji")
    person.command("start")
    person.press("Vazhdo një kontribut tjetër")
    assert "Pse është e rëndësishme?" in person.text
    assert "rruga" in person.says().values()
    for label in ("Kapërce", "Kapërce", "Dërgo", "Vazhdo"):
        person.press(label)
    assert "uji" in person.says().values()


def test_a_consultation_is_over_when_its_last_day_ends_in_albania() -> None:
    [first, *others] = CATALOGUE.consultations
    dated = replace(CATALOGUE, consultations=(replace(first, closes_on=date(2026, 12, 15)), *others))
    over = datetime(2026, 12, 15, 23, 0, tzinfo=UTC)
    assert dated.at(over - timedelta(microseconds=1)) is dated
    assert dated.at(over).opened() == tuple(others)
    assert dated.at(over).at(over) == dated.at(over), "what has closed stays so"
    assert CATALOGUE.at(over) is CATALOGUE, "without a last day nothing ends by itself"


def test_what_was_sent_takes_no_changes_once_its_consultation_has_closed() -> None:
    [first, *others] = CATALOGUE.consultations
    over = replace(CATALOGUE, consultations=(replace(first, is_open=False), *others))
    sent = [Past(n, "", each.questionnaires[0], NOW, (), (), (), n < 3) for n, each in enumerate((first, *others), 1)]
    assert standing(CATALOGUE, tuple(sent)) == tuple(sent)
    assert [each.is_open for each in standing(over, tuple(sent))] == [False, True, False, False]
