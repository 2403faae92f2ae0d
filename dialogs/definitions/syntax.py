"""What PyYAML cannot read, said to whoever wrote the file: the frequent mistakes by name, the rest by their place.

None of the parser's own words are passed on, for they are English and speak of the parser.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import yaml

from dialogs.definitions.words import Words, worded


def in_words(error: yaml.MarkedYAMLError) -> tuple[int, int, Words, Words]:
    """Return line and column of a mistake, what it is, and what cures it."""
    known = next((each for each in _TROUBLES if each.sign in f"{error.problem}, {error.context}"), None)
    mark = error.context_mark if known and known.opens else error.problem_mark
    mark = mark or error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    if known:
        return line, column, known.message, known.cure
    message = worded("this line cannot be read from its character {column} on", column=column)
    return line, column, message, worded("look at this line and the one before")


class _Trouble(NamedTuple):
    """What somebody reads where PyYAML says `sign`; the mistake stands where something `opens`, or where it ends."""

    sign: str
    message: Words
    cure: Words
    opens: bool = False


_TROUBLES: Final = (
    _Trouble(
        "mapping values are not allowed here",
        worded("a colon stands within a text"),
        worded("put the text in quotation marks"),
    ),
    _Trouble(
        "while scanning a quoted scalar",
        worded("a quotation mark opens here and is not closed rightly"),
        worded("close it, or write “ and ” in a text"),
        opens=True,
    ),
    _Trouble(
        "expected <block end>, but found '<scalar>'",
        worded("the text goes on after its closing quotation mark"),
        worded("put the whole text in quotation marks"),
    ),
    _Trouble(
        "expected <block end>",
        worded("this line is not indented like those it belongs to"),
        worded("indent it as far as its neighbours"),
    ),
    _Trouble(
        "could not find expected ':'",
        worded("a key stands here without a colon"),
        worded("write a colon after the key, or put the text in quotation marks"),
        opens=True,
    ),
    _Trouble(
        "expected ',' or ",
        worded("a bracket opens here and is not closed rightly"),
        worded("close it, or put the text in quotation marks"),
        opens=True,
    ),
    _Trouble(
        "cannot start any token",
        worded("no text begins with this character"),
        worded("put the text in quotation marks"),
    ),
    _Trouble(
        "sequence entries are not allowed here",
        worded("a dash stands where no list can begin"),
        worded("begin the list on a line of its own"),
    ),
    _Trouble(
        "expected a single document",
        worded("a second document begins here"),
        worded("keep one"),
    ),
)
