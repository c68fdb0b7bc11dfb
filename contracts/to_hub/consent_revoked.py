"""consent.revoked: the person takes a consent back; a spoken word is enough to stop at once. The subject is the person.

1  first published
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.words import Reference


@published("consent.revoked", version=1, on=topics.TO_HUB)
class ConsentRevokedV1(AgencyEvent):
    """The person takes a consent back; a spoken word is enough to stop at once. The subject is the person."""

    form_reference: Reference | None = None
    """Which form; without it, every consent of this person that the sender witnessed."""
    how: Annotated[str, Field(pattern=r"^(written|verbal)$")] = "written"


ConsentRevoked = ConsentRevokedV1
