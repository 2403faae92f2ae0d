"""What a command says when it cannot do what it was asked: one line, for a person."""

from __future__ import annotations


class Trouble(Exception):
    """A failure that is explained in one line; the command ends with status 1."""
