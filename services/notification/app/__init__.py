"""How notification is put together; the only wiring."""

from __future__ import annotations

from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Final

from contracts import topics
from contracts.assignments.assignment_accepted import AssignmentAccepted
from contracts.assignments.assignment_cancelled import AssignmentCancelled
from contracts.assignments.assignment_declined import AssignmentDeclined
from contracts.assignments.assignment_ended import AssignmentEnded
from contracts.assignments.assignment_enrolled import AssignmentEnrolled
from contracts.assignments.assignment_handed_off import AssignmentHandedOff
from contracts.assignments.assignment_lapsed import AssignmentLapsed
from contracts.assignments.assignment_offered import AssignmentOffered
from contracts.assignments.assignment_reopened import AssignmentReopened
from contracts.assignments.assignment_transferred import AssignmentTransferred
from contracts.assignments.assignment_unavailable import AssignmentUnavailable
from contracts.assignments.assignment_unlocated import AssignmentUnlocated
from contracts.assignments.onward_asked import OnwardAsked
from contracts.assignments.onward_closed import OnwardClosed
from contracts.assignments.transfer_ended import TransferEnded
from contracts.assignments.transfer_offered import TransferOffered
from contracts.assignments.transfer_settled import TransferSettled
from contracts.charges.hold_extended import HoldExtended
from contracts.charges.hold_lapsed import HoldLapsed
from contracts.charges.hold_started import HoldStarted
from contracts.charges.hold_unreported import HoldUnreported
from contracts.charges.hold_untold import HoldUntold
from contracts.consents.consent_expired import ConsentExpired
from contracts.consents.consent_granted import ConsentGranted
from contracts.consents.consent_withdrawn import ConsentWithdrawn
from contracts.consents.revocation_settled import RevocationSettled
from contracts.deadlines.deadline_reached import DeadlineReached
from contracts.pretrial.pretrial_advanced import PretrialAdvanced
from contracts.pretrial.pretrial_awaited import PretrialAwaited
from contracts.pretrial.pretrial_filed import PretrialFiled
from contracts.pretrial.pretrial_opened import PretrialOpened
from contracts.referrals.referral_corrected import ReferralCorrected
from contracts.referrals.referral_erased import ReferralErased
from contracts.referrals.referral_received import ReferralReceived
from contracts.referrals.referral_repeated import ReferralRepeated
from contracts.referrals.referral_retracted import ReferralRetracted
from contracts.replays.replay_ordered import ReplayOrdered
from contracts.reports.revocation_parked import RevocationParked
from contracts.reports.revocation_read import RevocationRead
from contracts.screenings.review_decided import ReviewDecided
from contracts.screenings.review_requested import ReviewRequested
from contracts.screenings.screening_determined import ScreeningDetermined
from contracts.to_hub.charge_held import ChargeHeld
from contracts.to_hub.consent_revoked import ConsentRevoked
from contracts.to_hub.person_agreed import PersonAgreed
from contracts.to_hub.person_declined import PersonDeclined
from contracts.to_hub.recall_answered import RecallAnswered
from services.notification.app.carrier import Carrier
from services.notification.app.leading import Leading
from services.notification.app.telling import PostgresBook
from services.notification.domain.deciding import OF_AN_AGENCY, REFUSALS, decide, key
from services.notification.domain.evolving import evolve
from services.notification.domain.judging import Judge
from services.notification.domain.rows import SERVICE
from services.notification.gateways import KafkaLanes
from services.notification.settings import CarrierSettings
from services.notification.store import Holds, PostgresStore
from services.plumbing.identity import Keyed
from services.plumbing.keystore import PostgresKeyStore
from services.plumbing.pseudonyms import Pseudonyms
from services.plumbing.sealing import Erased, Sealer
from services.plumbing.service import Service

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Iterable, Sequence
    from contextlib import AbstractAsyncContextManager

    from contracts.envelope import Fact
    from contracts.event import Event
    from services.notification.app.telling import Book
    from services.notification.domain.carrying import Mark
    from services.notification.domain.dossier import Dossier
    from services.notification.domain.ledger import ToldTo
    from services.notification.domain.telling import Open
    from services.plumbing.keystore import SiteKeys
    from services.plumbing.runner import Beside, Pipes
    from services.plumbing.service import Connection, Store
    from services.plumbing.tokens import Place
    from services.sites import Site

