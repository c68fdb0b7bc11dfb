"""That the person's receipt has words for all that the ledger may hold: a code that nobody can read is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts import topics
from contracts.event import shelf
from contracts.recalls import RecallEnd, RecallGround
from contracts.words import Category, Purpose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.sites.site import Site

LAYERS: Final = ("permission", "rows", "fields", "consent", "parked", "suspended")
"""What may stand against telling something, as `disclosure.withheld` names it."""


def unworded(site: Site) -> Iterator[str]:
    """Yield everything that a language of the receipt has no words for, as `file: key: rule`."""
    receipts = site.receipts
    if receipts.first_language not in receipts.words:
        yield "receipt.toml: first_language: There is a file of its words in receipts/."
    messages = {event.name for event in shelf() if event.topic == topics.FROM_HUB}
    needed: dict[str, set[str]] = {
        "categories": {*Category},
        "purposes": {*Purpose},
        "messages": messages,
        "layers": {*LAYERS},
        "reasons": {*RecallGround},
        "answers": {*RecallEnd},
        "permissions": {row.id for row in site.permissions},
    }
    for language, words in sorted(receipts.words.items()):
        for section, codes in needed.items():
            if missing := codes - set(getattr(words, section)):
                yield f"receipts/{language}.toml: {section}: There are words for: {', '.join(sorted(missing))}."
