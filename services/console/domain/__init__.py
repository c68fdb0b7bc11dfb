"""What the console keeps: the operators' file on each person, and the timeline. Pure."""

from __future__ import annotations

from typing import Final

from contracts.catalogue import (  # puts every event on the shelf
    DisclosureForeseen,
    LedgerExtended,
    PersonCorrected,
    ReferralAmended,
    ReferralSubmitted,
    ReferralWithdrawn,
    ReplayOrdered,
)
from contracts.event import newest, shelf
from contracts.topics import HUB_TOPICS, TO_HUB
from services.console.domain.charges import STATES, Charge, charges_of
from services.console.domain.consents import Consent, Recall, consents_of, in_vain, recalls_of
from services.console.domain.entries import Entry, NotTold, Other, Settled, TakenBack, Told, entries_of
from services.console.domain.files import File, Link, Referral, Review, changes_a_file, evolve
from services.console.domain.grounds import worded
from services.console.domain.handoff import Moment, handoff_minutes
from services.console.domain.journeys import SAID_OF_A_JOURNEY, Journey, Sent, joined, journeys_of
from services.console.domain.lists import YEARS, Disclosed, Listing, disclosed
from services.console.domain.paper import Paper, as_html, as_text
from services.console.domain.pretrials import ADVANCED, SAID_OF_A_DIVERSION, Diversion, diversions_of
from services.console.domain.receipt import paper_of
from services.console.domain.timeline import OUTLASTING, Line, Step, decide, in_order, key, numbered, step_of
from services.console.domain.writing import read_file, shown, written_file

_PASSED_OVER: Final = (
    ReferralSubmitted, ReferralAmended, ReferralWithdrawn, PersonCorrected, LedgerExtended, ReplayOrdered,
    DisclosureForeseen,
)  # fmt: skip
"""Intake makes facts of its own of the first three, which hold a name in the clear; a head is about nobody; and what a
replay asks, and foresees, `hub replay show` tells."""
HEARS: Final = tuple(
    event
    for event in shelf()
    if event is newest(event.name) and event.topic in {*HUB_TOPICS, TO_HUB} and event not in _PASSED_OVER
)
"""Every hub fact, and everything that agencies report and intake admits."""

__all__ = [
    "ADVANCED",
    "HEARS",
    "OUTLASTING",
    "SAID_OF_A_DIVERSION",
    "SAID_OF_A_JOURNEY",
    "STATES",
    "YEARS",
    "Charge",
    "Consent",
    "Disclosed",
    "Diversion",
    "Entry",
    "File",
    "Journey",
    "Line",
    "Link",
    "Listing",
    "Moment",
    "NotTold",
    "Other",
    "Paper",
    "Recall",
    "Referral",
    "Review",
    "Sent",
    "Settled",
    "Step",
    "TakenBack",
    "Told",
    "as_html",
    "as_text",
    "changes_a_file",
    "charges_of",
    "consents_of",
    "decide",
    "disclosed",
    "diversions_of",
    "entries_of",
    "evolve",
    "handoff_minutes",
    "in_order",
    "in_vain",
    "joined",
    "journeys_of",
    "key",
    "numbered",
    "paper_of",
    "read_file",
    "recalls_of",
    "shown",
    "step_of",
    "worded",
    "written_file",
]
