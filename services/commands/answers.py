"""The hub's answer to a message that an agency sent: on its lane, or, where no word follows, that it was admitted."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from confluent_kafka import ConsumerGroupTopicPartitions
from confluent_kafka import TopicPartition as Place
from confluent_kafka.admin import AdminClient
from rich.markup import escape

from contracts import topics
from contracts.catalogue import MessageRefused, ReferralAcknowledged, ReferralSubmitted

if TYPE_CHECKING:
    from services.commands.reach import Reach
    from services.partner import Sent
    from services.partner.client import Ear, Heard

GRACE_SECONDS: Final = 2.0
"""How long after admission a service may still refuse what was said."""


class Answers:
    """Reads the lane and matches answers to what was sent."""

    def __init__(self, reach: Reach, agency: str, ear: Ear) -> None:
        """Listen with `ear`, which began before anything was sent."""
        self._agency = agency
        self._ear = ear
        self._heard: list[Heard] = []
        self._admin = AdminClient(reach.hub.for_librdkafka())

    async def to(self, sent: Sent, identity: dict[str, str], seconds: float) -> dict[str, Any]:
        """Wait for the answer to one message.

        `answer` is `acknowledged`, `refused`, `admitted` or `no answer`.
        """
        names = {sent.record} | ({identity["id"]} if "id" in identity else set())
        loop = asyncio.get_running_loop()
        until, admitted_at = loop.time() + seconds, None
        waits_for_word = identity.get("type") == ReferralSubmitted.name
        while loop.time() < until:
            self._heard += await self._ear.within(200)
            answer = next((said for heard in self._heard if (said := _answer(heard, names))), None)
            if answer is not None:
                return answer
            if waits_for_word:
                continue
            if admitted_at is None and await asyncio.to_thread(self._read_past, sent):
                admitted_at = loop.time()
            if admitted_at is not None and loop.time() > admitted_at + GRACE_SECONDS:
                return {"answer": "admitted"}
        return {"answer": "no answer"}

    def _read_past(self, sent: Sent) -> bool:
        """Whether intake has committed past the message."""
        place = Place(topics.to_hub(self._agency), sent.partition)
        asked = ConsumerGroupTopicPartitions(topics.group("intake"), [place])
        (answer,) = self._admin.list_consumer_group_offsets([asked]).values()
        return any(found.offset > sent.offset for found in answer.result(10).topic_partitions)


def answered(result: dict[str, Any]) -> str:
    """Return one line for a person, marked up."""
    name = escape(f"{result['line']:>3}  {result.get('type') or 'unreadable'}  {result.get('id') or '-'}")
    match result["answer"]:
        case "refused":
            problems = "; ".join(
                f"{one['field']}: {one['rule'].rstrip('.')}. {one['fix']}" for one in result["problems"]
            )
            return f"{name}  [red]refused[/] ({escape(result['reason'])}) {escape(problems)}"
        case "acknowledged":
            return f"{name}  [green]acknowledged[/] {escape(result['referral_id'])}"
        case "admitted":
            return f"{name}  [green]admitted[/]"
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
