"""What is known of a person's consents, which of them count, and what follows. Pure."""

from __future__ import annotations

from services.consent.domain.deciding import HEARS, SERVICE, Desk, key
from services.consent.domain.evolving import evolve
from services.consent.domain.register import Register, Revocation, Signing, Tie
from services.consent.domain.rules import RECIPIENT_CLASSES, problems_of, recipients_of

__all__ = [
    "HEARS",
    "RECIPIENT_CLASSES",
    "SERVICE",
    "Desk",
    "Register",
    "Revocation",
    "Signing",
    "Tie",
    "evolve",
    "key",
    "problems_of",
    "recipients_of",
]
