"""How notification is put together; the only wiring."""

from __future__ import annotations

from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from contracts import topics
from contracts.assignments.assignment_accepted import AssignmentAccepted
from contracts.assignments.assignment_cancelled import AssignmentCancelled
from contracts.assignments.assignment_declined import AssignmentDeclined
from contracts.assignments.assignment_ended import AssignmentEnded
from contracts.assignments.assignment_enrolled import AssignmentEnrolled
from contracts.assignments.assignment_handed_off import AssignmentHandedOff
from contracts.assignments.assignment_lapsed import AssignmentLapsed
from contracts.assignments.assignment_offered import AssignmentOffered
from contracts.assignments.assignment_unavailable import AssignmentUnavailable
from contracts.assignments.onward_asked import OnwardAsked
from contracts.assignments.onward_closed import OnwardClosed
from contracts.consents.consent_expired import ConsentExpired
from contracts.consents.consent_granted import ConsentGranted
from contracts.consents.consent_withdrawn import ConsentWithdrawn
from contracts.referrals.referral_corrected import ReferralCorrected
from contracts.referrals.referral_received import ReferralReceived
from contracts.referrals.referral_repeated import ReferralRepeated
from contracts.referrals.referral_retracted import ReferralRetracted
from contracts.screenings.review_decided import ReviewDecided
from contracts.screenings.review_requested import ReviewRequested
from contracts.screenings.screening_determined import ScreeningDetermined
from contracts.to_hub.person_agreed import PersonAgreed
from contracts.to_hub.person_declined import PersonDeclined
from services.notification.app.carrier import Carrier
from services.notification.app.leading import Leading
from services.notification.domain.carrying import NAME
from services.notification.domain.deciding import OF_AN_AGENCY, REFUSALS, agency_key, decide, key
from services.notification.domain.evolving import evolve
from services.notification.domain.judging import Judge
from services.notification.gateways import KafkaLanes
from services.notification.settings import CarrierSettings
from services.notification.store import PostgresStore
from services.plumbing.batch import outgoing
from services.plumbing.identity import Keyed
from services.plumbing.keystore import PostgresKeyStore
from services.plumbing.pseudonyms import Pseudonyms
from services.plumbing.sealing import Erased, Sealer
from services.plumbing.service import Service
from services.plumbing.tables import PostgresTables

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator, Sequence

    from contracts.envelope import Fact
    from contracts.event import Event
    from services.notification.domain.dossier import Dossier
    from services.notification.domain.telling import Open
    from services.plumbing.keystore import SiteKeys
    from services.plumbing.runner import Beside, Pipes
    from services.plumbing.service import Connection, Row, Store
    from services.plumbing.tokens import Place
    from services.sites import Site

HEARS: Final[tuple[type[Event], ...]] = (
    ReferralReceived, ReferralCorrected, ReferralRetracted, ReferralRepeated, *REFUSALS,
    ScreeningDetermined, ReviewRequested, ReviewDecided,
    ConsentGranted, ConsentWithdrawn, ConsentExpired,
    AssignmentOffered, AssignmentAccepted, AssignmentDeclined, AssignmentLapsed, AssignmentCancelled,
    AssignmentHandedOff, AssignmentEnrolled, AssignmentEnded, AssignmentUnavailable,
    OnwardAsked, OnwardClosed, PersonAgreed, PersonDeclined, *OF_AN_AGENCY,
)  # fmt: skip
"""The waitlist and a closed referral are nobody's news: no lane hears of them."""


def service(site: Site, keys: SiteKeys, store: Store[Dossier, None] | None = None) -> Service[Dossier, None]:
    """Return the service for this site; its dossiers and lanes are in PostgreSQL unless another store is given."""
    judge = Judge(site)
    return Service(
        name=NAME,
        hears=HEARS,
        key=key,
        evolve=evolve,
        decide=partial(_decide, judge, Keyed(keys.pseudonym, "message")),
        store=store or PostgresStore(),
    )


def _decide(  # the shared part is nothing
    judge: Judge, ids: Keyed, before: Dossier | None, after: Dossier, fact: Fact, _shared: None
) -> Iterator[Row]:
    return decide(judge, ids, before, after, fact)


def carrier(site: Site, keys: SiteKeys, settings: CarrierSettings | None = None) -> Beside:
    """Return the carrier, to run beside the service: `Runner(service(site), beside=[carrier(site, keys)])`."""
    chosen = settings or CarrierSettings()

    async def carry(pipes: Pipes) -> None:
        lanes = KafkaLanes(pipes.settings.access, timeout_seconds=chosen.send_timeout_seconds)
        world = HubWorld(pipes, Sealer(keys.site, PostgresKeyStore()), Pseudonyms(keys.pseudonym))
        carrying = Carrier(Judge(site), PostgresStore(), lanes, world, chosen)
        leading = Leading(carrying, pipes.database, committed=pipes.committed, stopping=pipes.stopping, settings=chosen)
        try:
            await leading.run()
        finally:
            await lanes.close()

    return carry


class HubWorld:
    """The pipes as the carrier uses them."""

    def __init__(self, pipes: Pipes, sealer: Sealer, pseudonyms: Pseudonyms) -> None:
        """Only here is anything opened."""
        self._pipes, self._sealer, self._pseudonyms = pipes, sealer, pseudonyms
        self.now = pipes.now
        self._saying: set[int] = set()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """See `World`. After a commit in which something was said, the relay looks for it."""
        said = False
        async with self._pipes.database.transaction() as conn:
            try:
                yield conn
            finally:
                said = id(conn) in self._saying
                self._saying.discard(id(conn))
        if said:
            self._pipes.wake()

    async def opener(self, conn: Connection, tokens: Iterable[str]) -> Open:
        """See `World`."""
        opener = await self._sealer.opener(conn, tokens)

        def open_(token: str, place: Place) -> bytes | None:
            try:
                return opener.open(token, place)
            except Erased:
                return None

        return open_

    def pseudonym(self, person: str, agency: str, offer: str | None = None) -> str:
        """See `World`."""
        return self._pseudonyms.of(person, agency, offer)

    async def say(self, conn: Connection, facts: Sequence[Fact]) -> None:
        """See `World`."""
        self._saying.add(id(conn))
        await PostgresTables(conn).send([disclosed(fact) for fact in facts])

    def alarm(self, agency: str, reason: str | None) -> None:
        """See `World`."""
        self._pipes.alarm(topics.from_hub(agency), reason)


def disclosed(fact: Fact) -> Any:
    """Return the outbox row of a fact of disclosure: its key is the person, or the agency where there is none."""
    agency: str = fact.event.agency  # type: ignore[attr-defined]
    return outgoing(topics.DISCLOSURES, fact.subject or agency_key(agency), fact)
