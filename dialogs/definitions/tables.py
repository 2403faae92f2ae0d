"""The tables of keys: what may stand where in a plan, a questionnaire, a consultation; a format on one page."""

from __future__ import annotations

from dialogs.definitions import words
from dialogs.definitions.shapes import (
    Key,
    Keys,
    day,
    digests,
    each_of,
    forms,
    kind,
    line_of_text,
    positive,
    seed,
    slug,
    slugs,
    texts,
    truth,
    within,
)
from dialogs.definitions.words import worded

OPTION: Keys = {"id": Key(slug), "label": Key(texts)}

SHOW_IF: Keys = {"question": Key(slug), "one_of": Key(slugs)}

QUESTION: Keys = {
    "id": Key(slug),
    "seed": Key(seed, required=False),
    "kind": Key(kind),
    "required": Key(truth, required=False),
    "label": Key(texts),
    "ask": Key(texts),
    "again": Key(texts, required=False),
    "options": Key(each_of(worded("option"), OPTION), required=False),
    "show_if": Key(within("show_if", SHOW_IF), required=False),
    "example": Key(texts, required=False),
}

REPEAT: Keys = {
    "seed": Key(seed, required=False),
    "least": Key(positive),
    "most": Key(positive, required=False),
    "gate": Key(texts, required=False),
    "where": Key(texts),
    "name": Key(texts),
    "add": Key(texts),
    "remove": Key(texts),
}

SECTION: Keys = {
    "id": Key(slug),
    "seed": Key(seed, required=False),
    "intro": Key(texts, required=False),
    "repeat": Key(within("repeat", REPEAT), required=False),
    "questions": Key(each_of(words.QUESTION, QUESTION)),
}

QUESTIONNAIRE: Keys = {
    "questionnaire": Key(slug),
    "seed": Key(seed, required=False),
    "version": Key(positive),
    "minutes": Key(positive),
    "title": Key(texts),
    "sections": Key(each_of(words.SECTION, SECTION)),
}

USE: Keys = {"use": Key(slug), "version": Key(positive)}

CONSULTATION: Keys = {
    "consultation": Key(slug),
    "seed": Key(seed, required=False),
    "component": Key(slug),
    "round": Key(positive),
    "about": Key(texts),
    "notice": Key(texts, required=False),
    "closes_on": Key(day, required=False),
    "questionnaires": Key(each_of(worded("questionnaire"), USE, "use")),
}

NOTICE: Keys = {"version": Key(positive), "seed": Key(seed, required=False), "text": Key(texts)}

PROMISE: Keys = {"seed": Key(seed, required=False), "text": Key(texts)}

COMPONENT: Keys = {"id": Key(slug), "seed": Key(seed, required=False), "forms": Key(forms)}

STAGE: Keys = {
    "id": Key(slug),
    "seed": Key(seed, required=False),
    "from": Key(day),
    "to": Key(day),
    "title": Key(texts),
}

PLAN: Keys = {
    "plan": Key(line_of_text),
    "seed": Key(seed, required=False),
    "title": Key(texts),
    "components": Key(each_of(words.COMPONENT, COMPONENT)),
    "stages": Key(each_of(worded("stage"), STAGE)),
    "promise": Key(within("promise", PROMISE)),
    "consent": Key(within("consent", NOTICE)),
    "privacy": Key(within("privacy", NOTICE)),
}

PUBLISHED: Keys = {"published": Key(digests)}
