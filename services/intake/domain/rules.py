"""What intake decides by: the site, the names, and how an operator's signature is judged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from contracts.envelope import Fact
from contracts.event import Event
from services.intake.domain.naming import Naming
from services.plumbing.service import Record
from services.sites import Site

SignedBy = Callable[[str, str, Event, str | None], bool]
"""Whether the holder of a public key signed an event under an id: `signed_by(public_key, id, event, signature)`."""

ReadCorrected = Callable[[Record, bytes], Fact]
"""The fact in a record as an operator corrected it, read by the door; it raises where the door does not admit it."""


@dataclass(frozen=True)
class Rules:
    """Handed to every decision."""

    site: Site
    naming: Naming
    signed_by: SignedBy
    read_corrected: ReadCorrected
