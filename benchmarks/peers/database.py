"""What the peers with an ORM store: who takes part, what they submit, and each answer as it comes."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import BigInteger, DateTime, ForeignKey, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from benchmarks.peers import place

Moment = DateTime(timezone=True)


class Base(DeclarativeBase):
    """The peers' tables."""


class User(Base):
    """Who takes part."""

    __tablename__ = "users"

    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    language: Mapped[str | None]
    consented_at: Mapped[datetime | None] = mapped_column(Moment)


class Submission(Base):
    """One set of answers."""

    __tablename__ = "submissions"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    chat_id: Mapped[int] = mapped_column(ForeignKey("users.chat_id"), index=True)
    submitted_at: Mapped[datetime | None] = mapped_column(Moment)


class Answer(Base):
    """One answer."""

    __tablename__ = "answers"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"), index=True)
    question: Mapped[str]
    text: Mapped[str]
    at: Mapped[datetime] = mapped_column(Moment)


def engine() -> AsyncEngine:
    """Return the engine of one bot: at most forty connections over PostgreSQL's socket."""
    url = f"postgresql+asyncpg://postgres@/{place.DATABASE}?host={place.POSTGRES}"
    return create_async_engine(url, pool_size=20, max_overflow=20, pool_timeout=120)


async def sessions() -> async_sessionmaker[AsyncSession]:
    """Create the tables and return the maker of sessions."""
    made = engine()
    async with made.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    return async_sessionmaker(made, expire_on_commit=False)


async def welcome(session: AsyncSession, chat_id: int) -> None:
    """Keep that somebody began."""
    await session.merge(User(chat_id=chat_id))
    await session.commit()


async def speak(session: AsyncSession, chat_id: int, language: str) -> None:
    """Keep which language somebody chose."""
    await session.execute(update(User).where(User.chat_id == chat_id).values(language=language))
    await session.commit()


async def consent(session: AsyncSession, chat_id: int) -> int:
    """Keep that somebody agreed, begin their submission and return its number."""
    await session.execute(update(User).where(User.chat_id == chat_id).values(consented_at=datetime.now(UTC)))
    submission = Submission(chat_id=chat_id)
    session.add(submission)
    await session.commit()
    return submission.id


async def answer(session: AsyncSession, submission_id: int, question: str, text: str) -> None:
    """Keep one answer."""
    session.add(Answer(submission_id=submission_id, question=question, text=text, at=datetime.now(UTC)))
    await session.commit()


async def submit(session: AsyncSession, submission_id: int) -> None:
    """Keep that a submission is complete."""
    done = update(Submission).where(Submission.id == submission_id).values(submitted_at=datetime.now(UTC))
    await session.execute(done)
    await session.commit()
