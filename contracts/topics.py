"""The names of all topics and consumer groups: the only place where one is written."""

from __future__ import annotations

import re
from typing import Final

REFERRALS: Final = "hub.referrals"
REPORTS: Final = "hub.reports"
SCREENINGS: Final = "hub.screenings"
CONSENTS: Final = "hub.consents"
ASSIGNMENTS: Final = "hub.assignments"
CHARGES: Final = "hub.charges"
PRETRIAL: Final = "hub.pretrial"
DISCLOSURES: Final = "hub.disclosures"
REPLAYS: Final = "hub.replays"
DEADLINES: Final = "hub.deadlines"

HUB_TOPICS: Final = (
    REFERRALS, REPORTS, SCREENINGS, CONSENTS, ASSIGNMENTS, CHARGES, PRETRIAL, DISCLOSURES, REPLAYS, DEADLINES,
)  # fmt: skip
"""Facts of the hub itself; each has one writer, the same number of partitions, and the person as key."""

TO_HUB: Final = "agency.{slug}.to-hub"
"""The class of topics on which an agency speaks; `published(on=TO_HUB)` marks what an agency may say."""
FROM_HUB: Final = "agency.{slug}.from-hub"
"""The class of topics that are an agency's own lane."""

SERVICES: Final = (
    "intake", "eligibility", "consent", "assignment", "charges", "pretrial", "notification", "replay", "console",
)  # fmt: skip
"""The services that keep state, in the order in which a referral meets them."""

EVERY_TO_HUB: Final = r"^agency\.[a-z0-9-]+\.to-hub$"
"""Pattern of all topics on which agencies speak. Only intake reads them."""

_ELSEWHERE: Final = re.compile(r"(?!hub\.|agency\.)[a-z0-9-]+\.(?:hub|agency)\..+")
"""A name of another realm than that without a prefix."""
CANNOT_BE_REALMS: Final = ("hub", "agency")
"""With these before it, a name of another site could be taken for one of the first."""
_SLUG: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_TO_HUB_NAME: Final = re.compile(r"agency\.(?P<slug>[a-z0-9-]+)\.to-hub")
_FROM_HUB_NAME: Final = re.compile(r"agency\.(?P<slug>[a-z0-9]+(?:-[a-z0-9]+)*)\.from-hub")


def to_hub(slug: str) -> str:
    """Name the topic on which the agency speaks to the hub."""
    return TO_HUB.format(slug=_checked(slug))


def from_hub(slug: str) -> str:
    """Name the agency's own lane."""
    return FROM_HUB.format(slug=_checked(slug))


def agency_of(topic: str) -> str | None:
    """Return the slug of the agency that alone may write `topic`, or None where it is no agency's topic."""
    found = _TO_HUB_NAME.fullmatch(topic)
    return found["slug"] if found else None


def lane_of(topic: str) -> str | None:
    """Return the slug of the agency whose lane `topic` is, or None where it is no agency's lane."""
    found = _FROM_HUB_NAME.fullmatch(topic)
    return found["slug"] if found else None


def outside(realm: str, name: str) -> str:
    """Return the name that a topic or group of the site has in Kafka.

    The first site of a hub has the realm "" and no prefix; each further site has its own slug before all its names.
    """
    return f"{realm}.{name}" if realm else name


def inside(realm: str, name: str) -> str | None:
    """Return the name that the site itself has for a topic or group of Kafka, or None where it is another site's."""
    if not realm:
        return None if _ELSEWHERE.fullmatch(name) else name
    own = name.removeprefix(f"{realm}.")
    return None if own == name else own


def redelivery(service: str) -> str:
    """Name the topic that brings events to one service again."""
    return f"hub.{service}.redelivery"


def group(service: str) -> str:
    """Name the consumer group of a service."""
    return f"hub.{service}"


def agency_group_prefix(slug: str) -> str:
    """Return the prefix that all consumer groups of the agency share."""
    return f"agency.{_checked(slug)}."


def _checked(slug: str) -> str:
    if not _SLUG.fullmatch(slug):
        msg = "An agency's slug is lower-case letters and digits, joined by single hyphens."
        raise ValueError(msg)
    return slug
