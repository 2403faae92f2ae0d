"""What is shipped says exactly what the source says, in both languages, and a version stays what it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from dialogs import loader
from dialogs.canonical import canonical, sealed
from dialogs.loader import Broken, Loaded, load, published, seeds, shipped
from dialogs.types import Kind, Option, Question, Questionnaire, Repeat, Section, ShowIf
from locales import CODES

CONSULTATIONS = Path(loader.__file__).parent / "consultations"


@pytest.fixture(scope="module")
def ours() -> Loaded:
    return shipped()


def of(loaded: Loaded, consultation: str, slug: str) -> Questionnaire:
    found = [each for each in loaded.questionnaires.values() if (each.consultation, each.slug) == (consultation, slug)]
    assert len(found) == 1
    return found[0]


# --- the source's words ---------------------------------------------------------------------------------------------

K0_SQ = (
    "Cilat janë, sipas jush, çështjet më të rëndësishme të cilave Qeveria Shqiptare duhet t'u japë përparësi "
    "për të përmirësuar qeverisjen dixhitale, dhe pse? Ju pyesim për tri, një nga një."
)
K0_EN = (
    "What do you think are the most important issues the Albanian Government should prioritize "
    "to improve digital governance and why? We ask for three, one at a time."
)
I0_SQ = (
    "Ju lutemi, propozoni çdo ide ose zgjidhje që mund të keni në mbështetje të qeverisjes dixhitale. "
    "Këto sugjerime mund të jenë të thjeshta – hollësitë mund të diskutohen në konsultimet e mëvonshme."
)
I0_EN = (
    "Please propose any ideas or solutions you may have to support digital governance efforts. "
    "These suggestions can be simple – the details can be discussed in later consultations."
)


@pytest.mark.parametrize(("slug", "sq", "en"), [("key-issues", K0_SQ, K0_EN), ("ideas", I0_SQ, I0_EN)])
def test_the_questionnaires_open_in_the_words_of_the_source(ours: Loaded, slug: str, sq: str, en: str) -> None:
    (section,) = of(ours, "digital-governance", slug).sections
    assert section.intro == {"sq": sq, "en": en}


def test_an_idea_is_asked_in_the_words_of_the_source(ours: Loaded) -> None:
    (section,) = of(ours, "digital-governance", "ideas").sections
    assert [question.ask["en"].rstrip(".") for question in section.questions] == [
        "Briefly describe the overall idea",
        "What is the problem the idea will address?",
        "Main objective of idea",
    ]
    assert [question.ask["sq"] for question in section.questions] == [
        "Përshkruani shkurt idenë në tërësi.",
        "Cilin problem do të trajtojë ideja?",
        "Cili është objektivi kryesor i idesë?",
    ]


def test_three_issues_are_asked_and_one_is_required(ours: Loaded) -> None:
    (section,) = of(ours, "digital-governance", "key-issues").sections
    assert section.repeat is not None
    assert (section.repeat.least, section.repeat.most, section.repeat.gate) == (1, 3, None)
    assert [(each.id, each.kind, each.required) for each in section.questions] == [
        ("issue", Kind.TEXT, True),
        ("why", Kind.TEXT, False),
    ]


def test_ideas_go_on_until_the_person_ends_them(ours: Loaded) -> None:
    (section,) = of(ours, "digital-governance", "ideas").sections
    assert section.repeat is not None
    assert (section.repeat.least, section.repeat.most) == (1, None)
    assert section.repeat.gate == {"sq": "Doni të shtoni një ide tjetër?", "en": "Do you want to add another idea?"}
    assert [(each.id, each.required) for each in section.questions] == [
        ("idea", True),
        ("problem", False),
        ("objective", False),
    ]


@pytest.mark.parametrize(
    ("component", "sq", "en"),
    [
        ("access-to-justice", "për të përmirësuar aksesin në drejtësi", "to improve access to justice"),
        ("fiscal-transparency", "për të përmirësuar transparencën fiskale", "to improve fiscal transparency"),
        (
            "fight-against-corruption",
            "për të forcuar luftën kundër korrupsionit",
            "to strengthen the fight against corruption",
        ),
    ],
)
def test_every_component_has_its_own_form_in_the_headline(ours: Loaded, component: str, sq: str, en: str) -> None:
    intro = of(ours, component, "key-issues").sections[0].intro
    assert intro is not None
    assert f"japë përparësi {sq}, dhe pse?" in intro["sq"]
    assert f"should prioritize {en} and why?" in intro["en"]


def test_the_four_components_stand_in_the_order_of_the_plan(ours: Loaded) -> None:
    assert [each.slug for each in ours.consultations] == [
        "access-to-justice",
        "digital-governance",
        "fiscal-transparency",
        "fight-against-corruption",
    ]
    assert all(each.slug == each.component and each.round == 1 and each.is_open for each in ours.consultations)
    assert all(len(each.questionnaires) == 2 for each in ours.consultations)


def test_corruption_alone_has_the_notice_on_anonymity(ours: Loaded) -> None:
    assert [each.slug for each in ours.consultations if each.notice] == ["fight-against-corruption"]


def test_the_stages_of_the_plan_have_their_months(ours: Loaded) -> None:
    assert [(each.first, each.last) for each in ours.plan.stages] == [
        (date(2020, 7, 1), date(2020, 8, 31)),
        (date(2020, 7, 1), date(2020, 10, 31)),
        (date(2020, 9, 1), date(2020, 10, 31)),
        (date(2020, 11, 1), date(2020, 12, 31)),
    ]


def test_consent_says_what_it_must(ours: Loaded) -> None:
    text = ours.plan.consent.text["en"]
    for word in (
        "We keep",
        "30 days",
        "/delete",
        "read your answers",
        "published",
        "Telegram",
        "not a vote",
        "under 16",
    ):
        assert word in text
    for word in ("Ruajmë", "30 ditë", "/delete", "lexojnë", "botohen", "Telegramit", "nuk është votim", "nën 16 vjeç"):
        assert word in ours.plan.consent.text["sq"]


@pytest.mark.parametrize("language", CODES)
def test_the_points_of_the_consent_stand_apart(ours: Loaded, language: str) -> None:
    first, *points = ours.plan.consent.text[language].split("\n\n")
    assert "•" not in first
    assert all(point.startswith("• ") and "\n" not in point for point in points)
    assert len(points) == 5


def test_what_a_round_is_about_is_true_at_any_time() -> None:
    texts = [each.about[code] for each in shipped().catalogue().consultations for code in CODES]
    assert not [text for text in texts if re.search("is preparing|This is the|po harton|Ky është", text)]


def test_privacy_is_complete_and_light(ours: Loaded) -> None:
    for language, words in {
        "en": ["not one citizen", "server can technically", "under its own rules", "safety depends on nobody knowing"],
        "sq": [
            "nuk do të thotë një qytetar",
            "teknikisht",
            "rregullave të veta",
            "jeni në rrezik po të mësohet kush jeni",
        ],
    }.items():
        text = ours.plan.privacy.text[language]
        assert max(map(len, text.split("\n"))) < 150, "a line for each thing said"
        assert all(word in text for word in words)


def test_items_of_the_source_stand_beside_what_they_became() -> None:
    found = seeds([CONSULTATIONS])
    expected = {
        "S1",
        "P1",
        "P2",
        "C0",
        "C1",
        "C2",
        "C3",
        "C4",
        "T1",
        "T2",
        "T3",
        "T4",
        "K0",
        "K1",
        "K2",
        "K3",
        "I0",
        "I1",
    }
    assert set(found) == expected
    assert found["K0"] == ["key-issues:sections.1.intro"]
    assert found["C2"] == ["digital-governance:", "plan:components.2"]


# --- how it is written ----------------------------------------------------------------------------------------------


def texts(value: Any) -> Iterator[tuple[str, str]]:
    """Yield every text of a file with its language."""
    if isinstance(value, dict):
        for key, each in value.items():
            if key in ("sq", "en"):
                yield key, each
            else:
                yield from texts(each)
    for each in value if isinstance(value, list) else ():
        yield from texts(each)


@pytest.mark.parametrize("path", sorted(CONSULTATIONS.glob("*.yaml")), ids=lambda path: path.stem)
def test_texts_are_set_as_their_language_is(path: Path) -> None:
    for language, text in texts(yaml.safe_load(path.read_text("utf-8"))):
        assert '"' not in text
        assert text == text.strip()
        assert "  " not in text
        assert not re.search("[“”]" if language == "en" and "„" in text else "„" if language == "en" else "”“", text)
        assert not re.search(r"[éèêàñ]|e\u0308|c\u0327", text)


# --- versions -------------------------------------------------------------------------------------------------------


def test_a_questionnaire_comes_back_from_json_as_it_was(ours: Loaded) -> None:
    for each in ours.questionnaires.values():
        assert loader.questionnaire_from_json(json.loads(json.dumps(loader.questionnaire_to_json(each)))) == each


def test_a_consultation_comes_back_from_json_as_it_was(ours: Loaded) -> None:
    for each in ours.consultations:
        closing = replace(each, closes_on=date(2020, 10, 31), is_open=False)
        for state in (each, closing):
            data = json.loads(json.dumps(loader.consultation_to_json(state)))
            assert loader.consultation_from_json(data) == state


WIDE = sealed(
    Questionnaire(
        consultation="c",
        slug="wide",
        version=2,
        title={"sq": "T", "en": "T"},
        minutes=1,
        sections=(
            Section(
                id="s",
                questions=(
                    Question(
                        "q1",
                        Kind.MULTI,
                        {"sq": "P", "en": "P"},
                        {"sq": "E", "en": "L"},
                        options=(Option("a", {"sq": "A", "en": "A"}), Option("b", {"sq": "B", "en": "B"})),
                    ),
                    Question(
                        "q2",
                        Kind.TEXT,
                        {"sq": "P", "en": "P"},
                        {"sq": "E", "en": "L"},
                        required=False,
                        again={"sq": "P", "en": "A"},
                        show_if=ShowIf("q1", ("a",)),
                        example={"sq": "S", "en": "E"},
                    ),
                ),
                repeat=Repeat(1, None, None, *({"sq": "{n}", "en": "{n}"},) * 4),
            ),
        ),
    )
)


def test_every_part_of_a_questionnaire_comes_back_from_json() -> None:
    assert loader.questionnaire_from_json(loader.questionnaire_to_json(WIDE)) == WIDE


def test_a_digest_does_not_depend_on_the_order_of_keys() -> None:
    data = loader.questionnaire_to_json(WIDE)
    turned = {key: data[key] for key in reversed(data)}
    assert loader.questionnaire_from_json(turned).digest == WIDE.digest
    assert canonical(turned) == canonical(data)


def test_a_digest_changes_with_any_word() -> None:
    assert sealed(replace(WIDE, title={"sq": "T", "en": "t"})).digest != WIDE.digest
    assert sealed(replace(WIDE, version=3)).digest != WIDE.digest


def test_a_version_that_was_tampered_with_is_refused() -> None:
    data = {**loader.questionnaire_to_json(WIDE), "minutes": 9}
    with pytest.raises(ValueError, match="c wide 2 was changed after it was published"):
        loader.questionnaire_from_json(data)


def test_what_is_shipped_is_what_was_published(ours: Loaded) -> None:
    """A wording that changes takes a new version, and `published.yaml` a new line beside the old one."""
    frozen = yaml.safe_load((CONSULTATIONS / "published.yaml").read_text("utf-8"))["published"]
    assert published(ours).items() <= frozen.items()


# --- loading --------------------------------------------------------------------------------------------------------


def test_the_catalogue_holds_it_all(ours: Loaded) -> None:
    catalogue = ours.catalogue()
    assert catalogue.opened() == ours.consultations
    for consultation in catalogue.consultations:
        for digest in consultation.questionnaires:
            assert catalogue.questionnaires[digest].consultation == consultation.slug
    assert catalogue.consent is ours.plan.consent
    assert catalogue.promise["en"] == "Every contribution is read and gets a reasoned response."


def test_a_catalogue_puts_rounds_in_order_and_strangers_last(ours: Loaded) -> None:
    justice, digital, *_ = ours.consultations
    second = replace(justice, slug="justice-2", round=2)
    stranger = replace(justice, slug="water", component="water")
    ordered = loader.catalogue(ours.plan, [stranger, digital, second, justice], ()).consultations
    assert [each.slug for each in ordered] == ["access-to-justice", "justice-2", "digital-governance", "water"]


def test_one_consultation_is_loaded_alone(ours: Loaded) -> None:
    alone = load([CONSULTATIONS / "fiscal-transparency.yaml"])
    assert [each.slug for each in alone.consultations] == ["fiscal-transparency"]
    assert len(alone.questionnaires) == 2
    assert alone.questionnaires.items() <= ours.questionnaires.items()


def test_a_consultation_written_elsewhere_uses_the_shipped_templates(tmp_path: Path) -> None:
    text = (CONSULTATIONS / "digital-governance.yaml").read_text("utf-8")
    text = text.replace("consultation: digital-governance", "consultation: digital-2").replace("round: 1", "round: 2")
    (tmp_path / "digital-2.yaml").write_text(text + "closes_on: 2021-01-31\n", "utf-8")
    (consultation,) = load([tmp_path / "digital-2.yaml"]).consultations
    assert (consultation.slug, consultation.component, consultation.round) == ("digital-2", "digital-governance", 2)
    assert consultation.closes_on == date(2021, 1, 31)


def test_broken_files_are_not_loaded_and_every_mistake_is_carried(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("title: x\n", "utf-8")
    with pytest.raises(Broken, match=r"a\.yaml:1: this is no plan") as broken:
        load([tmp_path / "a.yaml", tmp_path / "b.yaml"])
    assert len(broken.value.issues) == 2


def test_a_part_of_the_plan_is_found_by_its_name(ours: Loaded) -> None:
    part = ours.plan.component("digital-governance")
    assert part is not None
    assert part.forms["in_support"]["sq"] == "në mbështetje të qeverisjes dixhitale"
    assert ours.plan.component("water") is None
