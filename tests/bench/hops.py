"""The hops of one referral through the hub, from its submission to the offer on a lane, in the tutorial style.

They are what the hub does for each referral of this bench: each message that a service handles in a transaction, and
each message that follows. The hub does the same, and judges, seals and opens besides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

TO_HUB, REFERRALS, SCREENINGS = "bench.to-hub", "bench.referrals", "bench.screenings"
ASSIGNMENTS, LANES, DISCLOSURES = "bench.assignments", "bench.lanes", "bench.disclosures"
TOPICS: Final = (TO_HUB, REFERRALS, SCREENINGS, ASSIGNMENTS, LANES, DISCLOSURES)


@dataclass(frozen=True)
class Hop:
    """One service that handles what is said on a topic: each message in a transaction, then one on each of `says`."""

    service: str
    hears: str
    says: tuple[str, ...] = ()


OFFER: Final = Hop("notification", ASSIGNMENTS, (LANES, DISCLOSURES))
"""Puts the offer on its lane: the last hop."""
ALL: Final = (
    Hop("intake", TO_HUB, (REFERRALS,)),
    Hop("eligibility", REFERRALS, (SCREENINGS,)),
    Hop("consent", REFERRALS),
    Hop("assignment", REFERRALS),
    Hop("assignment", SCREENINGS, (ASSIGNMENTS,)),
    Hop("notification", REFERRALS, (LANES, DISCLOSURES)),  # the receipt
    Hop("notification", SCREENINGS),
    OFFER,
    Hop("console", REFERRALS),
    Hop("console", SCREENINGS),
    Hop("console", ASSIGNMENTS),
    Hop("console", DISCLOSURES),  # twice a referral
)
"""Thirteen messages handled and seven said."""
BESIDE: Final = frozenset({"consent", "console"})
"""Services through which the offer does not come."""
ON_THE_WAY: Final = tuple(
    Hop(hop.service, hop.hears, tuple(topic for topic in hop.says if topic != DISCLOSURES))
    for hop in ALL
    if hop.service not in BESIDE
)
"""Seven messages handled and five said: the least without which no offer would come."""
