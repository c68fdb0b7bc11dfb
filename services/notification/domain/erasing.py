"""What is left of a record that was erased: its id, and whom it was offered to. Nothing that comes later adds to it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from contracts.disclosures.disclosure_recalled import DisclosureRecalled
from contracts.referrals.referral_erased import ReferralErased
from services.notification.domain import charges, ending
from services.notification.domain.kept import Offer, Onward
from services.notification.domain.notice import Notice
from services.notification.domain.rows import CANCELLED, row_of
from services.plumbing.service import Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contracts.envelope import Fact
    from contracts.event import Event
    from services.notification.domain.dossier import Dossier
    from services.notification.domain.rows import Ids

_OUTLASTING: Final = (DisclosureRecalled, ReferralErased)
"""Facts about an erased record that are folded like any other."""
Value = TypeVar("Value")


def erased(dossier: Dossier, event: ReferralErased, _fact: Fact) -> Dossier:
    """Fold an erasure. Offers keep their ids, so that those who had them can be told that they stand no more."""
    gone = event.referral_id
    theirs = {name for name, one in dossier.offers.items() if one.referral_id == gone}
    return replace(
        dossier,
        records=_without(dossier.records, gone),
        answers=_without(dossier.answers, gone),
        received_at=_without(dossier.received_at, gone),
        retracted=dossier.retracted - {gone},
        screenings=_without(dossier.screenings, gone),
        reviews={name: one for name, one in dossier.reviews.items() if one.referral_id != gone},
        offers={
            name: Offer(gone, one.agency) if one.referral_id == gone else one for name, one in dossier.offers.items()
        },
        unavailable=_without(dossier.unavailable, gone),
        unavailable_at=_without(dossier.unavailable_at, gone),
        enrolled=_without(dossier.enrolled, gone),
        enrolled_at=_without(dossier.enrolled_at, gone),
        ended=frozenset(one for one in dossier.ended if one[0] != gone),
        ended_by_others=frozenset(one for one in dossier.ended_by_others if one[0] != gone),
        charges=charges.without(dossier.charges, gone),
        offers_ended=dossier.offers_ended - theirs,
        offers_ended_by_others=dossier.offers_ended_by_others - theirs,
        transfers={name: one for name, one in dossier.transfers.items() if one[0] not in theirs},
        onwards={name: _noteless(one, gone) for name, one in dossier.onwards.items()},
        pretrials=_without(dossier.pretrials, gone),
        sayings={name: one for name, one in dossier.sayings.items() if one.referral_id != gone},
        erased=dossier.erased | {gone},
    )


def is_of_one(dossier: Dossier, event: Event) -> bool:
    """Tell whether the event is about a record that was erased, and so says nothing more."""
    return getattr(event, "referral_id", None) in dossier.erased and not isinstance(event, _OUTLASTING)


def with_what_outlasts(dossier: Dossier, fact: Fact) -> Dossier:
    """Fold a fact about an erased record: of an offer its id and agency, of an end its time, of all else nothing."""
    dossier, event = ending.noted(dossier, fact), cast("Any", fact.event)
    offer_id = getattr(event, "offer_id", None)
    agency = getattr(event, "agency", None)
    if offer_id is None or agency is None or offer_id in dossier.offers:
        return dossier
    return replace(dossier, offers={**dossier.offers, offer_id: Offer(event.referral_id, agency)})


def readable(dossier: Dossier, note: str | None) -> str | None:
    """Return a sealed note, unless its record was erased."""
    return None if note is not None and any(is_of(note, gone) for gone in dossier.erased) else note


def offers_end(ids: Ids, before: Dossier | None, fact: Fact) -> Iterator[Row]:
    """Yield the end of each offer of the record that is open, or taken by somebody who has not met the person yet."""
    gone = fact.event.referral_id  # type: ignore[attr-defined]
    for offer_id, offer in ({} if before is None else before.offers).items():
        on_the_way = offer.held and offer.handed_off_at is None
        if offer.referral_id == gone and (offer.open or on_the_way):
            yield Row(row_of(ids, Notice(offer.agency, CANCELLED, offer_id=offer_id), fact, again=False))


def _noteless(onward: Onward, gone: str) -> Onward:
    notes = {one: None if note is not None and is_of(note, gone) else note for one, note in onward.asked.items()}
    return replace(onward, asked=notes)


def is_of(token: str, referral_id: str) -> bool:
    """Tell whether the token is sealed under the record's key: it names the record between dots, in every form."""
    return f".{referral_id}." in token


def _without(kept: Mapping[str, Value], gone: str) -> dict[str, Value]:
    return {name: one for name, one in kept.items() if name != gone}