HEARS: Final[tuple[type[Event], ...]] = (
    ReferralReceived, ReferralCorrected, ReferralRetracted, ReferralErased, ReferralRepeated, *REFUSALS,
    ScreeningDetermined, ReviewRequested, ReviewDecided,
    ConsentGranted, ConsentWithdrawn, ConsentExpired, ConsentRevoked, RevocationSettled,
    RevocationParked, RevocationRead,
    AssignmentOffered, AssignmentAccepted, AssignmentDeclined, AssignmentLapsed, AssignmentCancelled,
    AssignmentHandedOff, AssignmentEnrolled, AssignmentEnded, AssignmentUnavailable, AssignmentUnlocated,
    AssignmentReopened, AssignmentTransferred, TransferOffered, TransferEnded, TransferSettled,
    HoldStarted, HoldExtended, HoldLapsed, HoldUntold, HoldUnreported, ChargeHeld,
    PretrialOpened, PretrialFiled, PretrialAwaited, PretrialAdvanced,
    OnwardAsked, OnwardClosed, PersonAgreed, PersonDeclined, RecallAnswered, DeadlineReached, *OF_AN_AGENCY,
    ReplayOrdered,
)  # fmt: skip
"""The waitlist and a closed referral are nobody's news: no lane hears of them."""


def service(
    site: Site, keys: SiteKeys, store: Store[Dossier, ToldTo] | None = None, book: Book | None = None
) -> Service[Dossier, ToldTo]:
    """Return the service for this site; dossiers, lanes and ledger are in PostgreSQL unless others are given."""
    judge = Judge(site)
    return Service(
        name=SERVICE,
        hears=HEARS,
        key=key,
        evolve=evolve,
        decide=partial(decide, judge, Keyed(keys.pseudonym, "message")),
        store=store or PostgresStore(),
        finish=partial(_entered, book or PostgresBook()),
    )


async def _entered(book: Book, conn: Connection, facts: Sequence[Fact]) -> list[Fact]:
    """What the service says of disclosures is in the ledger, too, when it goes out."""
    await book.enter(conn, facts)
    return list(facts)


def carrier(site: Site, keys: SiteKeys, settings: CarrierSettings | None = None) -> Beside:
    """Return the carrier, to run beside the service: `Runner(service(site), beside=[carrier(site, keys)])`."""
    chosen = settings or CarrierSettings()

    async def carry(pipes: Pipes) -> None:
        lanes = KafkaLanes(pipes.settings.access, timeout_seconds=chosen.send_timeout_seconds)
        world = HubWorld(pipes, Sealer(keys.site, PostgresKeyStore()), Pseudonyms(keys.pseudonym), keys.marking)
        carrying = Carrier(Judge(site), PostgresStore(), lanes, world, chosen)
        leading = Leading(carrying, pipes.database, committed=pipes.committed, stopping=pipes.stopping, read=pipes.read,
                          settings=chosen)  # fmt: skip
        try:
            await leading.run()
        finally:
            await lanes.close()
            await world.close()

    return carry


class HubWorld:
    """The pipes as the carrier uses them."""

    def __init__(self, pipes: Pipes, sealer: Sealer, pseudonyms: Pseudonyms, marking: bytes) -> None:
        """Only here is anything opened. `marking` is the key of hashes of what is about no record."""
        self._marking = marking
        self._pipes, self._sealer, self._pseudonyms = pipes, sealer, pseudonyms
        self.now = pipes.now
        self._book = PostgresBook()
        self._holds = Holds(pipes.database)
        self._said: dict[int, list[Fact]] = {}

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """See `World`. What was said is entered at the end, and after the commit the relay looks for it."""
        said: list[Fact] = []
        async with self._pipes.database.transaction() as conn:
            self._said[id(conn)] = said
            try:
                yield conn
            finally:
                del self._said[id(conn)]
            if said:
                await self._book.put_out(conn, said)
        if said:
            self._pipes.wake()

    def holding(self, persons: Collection[str]) -> AbstractAsyncContextManager[None]:
        """See `World`."""
        return self._holds.over(persons)

    async def close(self) -> None:
        """Let go of what is its own."""
        await self._holds.close()

    async def opener(self, conn: Connection, tokens: Iterable[str]) -> Open:
        """See `World`."""
        opener = await self._sealer.opener(conn, tokens)

        def open_(token: str, place: Place) -> bytes | None:
            try:
                return opener.open(token, place)
            except Erased:
                return None

        return open_

    async def marker(self, conn: Connection, records: Iterable[str]) -> Mark:
        """See `World`."""
        return await self._sealer.marker(conn, records, self._marking)

    def pseudonym(self, person: str, agency: str, offer: str | None = None) -> str:
        """See `World`."""
        return self._pseudonyms.of(person, agency, offer)

    async def say(self, conn: Connection, facts: Sequence[Fact]) -> None:
        """See `World`."""
        self._said[id(conn)] += facts

    def alarm(self, agency: str, reason: str | None) -> None:
        """See `World`."""
        self._pipes.alarm(topics.from_hub(agency), reason)
