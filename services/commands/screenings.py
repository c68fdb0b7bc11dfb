"""What was found of referrals that were screened: read from the hub's own topic, which keeps everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiokafka import AIOKafkaConsumer, TopicPartition

from contracts import topics
from contracts.catalogue import ReferralErased, ScreeningDetermined
from contracts.reading import Unreadable, read
from services.eligibility.domain import Past

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

    from contracts.envelope import Fact
    from services.plumbing.access import KafkaAccess

_PIECE = 1_000


async def newest_of(access: KafkaAccess, referral_id: str) -> ScreeningDetermined | None:
    """Return the newest screening of the referral; None where it never was screened, or is erased."""
    return (await _newest(access)).get(referral_id)


async def of_every_referral(access: KafkaAccess) -> tuple[ScreeningDetermined, ...]:
    """Return the newest screening of each referral that is not erased."""
    return tuple((await _newest(access)).values())


async def past_of(access: KafkaAccess, since: datetime | None, until: datetime) -> Past:
    """Return what became of every referral, to screen again those that were screened in that time."""
    past = Past(since, until)
    async for fact in _said(access, topics.SCREENINGS, topics.REFERRALS, topics.ASSIGNMENTS, topics.CONSENTS):
        past.hear(fact)
    return past


async def _newest(access: KafkaAccess) -> dict[str, ScreeningDetermined]:
    found: dict[str, ScreeningDetermined] = {}
    gone: set[str] = set()
    async for fact in _said(access, topics.SCREENINGS, topics.REFERRALS):
        event = fact.event
        if isinstance(event, ReferralErased):
            gone.add(event.referral_id)
        elif isinstance(event, ScreeningDetermined):
            known = found.get(event.referral_id)
            if known is None or event.revision >= known.revision:
                found[event.referral_id] = event
    return {referral: one for referral, one in found.items() if referral not in gone}


async def _said(access: KafkaAccess, *names: str) -> AsyncIterator[Fact]:
    """Every event of these topics up to where they end now; of a partition in order."""
    consumer = AIOKafkaConsumer(*map(access.outside, names), auto_offset_reset="earliest", **access.for_looking())
    await consumer.start()
    try:
        places: set[TopicPartition] = consumer.assignment()
        ends = await consumer.end_offsets(places)
        while any([await consumer.position(place) < end for place, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=200, max_records=_PIECE)).values():
                for record in records:
                    try:
                        yield read(record.headers, record.value)
                    except Unreadable:
                        continue
    finally:
        await consumer.stop()
