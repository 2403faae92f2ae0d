"""Groups: a bracket around contributions that say the same. It changes nothing in them, and opens at a touch.

Whoever puts in or takes out holds the groups around it first, the lowest number first, then the contributions: so what
was read of a group stays true until it is changed. On SQLite one writes at a time anyway.

What leaves a group is remembered until it is in one again, so that taking a contribution out, or a whole group apart,
can be undone. A group of one is none: whoever takes out the last but one takes it apart.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, union, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.errors import StorageError
from storage.filing import TOPIC
from storage.models import Contribution, ContributionGroup, GroupLeaving
from storage.moderation import Moderation, Moved, Standing
from storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Group:
    """A group; `name` is the secretariat's, and may be empty."""

    id: int
    consultation: str
    name: str
    created_by: int | None
    created_at: datetime
    version: int


class Elsewhere(StorageError):
    """A contribution and a group, or another contribution, that are not of the same consultation."""


class GroupMoved(StorageError):
    """Somebody else renamed the group: nothing was kept. `now` is the group as it stands."""

    def __init__(self, now: Group) -> None:
        self.now = now
        super().__init__("somebody else changed this group")


class Groups:
    """Groups of contributions, within one transaction. `by` is who acts, `seen` the version of a contribution they saw.

    Whatever has `seen` raises Moved where the contribution was changed since.
    """

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    # --- reading -----------------------------------------------------------------------------------------------------

    async def group(self, id: int) -> Group | None:
        """Return a group, also one that is taken apart, or None."""
        row = await self._transaction.first(select(*_COLUMNS).where(ContributionGroup.id == id))
        return Group(*row) if row else None

    async def members(self, id: int, limit: int | None = None) -> tuple[uuid.UUID, ...]:
        """Return the contributions that are in a group, the oldest first, those of a limited number."""
        order = (Contribution.created_at, Contribution.id)
        statement = select(Contribution.id).where(Contribution.group_id == id).order_by(*order).limit(limit)
        return tuple(row[0] for row in await self._transaction.rows(statement))

    async def size(self, id: int) -> int:
        """Return how many contributions are in a group."""
        row = await self._transaction.first(select(func.count()).where(Contribution.group_id == id))
        return int(row[0]) if row else 0

    async def former(self, id: int) -> tuple[uuid.UUID, ...]:
        """Return the contributions that left a group last, together, and are in none now."""
        rows = await self._transaction.rows(
            select(GroupLeaving.contribution_id, GroupLeaving.at)
            .join(Contribution, Contribution.id == GroupLeaving.contribution_id)
            .where(GroupLeaving.group_id == id, Contribution.group_id.is_(None))
            .order_by(GroupLeaving.at.desc(), GroupLeaving.contribution_id)
        )
        return tuple(row[0] for row in rows if row[1] == rows[0][1])

    async def mark(self, id: int) -> str:
        """Return what is another as soon as somebody went into a group, left it, or came back."""
        ids = [*(await self.members(id)), *(await self.former(id))]
        return hashlib.sha256(b"".join(each.bytes for each in ids)).hexdigest()[:16]

    async def left_last(self, contribution: uuid.UUID) -> Group | None:
        """Return the group that a contribution was in last, where it is in none now."""
        statement = (
            select(*_COLUMNS)
            .join(GroupLeaving, GroupLeaving.group_id == ContributionGroup.id)
            .join(Contribution, Contribution.id == GroupLeaving.contribution_id)
            .where(Contribution.id == contribution, Contribution.group_id.is_(None))
            .order_by(GroupLeaving.at.desc())
            .limit(1)
        )
        row = await self._transaction.first(statement)
        return Group(*row) if row else None

    # --- holding -----------------------------------------------------------------------------------------------------

    async def hold(self, group: int) -> None:
        """Have nobody else put anything into this group, or take it out, or bring it back, before this is committed."""
        await self._hold_around([*(await self.members(group)), *(await self.former(group))], group)

    async def _hold_around(self, contributions: Sequence[uuid.UUID], *groups: int) -> None:
        """Hold these groups and every one that the contributions are in or were in: theirs is another mark too."""
        inside = select(Contribution.group_id).where(Contribution.id.in_(contributions))
        left = select(GroupLeaving.group_id).where(GroupLeaving.contribution_id.in_(contributions))
        around = {row[0] for row in await self._transaction.rows(union(inside, left))} - {None}
        mine = select(ContributionGroup.id).where(ContributionGroup.id.in_({*groups, *around}))
        await self._transaction.rows(mine.order_by(ContributionGroup.id).with_for_update(key_share=True))

    async def _hold_inside(self, contributions: Iterable[uuid.UUID]) -> None:
        mine = select(Contribution.id).where(Contribution.id.in_(list(contributions))).order_by(Contribution.id)
        await self._transaction.rows(mine.with_for_update(key_share=True))

    # --- putting together --------------------------------------------------------------------------------------------

    async def create(self, consultation: str, name: str, by: int | None, now: datetime) -> int:
        """Make a group with nothing in it, and return its number."""
        values = {"consultation": consultation, "name": name.strip(), "created_by": by, "created_at": now, "version": 0}
        made = await self._transaction.execute(insert(ContributionGroup).values(values).returning(ContributionGroup.id))
        return int(made.scalar_one())

    async def put_in(
        self, contribution: uuid.UUID, group: int, *, seen: int | None, by: int | None, now: datetime
    ) -> None:
        """Put a contribution into a group, out of any it is in; raises Elsewhere too."""
        await self._hold_around([contribution], group)
        here, standing = await self.group(group), await Moderation(self._transaction).standing(contribution)
        if here is None or standing is None or standing.consultation != here.consultation:
            raise Elsewhere("the group is of another consultation")
        if standing.group_id == group:
            return
        if standing.group_id is not None:
            await self._leave(contribution, standing.group_id, now)
        await self._set(contribution, group, seen, by, now)
        back = delete(GroupLeaving).where(GroupLeaving.contribution_id == contribution, GroupLeaving.group_id == group)
        await self._transaction.execute(back)

    async def join(
        self, contribution: uuid.UUID, other: uuid.UUID, *, seen: int | None, by: int | None, now: datetime
    ) -> int:
        """Bring a contribution and another together, and return the number of their group.

        That is the other's group, or this one's where the other is in none, or a new one. Raises Elsewhere too.
        """
        held = [each.group_id for each in await self._both(contribution, other) if each]
        await self._hold_around((contribution, other))
        await self._hold_inside((contribution, other))
        mine, theirs = await self._both(contribution, other)
        if mine is None or theirs is None or mine.consultation != theirs.consultation or contribution == other:
            raise Elsewhere("the other contribution is of another consultation")
        if (seen is not None and mine.version != seen) or [mine.group_id, theirs.group_id] != held:
            raise Moved(mine)
        group = theirs.group_id or mine.group_id or await self.create(mine.consultation, "", by, now)
        await self.put_in(contribution, group, seen=None, by=by, now=now)
        await self.put_in(other, group, seen=None, by=by, now=now)
        return group

    async def _both(self, one: uuid.UUID, other: uuid.UUID) -> tuple[Standing | None, Standing | None]:
        moderation = Moderation(self._transaction)
        return await moderation.standing(one), await moderation.standing(other)

    async def rename(self, group: int, name: str, *, seen: int) -> None:
        """Give a group another name, words of the secretariat; raises GroupMoved."""
        statement = update(ContributionGroup).where(ContributionGroup.id == group, ContributionGroup.version == seen)
        if not await self._transaction.changed(statement.values(name=name.strip(), version=seen + 1)):
            standing = await self.group(group)
            if standing is not None:
                raise GroupMoved(standing)

    # --- taking apart ------------------------------------------------------------------------------------------------

    async def take_out(self, contribution: uuid.UUID, *, seen: int | None, by: int | None, now: datetime) -> int | None:
        """Take a contribution out of its group, and return the group's number; None where it was in none."""
        await self._hold_around([contribution])
        standing = await Moderation(self._transaction).standing(contribution)
        if standing is None or (seen is not None and standing.version != seen):
            raise Moved(standing)
        group = standing.group_id
        if group is not None:
            others = [each for each in await self.members(group, 3) if each != contribution]
            await self._all_leave([contribution, *(others if len(others) < 2 else [])], group, by, now)
        return group

    async def dissolve(self, group: int, *, by: int | None, now: datetime) -> int:
        """Take a group apart, and return how many contributions were in it."""
        await self.hold(group)
        members = await self.members(group)
        await self._all_leave(members, group, by, now)
        return len(members)

    async def bring_back(self, group: int, *, by: int | None, now: datetime) -> int:
        """Undo what was taken out of a group last, or its taking apart; return how many came back."""
        await self.hold(group)
        await self._hold_inside(await self.former(group))
        former = await self.former(group)
        for each in former:
            await self.put_in(each, group, seen=None, by=by, now=now)
        return len(former)

    async def _all_leave(self, members: Iterable[uuid.UUID], group: int, by: int | None, now: datetime) -> None:
        members = list(members)
        await self._hold_inside(members)
        for each in members:
            await self._leave(each, group, now)
            await self._set(each, None, None, by, now)

    async def _leave(self, contribution: uuid.UUID, group: int, now: datetime) -> None:
        """Remember that a contribution was in a group until now."""
        dialect: Any = sqlite if self._transaction.dialect == "sqlite" else postgresql
        statement = dialect.insert(GroupLeaving).on_conflict_do_update(
            index_elements=["contribution_id", "group_id"], set_={"at": now}
        )
        await self._transaction.execute(statement, {"contribution_id": contribution, "group_id": group, "at": now})

    async def _set(
        self, contribution: uuid.UUID, group: int | None, seen: int | None, by: int | None, now: datetime
    ) -> None:
        statement = update(Contribution).where(Contribution.id == contribution)
        if seen is not None:
            statement = statement.where(Contribution.version == seen)
        values = {"version": Contribution.version + 1, "changed_at": now, "changed_by": by}
        if not await self._transaction.changed(statement.values(group_id=group, **values)):
            raise Moved(await Moderation(self._transaction).standing(contribution))
        self._transaction.news.add(TOPIC)


_COLUMNS: Sequence[Any] = (
    ContributionGroup.id,
    ContributionGroup.consultation,
    ContributionGroup.name,
    ContributionGroup.created_by,
    ContributionGroup.created_at,
    ContributionGroup.version,
)
