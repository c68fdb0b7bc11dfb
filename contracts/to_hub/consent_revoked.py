"""consent.revoked: the person takes a consent back; a spoken word is enough to stop at once. The subject is the person.

1  first published
2  may say why, and who wrote it down where the program office sends it
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.words import Private, Reference, Slug


@published("consent.revoked", version=1, on=topics.TO_HUB)
class ConsentRevokedV1(AgencyEvent):
    """The person takes a consent back; a spoken word is enough to stop at once. The subject is the person."""

    form_reference: Reference | None = None
    """Which form; without it, every consent of this person that the sender witnessed."""
    how: Annotated[str, Field(pattern=r"^(written|verbal)$")] = "written"


@published("consent.revoked", version=2, on=topics.TO_HUB)
class ConsentRevokedV2(AgencyEvent):
    """The person takes a consent back; a spoken word is enough to stop at once. The subject is the person."""

    form_reference: Reference | None = None
    """Which form; without it, every consent of this person that the word reaches."""
    how: Annotated[str, Field(pattern=r"^(written|verbal)$")] = "written"
    why: Private | None = None
    """In the person's words. Nobody has to say why, and nothing follows from it."""
    operator: Slug | None = None
    """Who wrote it down, where the program office sends it."""

    @classmethod
    def upcast(cls, old: ConsentRevokedV1) -> Self:
        """Return it in this form; nobody said why."""
        return cls(form_reference=old.form_reference, how=old.how)


ConsentRevoked = ConsentRevokedV2
