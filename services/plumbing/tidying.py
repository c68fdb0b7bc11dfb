"""What an agency said is removed from its topic once it is admitted: it stays in the hub sealed, and nowhere clear."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.errors import KafkaError

from contracts import topics

if TYPE_CHECKING:
    from services.plumbing.access import KafkaAccess


async def tidied(access: KafkaAccess, service: str) -> int:
    """Remove what the service's group has committed from the agencies' topics; return from how many partitions.

    Kafka frees the disk when the segment rolls: the topics' own settings see to that. What cannot be removed now is
    removed the next time.
    """
    admin = AIOKafkaAdminClient(client_id=f"hub.{service}", **access.for_aiokafka())
    try:
        await admin.start()
        committed = await admin.list_consumer_group_offsets(access.outside(topics.group(service)))
        done = {
            partition: RecordsToDelete(before_offset=at.offset)
            for partition, at in committed.items()
            if at.offset > 0 and topics.agency_of(access.inside(partition.topic) or "") is not None
        }
        there = set(await admin.list_topics())
        done = {partition: until for partition, until in done.items() if partition.topic in there}
        if done:
            await admin.delete_records(done)
        return len(done)
    finally:
        with suppress(KafkaError, OSError):
            await admin.close()
