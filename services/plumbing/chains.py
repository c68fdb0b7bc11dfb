"""Chains of entries in which each carries the hash of the one before: nothing can be changed, left out or moved unseen.

The standard library alone is used, so that anybody can verify an exported file with a few lines of their own:
`hash = sha256("<chain> <sequence> <previous> <entry>")`, the entry as canonical JSON; before the first one stands
`sha256("hub ledger chain <chain>")`. A head is the length of a chain and the hash of its last entry; heads that were
published earlier show that a tail was cut off.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_MEMBERS: Final = frozenset({"chain", "entry", "hash", "previous", "sequence"})
_LINE_MOST: Final = 1_000_000


class Entry(NamedTuple):
    """What is to be entered: canonical JSON, and what it is found by."""

    key: str
    """Whose chain it goes to: the person, or another key where there is none."""
    event_id: str
    """The fact that it tells of. One fact is one entry, however often it is put."""
    subject: str | None
    agency: str
    message_id: str | None
    text: str


class Link(NamedTuple):
    """One entry in its place."""

    chain: int
    sequence: int
    """From 1."""
    previous: str
    hash: str
    entry: str
    """Canonical JSON."""


class Head(NamedTuple):
    """How long a chain is, and the hash of its last entry."""

    chain: int
    length: int
    hash: str


class Break(NamedTuple):
    """The first place at which an export does not hold, and why."""

    line: int
    """From 1; 0 where it is about the whole file."""
    chain: int | None
    sequence: int | None
    why: str


@dataclass(slots=True)
class Verified:
    """What an export came to."""

    entries: int = 0
    heads: dict[int, Head] = field(default_factory=dict)
    """The last entry of each chain in the file."""
    unpublished: int = 0
    """Entries after the newest published heads; heads of a file that was just written may come a moment later."""
    unvouched: tuple[int, ...] = ()
    """Chains of which no head was published: they began after the heads, or somebody took their heads away."""
    broken: Break | None = None


def canonical(value: Any) -> str:
    """Return JSON that is the same for the same value: names sorted, no spaces, ASCII only, no NaN."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def beginning(chain: int) -> str:
    """Return what stands before the first entry of a chain."""
    return hashlib.sha256(f"hub ledger chain {chain}".encode()).hexdigest()


def hash_of(chain: int, sequence: int, previous: str, entry: str) -> str:
    """Return the hash of an entry in its place."""
    return hashlib.sha256(f"{chain} {sequence} {previous} {entry}".encode()).hexdigest()


def extended(head: Head | None, chain: int, entries: Iterable[str]) -> list[Link]:
    """Return the links that these entries (canonical JSON) become after `head`; None: the chain is empty."""
    sequence, previous = (0, beginning(chain)) if head is None else (head.length, head.hash)
    links = []
    for entry in entries:
        sequence += 1
        link = Link(chain, sequence, previous, hash_of(chain, sequence, previous, entry), entry)
        previous = link.hash
        links.append(link)
    return links


def line_of(link: Link) -> str:
    """Return the link as one line of an export, without the line's end."""
    members = {"chain": link.chain, "hash": link.hash, "previous": link.previous, "sequence": link.sequence}
    return canonical(members | {"entry": json.loads(link.entry)})


def verified(lines: Iterable[bytes], published: Mapping[int, Head]) -> Verified:
    """Verify an export, line by line with its ends, against the heads that were published; stop at the first break.

    Within a chain the entries stand in order; chains may be mixed in any way.
    """
    result = Verified()
    lengths = {chain: head.length for chain, head in published.items()}
    for number, raw in enumerate(lines, start=1):
        link, why = _read(raw)
        if link is None:
            result.broken = Break(number, None, None, why)
            return result
        head = result.heads.get(link.chain)
        why = _against(link, head, published.get(link.chain))
        if why:
            result.broken = Break(number, link.chain, link.sequence, why)
            return result
        result.heads[link.chain] = Head(link.chain, link.sequence, link.hash)
        result.entries += 1
        result.unpublished += link.sequence > lengths.get(link.chain, 0)
    for chain, head in sorted(published.items()):
        there = result.heads.get(chain)
        length = 0 if there is None else there.length
        if length < head.length:
            why = f"the chain ends here, and entries up to {head.length} were published: its tail was cut off"
            result.broken = Break(0, chain, length, why)
            return result
    result.unvouched = tuple(sorted(result.heads.keys() - published.keys()))
    return result


def _against(link: Link, head: Head | None, published: Head | None) -> str:
    """Return why the link cannot stand after this head, or nothing."""
    sequence, previous = (0, beginning(link.chain)) if head is None else (head.length, head.hash)
    if link.sequence != sequence + 1:
        return f"entry {sequence + 1} should stand here: one was left out, put in or moved"
    if link.previous != previous:
        return "it does not follow on the entry before it"
    if link.hash != hash_of(link.chain, link.sequence, link.previous, link.entry):
        return "it was changed: its hash is another"
    if published is not None and link.sequence == published.length and link.hash != published.hash:
        return "another hash was published for this entry: the chain was written anew"
    return ""


def _no_number(constant: str) -> None:
    raise ValueError(constant)


def _read(raw: bytes) -> tuple[Link | None, str]:
    """Read one line; every byte of it has to be as it would be written."""
    if not raw.endswith(b"\n"):
        return None, "the line has no end"
    try:
        text = raw[:-1].decode("ascii")
        found = json.loads(text, parse_constant=_no_number) if len(text) <= _LINE_MOST else None
    except (ValueError, RecursionError):
        return None, "it is not JSON in ASCII"
    if not isinstance(found, dict) or found.keys() != _MEMBERS:
        return None, f"it has not the members {', '.join(sorted(_MEMBERS))}"
    chain, sequence, previous, hash_ = (found[name] for name in ("chain", "sequence", "previous", "hash"))
    numbers = type(chain) is int and type(sequence) is int
    if not (numbers and isinstance(previous, str) and isinstance(hash_, str) and isinstance(found["entry"], dict)):
        return None, "a member is of another type"
    link = Link(chain, sequence, previous, hash_, canonical(found["entry"]))
    return (link, "") if line_of(link) == text else (None, "it is not written as an export writes it")
