"""message.corrected: an operator mends an agency's message that the hub could not handle. The program office says it.

1  first published
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts import topics
from contracts.event import AgencyEvent, AgencyPart, published
from contracts.words import Code, Private, Slug

FieldName = Annotated[str, Field(max_length=120, pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$")]
"""A field of a message; a part's own fields after a dot, as in `incident.occurred_at`."""


class FieldChange(AgencyPart):
    """One field of the message: what stands there now."""

    field: FieldName
    value: Private | None = None
    """As JSON. It stands in the corrected message alone: once the correction is admitted, it names the field only."""
    removed: bool = False
    """The message has no such field any more."""


@published("message.corrected", version=1, on=topics.TO_HUB)
class MessageCorrectedV1(AgencyEvent):
    """An operator mends an agency's message that the hub could not handle. The program office says it.

    The agency's own message stays as it was, put aside; what is corrected is handled in its place. It never changes
    who sent the message, which event it is, when it was sent and of whom it speaks.
    """

    letter: Annotated[int, Field(ge=1, le=2**63 - 1)]
    """The number under which the hub's door has put the message aside."""
    agency: Slug
    """Whose message it is."""
    message_id: Annotated[str, Field(min_length=1, max_length=512)] | None = None
    """The id that its sender gave it, where it could be read."""
    message_type: Annotated[str, Field(max_length=80, pattern=r"^[a-z]+(\.[a-z]+)+$")] | None = None
    """Which event it is."""
    message_version: Annotated[int, Field(ge=1, le=9_999)] | None = None
    """The version in which the corrected message is written; without it, the newest that the hub reads."""
    whole: bool = False
    """Whether the changes are all that the corrected message says; else all else stays as the agency sent it."""
    changes: Annotated[tuple[FieldChange, ...], Field(max_length=200)] = ()
    why: Code
    """Why, as a code; nothing about a person."""
    operator: Slug


MessageCorrected = MessageCorrectedV1
