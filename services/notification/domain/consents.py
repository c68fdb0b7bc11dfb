"""How the consents of a dossier change: granted, over, taken back, and the words of the person that take them back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from services.notification.domain.ending import later
from services.notification.domain.kept import Consent, Grant, Parked

if TYPE_CHECKING:
    from contracts.consents.consent_expired import ConsentExpired
    from contracts.consents.consent_granted import ConsentGranted
    from contracts.consents.consent_withdrawn import ConsentWithdrawn
    from contracts.consents.revocation_settled import RevocationSettled
    from contracts.envelope import Fact
    from contracts.reports.revocation_parked import RevocationParked
    from contracts.reports.revocation_read import RevocationRead
    from contracts.to_hub.consent_revoked import ConsentRevoked
    from contracts.to_hub.person_declined import PersonDeclined
    from services.notification.domain.dossier import Dossier


def granted(dossier: Dossier, event: ConsentGranted, fact: Fact) -> Dossier:
    """Keep what the consent opens. One kept before its disclosers were opens nothing until heard again."""
    known = dossier.consents.get(event.consent_id, Consent())
    if known.grant is not None and known.grant.disclosers:
        return dossier
    grant = Grant(
        kind=event.kind,
        recipients=event.recipients,
        categories=frozenset(event.categories),
        purpose=event.purpose,
        expires_at=event.expires_at,
        expires_with=event.expires_with,
        at=fact.at,
        disclosers=event.disclosers,
        intermediary=event.intermediary,
        irrevocable_until=event.irrevocable_until,
    )
    return replace(dossier, consents={**dossier.consents, event.consent_id: replace(known, grant=grant)})


def over(dossier: Dossier, event: ConsentWithdrawn | ConsentExpired, _fact: Fact) -> Dossier:
    """Fold the end of a consent, which is for ever."""
    consent = replace(dossier.consents.get(event.consent_id, Consent()), over=True)
    return replace(dossier, consents={**dossier.consents, event.consent_id: consent})


def took_back(dossier: Dossier, event: ConsentRevoked | PersonDeclined, fact: Fact) -> Dossier:
    """Fold a word of the person that takes back: until consent has dealt with it, nothing about them is told."""
    revoked = dossier.revoked | {f"{fact.agency}/{fact.id}"}
    revoked_at, stops = later(dossier.revoked_at, fact.at), dossier.stops | {fact.at}
    passed_on = dossier.passed_on
    if event.operator is not None and getattr(event, "form_reference", None) is None:
        passed_on = {**passed_on, event.name: later(passed_on.get(event.name), fact.at)}
    return replace(dossier, revoked=revoked, revoked_at=revoked_at, stops=stops, passed_on=passed_on)


def settled(dossier: Dossier, event: RevocationSettled, _fact: Fact) -> Dossier:
    """Fold that consent has dealt with such a word."""
    known = dossier.revocations_settled
    return replace(dossier, revocations_settled=known | {f"{event.agency}/{event.message_id}"})


def parked(dossier: Dossier, event: RevocationParked, fact: Fact) -> Dossier:
    """Fold that such a word waits at the door, unread: until it is admitted or refused, nothing about them is told."""
    word = f"{event.agency}/{event.message_id}/{event.content}"
    known = dossier.parked.get(word)
    at = later(None if known is None else known.at, fact.at)
    return replace(dossier, parked={**dossier.parked, word: Parked(event.message_type, at)})


def was_read(dossier: Dossier, event: RevocationRead, fact: Fact) -> Dossier:
    """Fold that the door has admitted or refused such a word; the same that was sent later may wait still."""
    word = f"{event.agency}/{event.message_id}/{event.content}"
    return replace(dossier, read={**dossier.read, word: later(dossier.read.get(word), fact.at)})
