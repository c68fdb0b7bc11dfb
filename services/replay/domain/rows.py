"""What is written down of single messages: what was told, what was answered, and where the ground moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pydantic import BaseModel, ConfigDict

from contracts.replaying import Foreseen, ReplayPass
from contracts.words import Instant

if TYPE_CHECKING:
    from datetime import datetime

    from contracts.disclosures.disclosure_made import DisclosureMade


class Told(NamedTuple):
    """A message that an agency was told; one row a message, however many purposes it had."""

    message_id: str
    agency: str
    person: str
    """The partition key of what is said of it: the person, or the agency where nobody is meant."""
    message_type: str
    referral_id: str | None
    reference: str | None
    """JSON; None where an earlier version told it."""
    content: str | None
    made_at: datetime
    original_id: str | None
    replay_id: str | None


class Answer(BaseModel):
    """One thing that notification said of an item of a replay. All that were said of an item are a set."""

    model_config = ConfigDict(frozen=True)

    outcome: Foreseen
    message_id: str
    """The id under which it was told, or would be."""
    layer: str | None = None
    rule: str | None = None
    categories: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    part2: bool = False
    mark: str = ""
    content: str | None = None
    policy_hash: str = ""
    at: Instant


class Answered(NamedTuple):
    """An answer with the item that it is about; `identity` is the fact's."""

    replay_id: str
    mode: ReplayPass
    original_id: str
    identity: str
    answer: Answer


class Moved(NamedTuple):
    """Something changed on which what may be told of this person, or to this agency, rests."""

    key: str
    what: str
    at: datetime


class Stands(NamedTuple):
    """Whether an agency is suspended, since when."""

    agency: str
    suspended: bool
    at: datetime


def told_of(event: DisclosureMade, person: str | None) -> Told:
    """Return the row of a message that was told."""
    again = event.original_id if event.original_id != event.message_id else None
    return Told(
        event.message_id,
        event.agency,
        person or event.agency,
        event.message_type,
        event.referral_id,
        None if event.reference is None else event.reference.model_dump_json(exclude_defaults=True),
        event.content,
        event.made_at,
        again,
        event.replay_id,
    )
