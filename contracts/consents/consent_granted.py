"""consent.granted: a consent counts from now on; its witness may witness and has a relation to the person.

1  first published
2  with all who may disclose, who signed and how, the class it named, the intermediary with its list of members, the
   statements, and until when it is irrevocable: the scope goes with each disclosure (42 CFR 2.32)
"""

from __future__ import annotations

from typing import Self

from contracts import topics
from contracts.event import Event, published
from contracts.forms import Revocable, Signature, Signer, Statement
from contracts.words import Category, Code, ConsentId, ConsentKind, Day, Instant, Purpose, Slug


@published("consent.granted", version=1, on=topics.CONSENTS)
class ConsentGrantedV1(Event):
    """A consent counts from now on; its witness may witness and has a relation to the person."""

    consent_id: ConsentId
    kind: ConsentKind
    witness: Slug
    discloser: Slug
    recipients: tuple[Slug, ...]
    categories: tuple[Category, ...]
    purpose: Purpose
    signed_on: Day
    expires_at: Instant | None = None
    expires_with: str = "none"


@published("consent.granted", version=2, on=topics.CONSENTS)
class ConsentGrantedV2(Event):
    """A consent counts from now on; its witness may witness and has a relation to the person."""

    consent_id: ConsentId
    kind: ConsentKind
    witness: Slug
    disclosers: tuple[Slug, ...]
    """Who may disclose, a class spelled out."""
    recipients: tuple[Slug, ...]
    """Who may receive, a class spelled out."""
    recipient_class: Slug | None = None
    """The class that the form named among the recipients."""
    categories: tuple[Category, ...]
    purpose: Purpose
    signed_on: Day
    signature: Signature | None = None
    signed_by: Signer | None = None
    """Who signed; absent where the form did not say."""
    expires_at: Instant | None = None
    expires_with: str = "none"
    intermediary: Slug | None = None
    members_version: Code | None = None
    """Which list of the intermediary's members was given with the form."""
    statements: tuple[Statement, ...] = ()
    language: str | None = None
    irrevocable_until: Revocable | None = None
    irrevocable_until_at: Instant | None = None

    @classmethod
    def upcast(cls, old: ConsentGrantedV1) -> Self:
        """Return the consent in this form; what version 1 did not say stays absent."""
        return cls(
            consent_id=old.consent_id,
            kind=old.kind,
            witness=old.witness,
            disclosers=(old.discloser,),
            recipients=old.recipients,
            categories=old.categories,
            purpose=old.purpose,
            signed_on=old.signed_on,
            expires_at=old.expires_at,
            expires_with=old.expires_with,
        )


ConsentGranted = ConsentGrantedV2
