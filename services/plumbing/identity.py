"""Ids that follow from what they name, so that the same facts give the same ids however often they are heard."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from contracts.envelope import Envelope, Fact, service_source

if TYPE_CHECKING:
    from services.plumbing.service import Said

_HEX_DIGITS: Final = 32
_KEY_BYTES: Final = 32
_BETWEEN: Final = "\x1f"


def derived(prefix: str, *parts: str) -> str:
    """Return `prefix` and 32 hexadecimal digits that follow from `parts` alone: `derived("ref-", source, id)`."""
    joined = _BETWEEN.join(parts).encode("utf-8", "surrogatepass")
    return prefix + hashlib.sha256(joined).hexdigest()[:_HEX_DIGITS]


def mark_of(source: str, event_id: str) -> str:
    """Return the mark of an event: 32 hexadecimal digits that follow from its identity, whatever an agency's id is."""
    return derived("", source, event_id)


class Keyed:
    """Ids as `derived` gives them, which nobody can work out who has not the key: for ids that leave the hub."""

    def __init__(self, key: bytes, about: str) -> None:
        """One key serves several kinds of ids; `about` keeps them apart."""
        self._key = hashlib.blake2b(about.encode(), key=key, digest_size=_KEY_BYTES).digest()

    def __call__(self, prefix: str, *parts: str) -> str:
        """Return `prefix` and 32 hexadecimal digits that follow from `parts` and the key."""
        joined = _BETWEEN.join(parts).encode("utf-8", "surrogatepass")
        return prefix + hashlib.blake2b(joined, key=self._key, digest_size=_HEX_DIGITS // 2).hexdigest()


def stated_id(service: str, heard: Fact, name: str, ordinal: int = 0) -> str:
    """Return the id of the `ordinal`-th (from 0) event of this name that `service` says because of `heard`."""
    cause = heard.envelope
    return derived("", service, cause.source, cause.id, cause.delivery, name, str(ordinal))


def stated(service: str, heard: Fact, said: Said, ordinal: int) -> Fact:
    """Return what `service` says because of `heard` as a fact: the `ordinal`-th (from 0) of its event's name.

    Its time is the heard fact's `at`, never a clock's. An admitted fact stays the agency's own: same id, source and
    time, with the moment of admission beside it.
    """
    cause = heard.envelope
    correlation = cause.correlation_id or cause.id
    # An empty subject is nobody: what is said of a refused message names no person.
    subject = cause.subject if said.subject is None else said.subject or None
    if said.admitted:
        envelope = Envelope(
            cause.id, cause.source, cause.type, cause.at, subject, None,
            correlation, cause.causation_id, cause.traceparent, heard.at, "", cause.signature,
        )  # fmt: skip
        return Fact(said.event, envelope)
    name = said.event.name
    envelope = Envelope(
        stated_id(service, heard, name, ordinal),
        service_source(service), name, heard.at, subject, None, correlation, cause.id, cause.traceparent,
    )  # fmt: skip
    return Fact(said.event, envelope)
