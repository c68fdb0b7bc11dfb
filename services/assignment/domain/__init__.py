"""How assignment decides. Pure: what is kept (`Placement`, `Room`), what is shared (`Board`), and what follows.

**When.** A referral is offered once it is received, ruled eligible by the latest screening or review, and neither the
sender took it back nor the person said no. Only with the person's yes: an arrest, whatever an officer waits with, and
what comes from a source that reveals health or treatment; until the yes, nobody is asked and police hear no more than
receipt and screening. A no of the person is for good. "Not divertible" closes a referral until an amendment makes it
eligible again.
Once an agency has accepted, an amendment undoes nothing; once the person was met, nor does a withdrawal, nor a no but
by way of who has them or the program office.

**Whom.** One agency at a time, blind, each once a round (order: `candidates`, `case_managers`). With an officer
waiting, or by arrest, it has the site's minutes to answer, else the longer ones. An answer counts by when the hub
admitted it, also where the offer was taken back before it was read (`belated`). Accepting for a waiting officer starts
the minutes for arrival; a hand-off, or a contact in person, within them is arrival. Who lapsed and met the person all
the same has them.
While an officer waits, those on call for the area come first, in the order of the site's rota as it is when they are
asked. Shortly before the minutes for arrival end, operators are alarmed unless somebody is there (`arrival.awaited`).
An agency that accepted may still decline until the hand-off. Whoever gave a lasting reason (not our area, no shared
language, safety) is not asked again for that referral.
An amendment of what an open offer says takes it back and makes it again, to the same agency with a new clock, or to the
next if that one suits no more.

**Places.** A place is for a person: all their referrals at one agency take one, and none where they are its participant
under a linked record (`guests`; when that one ends first, its place is given back for both). No ordinary offer is made
beyond the places. Own participants, hand-offs already made, and an operator's direction go beyond them. A newcomer
never takes a place for which somebody waits before them, but for a waiting officer, who goes first
(RCW 71.24.115(3): immediately for in-custody referrals).

**Nobody left, an officer waiting.**
- Every agency that suits was asked, and said no or nothing, or there is none: the officer goes on as usual
  (`assignment.unavailable`), and the referral waits, for outreach: the diversion is over, the person is not lost.
- Some agency was not asked because it is full or suspended: an appointment follows, and the referral waits for it.
- The person says no to the case manager who was to come: the officer goes on as usual. Any other no is not for police.
- The rota says that nobody is on call: the officer hears so before anybody is asked, and the person is offered for an
  appointment, own case manager first.
- An agency accepts with an appointment instead of coming: the officer hears `unavailable` with an appointment.

**Nobody left, no officer waiting.** The referral waits, by door, then by since when; an arrest for an appointment
where somebody was full. Whoever was asked is asked again in a new round after the longer answering time, or
as soon as they make room: more places, back from suspension, a place that somebody else had.

**Freed places** are said to whoever's turn it is (`place.freed`, under that person's key). Hearing it, the referral
takes the place or, with places left, the next one is told. A suspended agency gets no new offers; its open ones lapse
by their clock, and when it is back the first in line is told.

**Own case manager.** Whoever has the person already, under this record or a linked one, is asked first, even when full.
Others are asked only while an officer waits; what is open elsewhere when an agency comes to have them is called back.
The events are those of a newcomer: while an officer waits, the own case
manager is asked only where some agency has a place for a newcomer. Where none has, the officer hears `unavailable` as
for anybody, and then the own case manager is asked, for outreach (DESIGN 7.4).

**Intake.** An agency that accepted and reports no intake in the site's days keeps the person, and operators are told.

**Erased.** Of a referral whose record was erased nothing is kept but its id: it seeks nobody and waits no more, and
the place that it took is free (`assignment.released`). Whoever has the person goes on without the hub.

**The long relationship.** (decision 23)
- Outreach ends by the site's rule, if it has one (`assignment.unlocated`), and opens again when the person is found.
- A death ends all at once, at every agency and under linked records; but not where an officer stands with the person.
- Who has the person may ask that another agency take them on (`transferring`): it keeps them until one has accepted,
  and where none does they stay. The agency that is asked keeps a place for them meanwhile.
- Who pauses keeps the place, or not, as the site says; who comes back has one, also beyond the places.
- Reopened by the agency as the person wishes, not after their own no, and not while another agency has them.

**Ends.** A person's no takes back offers and ends what was begun. Intake and end count for all that the agency holds of
the person. A referral whose assignment ended seeks nobody by itself; an operator may direct it.
"""

from __future__ import annotations

from services.assignment.domain.board import Board, Tally, Waiting
from services.assignment.domain.candidates import turns
from services.assignment.domain.case_managers import CaseManagers
from services.assignment.domain.deciding import HEARS, decide
from services.assignment.domain.evolving import SERVICE, State, evolve, key
from services.assignment.domain.following import follow
from services.assignment.domain.gathering import Desk, gathered, linked_with
from services.assignment.domain.naming import Naming
from services.assignment.domain.placement import Placement
from services.assignment.domain.rooms import Room, agency_of, room_key
from services.assignment.domain.rules import Rules
from services.assignment.domain.writing import read_placement, read_room, written_placement, written_room

__all__ = [
    "HEARS",
    "SERVICE",
    "Board",
    "CaseManagers",
    "Desk",
    "Naming",
    "Placement",
    "Room",
    "Rules",
    "State",
    "Tally",
    "Waiting",
    "agency_of",
    "decide",
    "evolve",
    "follow",
    "gathered",
    "key",
    "linked_with",
    "read_placement",
    "read_room",
    "room_key",
    "turns",
    "written_placement",
    "written_room",
]
