"""The hub's answer to a message that an agency sent: on its lane, or, where no word follows, that it was admitted."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final, Protocol

from confluent_kafka import ConsumerGroupTopicPartitions
from confluent_kafka import TopicPartition as Place
from confluent_kafka.admin import AdminClient
from rich.markup import escape

from contracts import topics
from contracts.catalogue import MessageRefused, ReferralAcknowledged, ReferralSubmitted
from contracts.envelope import agency_source
from services.plumbing.whereabouts import handled, parked

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from services.commands.reach import Reach
    from services.partner import Partner, Sent
    from services.partner.client import Ear, Heard

GRACE_SECONDS: Final = 1.0
"""How long after admission a service's refusal is waited for, at the least; it may come later, and then stands on the
lane."""
GRACE_FOR_EACH: Final = 3.0
"""What a service does with a message takes some times as long as its admission took, on a hub that is busy as well."""
LOOK_SECONDS: Final = 0.2


class Door(Protocol):
    """What intake knows of a message."""

    async def known(self, ids: Iterable[str]) -> set[str]:
        """Return which of these ids of the agency were handled before."""
        ...

    async def read_past(self, sent: Sent) -> bool:
        """Whether intake is done with the message."""
        ...

    async def parked(self, sent: Sent) -> str | None:
        """Why the message is parked; None where it is not."""
        ...


class IntakeDoor:
    """Asks intake's tables, and its position in Kafka."""

    def __init__(self, reach: Reach, agency: str, conn: Any) -> None:
        """`conn` is a connection as intake's own role."""
        self._agency, self._conn = agency, conn
        self._hub = reach.hub
        self._admin = AdminClient(reach.hub.for_librdkafka())

    async def known(self, ids: Iterable[str]) -> set[str]:
        """Return which of these ids of the agency were handled before."""
        return await handled(self._conn, agency_source(self._agency), ids)

    async def read_past(self, sent: Sent) -> bool:
        """Whether intake has committed past the message."""
        return await asyncio.to_thread(self._committed_past, sent)

    async def parked(self, sent: Sent) -> str | None:
        """Why the message is parked; None where it is not."""
        return await parked(self._conn, topics.to_hub(self._agency), sent.partition, sent.offset)

    def _committed_past(self, sent: Sent) -> bool:
        place = Place(self._hub.outside(topics.to_hub(self._agency)), sent.partition)
        asked = ConsumerGroupTopicPartitions(self._hub.outside(topics.group("intake")), [place])
        (answer,) = self._admin.list_consumer_group_offsets([asked]).values()
        return any(found.offset > sent.offset for found in answer.result(10).topic_partitions)


@asynccontextmanager
async def listening(reach: Reach, partner: Partner) -> AsyncIterator[Answers]:
    """Listen for answers from now on, so before anything is sent."""
    async with partner.listening(start="latest") as ear, reach.connected("intake") as conn:
        yield Answers(ear, IntakeDoor(reach, partner.slug, conn))


class Answers:
    """Reads the lane, asks the door, and matches answers to what was sent."""

    def __init__(self, ear: Ear, door: Door) -> None:
        """Listen with `ear`, which began before anything was sent."""
        self._ear, self._door = ear, door
        self._heard: list[Heard] = []

    async def known(self, identities: Iterable[dict[str, str]]) -> set[str]:
        """Return the ids that the hub has handled before; asked before they are sent again."""
        return await self._door.known({one["id"] for one in identities if "id" in one})

    async def to(
        self, sent: Sent, identity: dict[str, str], seconds: float, *, known_before: bool = False
    ) -> dict[str, Any]:
        """Wait for the answer to one message.

        `answer` is `acknowledged`, `refused`, `parked`, `already known`, `admitted` or `no answer`.
        """
        names = {sent.record} | ({identity["id"]} if "id" in identity else set())
        loop = asyncio.get_running_loop()
        begun, done_at = loop.time(), None
        until = begun + seconds
        while loop.time() < until:
            self._heard += await self._ear.within(int(LOOK_SECONDS * 1000))
            answer = next((said for heard in self._heard if (said := _answer(heard, names))), None)
            if answer is not None:
                return answer
            if done_at is None and await self._door.read_past(sent):
                done_at = loop.time()
                reason = await self._door.parked(sent)
                if reason is not None:
                    return {"answer": "parked", "reason": reason}
            if done_at is not None and loop.time() > done_at + max(GRACE_SECONDS, GRACE_FOR_EACH * (done_at - begun)):
                if known_before:
                    return {"answer": "already known"}
                if identity.get("type") != ReferralSubmitted.name:
                    return {"answer": "admitted"}
        return {"answer": "no answer"}


def answered(result: dict[str, Any]) -> str:
    """Return one line for a person, marked up."""
    name = escape(f"{result['line']:>3}  {result.get('type') or 'unreadable'}  {result.get('id') or '-'}")
    match result["answer"]:
        case "refused":
            problems = " · ".join(
                f"{one['field']}: {one['rule'].rstrip('.')}. {one['fix']}" for one in result["problems"]
            )
            return f"{name}  [red]refused[/] ({escape(result['reason'])}) {escape(problems)}"
        case "acknowledged":
            return f"{name}  [green]acknowledged[/] {escape(result['referral_id'])}"
        case "admitted":
            return f"{name}  [green]admitted[/]; no service has refused it yet"
        case "already known":
            return f"{name}  [green]already known[/]: nothing happens twice; the answer of that time is on the lane"
        case "parked":
            return (
                f"{name}  [yellow]parked[/] ({escape(result['reason'])}): nothing is lost; the program office sees it"
            )
        case _:
            return f"{name}  [yellow]no answer yet[/]"


def _answer(heard: Heard, names: set[str]) -> dict[str, Any] | None:
    if heard.fact is None:
        return None
    event, envelope = heard.fact.event, heard.fact.envelope
    if isinstance(event, MessageRefused) and (event.refusal.message_id in names or envelope.causation_id in names):
        problems = [problem.model_dump() for problem in event.refusal.problems]
        return {"answer": "refused", "reason": event.refusal.reason, "problems": problems}
    if isinstance(event, ReferralAcknowledged) and envelope.causation_id in names:
        return {"answer": "acknowledged", "referral_id": event.referral_id, "subject": envelope.subject}
    return None
