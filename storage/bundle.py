"""Several named things in one stream of bytes, each of a size that need not be known before: what a backup holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, Protocol

NAMED, DATA, END = b"N", b"D", b"Z"
MOST: Final = 1024**2
"""Bytes of a block."""


class Sink(Protocol):
    """Whatever takes bytes."""

    def write(self, data: bytes, /) -> object:
        """Take some."""
        ...


class Broken(ValueError):
    """The stream ends too early, or is none."""


def put(sink: Sink, name: str, blocks: Iterable[bytes]) -> None:
    """Write one thing."""
    _record(sink, NAMED, name.encode())
    for block in blocks:
        for start in range(0, len(block), MOST):
            _record(sink, DATA, block[start : start + MOST])


def end(sink: Sink) -> None:
    """Write that nothing follows."""
    _record(sink, END, b"")


def _record(sink: Sink, kind: bytes, content: bytes) -> None:
    sink.write(kind + len(content).to_bytes(4, "big"))
    sink.write(content)


def things(stream: Iterable[bytes]) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Yield each thing's name and its blocks; what is not read of one is passed over. Raises Broken."""
    records = _records(stream)
    kind, content = next(records)
    while kind != END:
        if kind != NAMED:
            raise Broken("a thing without a name")
        blocks = _Blocks(records)
        yield content.decode(), blocks
        for _ in blocks:
            pass
        kind, content = blocks.following
    next(records, None)  # so that the stream is read to its end


class _Blocks(Iterator[bytes]):
    """The blocks of one thing; `following` is the record after them."""

    def __init__(self, records: Iterator[tuple[bytes, bytes]]) -> None:
        self._records = records
        self.following = (DATA, b"")

    def __next__(self) -> bytes:
        if self.following[0] != DATA:
            raise StopIteration
        kind, content = next(self._records)
        if kind != DATA:
            self.following = (kind, content)
            raise StopIteration
        return content


def _records(stream: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
    buffer, source, kind = bytearray(), iter(stream), b""

    def take(size: int) -> bytes:
        while len(buffer) < size:
            try:
                buffer.extend(next(source))
            except StopIteration:
                raise Broken("the stream ends too early") from None
        taken = bytes(buffer[:size])
        del buffer[:size]
        return taken

    while kind != END:
        head = take(5)
        kind = head[:1]
        yield kind, take(int.from_bytes(head[1:], "big"))
    if buffer or any(source):  # all of them are taken, the last piece of a sealed file must open too
        raise Broken("something follows the end")
