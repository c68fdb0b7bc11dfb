"""consent.signed: a person signed a consent, witnessed by the sender. The subject is the person.

1  first published; the form named one discloser, and said neither who signed it nor what it states
2  the elements of 42 CFR 2.31(a): one or more who disclose, who signed, the intermediary with its list of members, the
   statements by text and version, until when it is irrevocable (2.35). All but the number and the kind may be missing:
   what a kind needs is for consent to say, with the element and its source, and not a fault of the shape
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.forms import Revocable, Signature, Signer, Statement
from contracts.words import Category, Code, ConsentKind, Day, Instant, Purpose, Reference, Slug


@published("consent.signed", version=1, on=topics.TO_HUB)
class ConsentSignedV1(AgencyEvent):
    """A person signed a consent, witnessed by the sender. The subject is the person."""

    form_reference: Reference
    """The sender's own number of the signed form; with the sender it is the consent's identity."""
    kind: ConsentKind
    discloser: Slug
    recipients: Annotated[tuple[Slug, ...], Field(min_length=1, max_length=40)]
    categories: Annotated[tuple[Category, ...], Field(min_length=1)]
    purpose: Purpose
    signed_on: Day
    expires_at: Instant | None = None
    expires_with: Annotated[str, Field(pattern=r"^(end_of_participation|end_of_treatment|charge_decided|none)$")] = (
        "none"
    )
    signature: Annotated[str, Field(pattern=r"^(paper|electronic|verbal)$")] = "paper"


@published("consent.signed", version=2, on=topics.TO_HUB)
class ConsentSignedV2(AgencyEvent):
    """A person signed a consent, witnessed by the sender; what the form does not say is left out."""

    form_reference: Reference
    """The sender's own number of the signed form; with the sender it is the consent's identity."""
    kind: ConsentKind
    disclosers: Annotated[tuple[Slug, ...], Field(max_length=40)] = ()
    """Who may disclose: agencies, or a class of them, `treating-providers`."""
    recipients: Annotated[tuple[Slug, ...], Field(max_length=40)] = ()
    """Who may receive: agencies, or the class `treating-providers`."""
    categories: Annotated[tuple[Category, ...], Field(max_length=40)] = ()
    purpose: Purpose | None = None
    signed_on: Day | None = None
    signature: Signature | None = None
    signed_by: Signer | None = None
    expires_at: Instant | None = None
    expires_with: (
        Annotated[
            str,
            Field(pattern=r"^(end_of_participation|end_of_treatment|intake_completed|charge_decided|none)$"),
        ]
        | None
    ) = None
    """The event or condition with which it expires; `none` where the form says that it has no end."""
    irrevocable_until: Revocable | None = None
    """The event until which the person cannot take it back; only under 42 CFR 2.35."""
    irrevocable_until_at: Instant | None = None
    """The moment until which the person cannot take it back; only under 42 CFR 2.35."""
    intermediary: Slug | None = None
    """Through whom it goes, as the form names them."""
    members_version: Code | None = None
    """Which list of the intermediary's members was given with the form."""
    statements: Annotated[tuple[Statement, ...], Field(max_length=20)] = ()
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")] | None = None
    """In which language the form is written."""

    @classmethod
    def upcast(cls, old: ConsentSignedV1) -> Self:
        """Read an end that was left at `none` as not said: version 1 never told the two apart."""
        return cls(
            form_reference=old.form_reference,
            kind=old.kind,
            disclosers=(old.discloser,),
            recipients=old.recipients,
            categories=old.categories,
            purpose=old.purpose,
            signed_on=old.signed_on,
            signature=old.signature,
            expires_at=old.expires_at,
            expires_with=None if old.expires_with == "none" else old.expires_with,
        )


ConsentSigned = ConsentSignedV2
