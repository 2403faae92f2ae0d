"""Who may do what: named permissions, and the roles that hold them.

Each route of `admin.app` names one permission; `tests/admin/test_permissions.py` walks the table against a matrix
written by hand. Besides, staff see only the consultations that they were given (`Staff.components`).
"""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """`<what>:<what is done with it>`; keep the list alphabetical."""

    COUNTS_READ = "counts:read"
    """See how many contributions there are, and none of their words."""
    PAGE_OPEN = "page:open"
    """Asked of nobody: the login page, languages, colours, the style sheet."""
    SESSION_USE = "session:use"
    """Be logged in, whatever the role."""
    SUBMISSIONS_EXPORT = "submissions:export"
    """Download all contributions of a consultation as a file."""
    SUBMISSIONS_READ = "submissions:read"
    """Read what citizens wrote, and the conversations."""


class Role(StrEnum):
    """What somebody does in a secretariat."""

    ADMINISTRATOR = "administrator"
    """Looks after the installation and its people."""
    COORDINATOR = "coordinator"
    """Follows the progress of all components; sees numbers, no text."""
    MODERATOR = "moderator"
    """Reads, sorts and answers the contributions of their components."""
    VIEWER = "viewer"
    """Reads the contributions of their components."""


_EVERY_ROLE = frozenset({Permission.PAGE_OPEN, Permission.SESSION_USE, Permission.COUNTS_READ})
_READS = _EVERY_ROLE | {Permission.SUBMISSIONS_READ}

GRANTED: dict[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: _READS | {Permission.SUBMISSIONS_EXPORT},
    Role.COORDINATOR: _EVERY_ROLE,
    Role.MODERATOR: _READS | {Permission.SUBMISSIONS_EXPORT},
    Role.VIEWER: _READS,
}


def may(role: str, permission: Permission) -> bool:
    """Tell whether staff of this role hold `permission`; a role that nobody knows holds none."""
    return role in GRANTED and permission in GRANTED[Role(role)]
