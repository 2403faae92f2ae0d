"""Who may do what: named permissions, and the roles that hold them.

Each route of `admin.app` names one permission; `tests/admin/test_permissions.py` walks the table against a matrix
written by hand. Besides, staff see only the consultations that they were given (`Staff.components`).
"""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """`<what>:<what is done with it>`; keep the list alphabetical."""

    AUDIT_READ = "audit:read"
    """Read what staff did, and check that nothing of it was changed."""
    CODEBOOK_EDIT = "codebook:edit"
    """Add, rename and retire themes."""
    CONSULTATIONS_MANAGE = "consultations:manage"
    """Open and close consultations, and publish questionnaires."""
    CONSULTATIONS_PREVIEW = "consultations:preview"
    """See consultations and walk through their questionnaires."""
    CONTRIBUTIONS_MODERATE = "contributions:moderate"
    """Sort contributions: status, assignee, themes, notes, groups, translations."""
    CONTRIBUTIONS_READ = "contributions:read"
    """Read contributions and what staff made of them."""
    CONTRIBUTIONS_REDACT = "contributions:redact"
    """Leave personal details out of what is shown."""
    COUNTS_READ = "counts:read"
    """See how many contributions there are, and none of their words."""
    PAGE_OPEN = "page:open"
    """Asked of nobody: the login page, languages, colours, the style sheet."""
    REDACTIONS_UNDO = "redactions:undo"
    """See what was redacted, and show it again."""
    REPLIES_WRITE = "replies:write"
    """Write to the author of a contribution."""
    SESSION_PROVE = "session:prove"
    """Have given the right password, whatever the role: show or set up the second factor, or log out."""
    SESSION_USE = "session:use"
    """Be logged in, whatever the role."""
    STAFF_MANAGE = "staff:manage"
    """Open and close accounts, and reset what somebody lost."""
    SUBMISSIONS_EXPORT = "submissions:export"
    """Download contributions as a file."""
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


P = Permission

_EVERY_ROLE = frozenset({P.PAGE_OPEN, P.SESSION_PROVE, P.SESSION_USE, P.COUNTS_READ, P.CONSULTATIONS_PREVIEW})
_READS = _EVERY_ROLE | {P.SUBMISSIONS_READ, P.CONTRIBUTIONS_READ}
_MODERATES = _READS | {
    P.CODEBOOK_EDIT,
    P.CONTRIBUTIONS_MODERATE,
    P.CONTRIBUTIONS_REDACT,
    P.REPLIES_WRITE,
    P.SUBMISSIONS_EXPORT,
}

GRANTED: dict[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: _MODERATES | {P.AUDIT_READ, P.CONSULTATIONS_MANAGE, P.REDACTIONS_UNDO, P.STAFF_MANAGE},
    Role.COORDINATOR: _EVERY_ROLE | {P.AUDIT_READ},
    Role.MODERATOR: _MODERATES,
    Role.VIEWER: _READS,
}


def may(role: str, permission: Permission) -> bool:
    """Tell whether staff of this role hold `permission`; a role that nobody knows holds none."""
    return role in GRANTED and permission in GRANTED[Role(role)]
