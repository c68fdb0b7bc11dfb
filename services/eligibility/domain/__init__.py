"""What a policy finds, what becomes of a review, and what is kept of a person's referrals. Pure."""

from __future__ import annotations

from services.eligibility.domain.clauses import CompiledPolicy, PolicyUnusable
from services.eligibility.domain.deciding import HEARS, SERVICE, Desk, key
from services.eligibility.domain.explaining import Explained, Ground, PolicyLine, explained, listed
from services.eligibility.domain.file import Decision, PersonFile, Referral, Review, evolve
from services.eligibility.domain.questions import open_reviews, review_of
from services.eligibility.domain.rules import Found, Rules
from services.eligibility.domain.writing import read_file, written_file

__all__ = [
    "HEARS",
    "SERVICE",
    "CompiledPolicy",
    "Decision",
    "Desk",
    "Explained",
    "Found",
    "Ground",
    "PersonFile",
    "PolicyLine",
    "PolicyUnusable",
    "Referral",
    "Review",
    "Rules",
    "evolve",
    "explained",
    "key",
    "listed",
    "open_reviews",
    "read_file",
    "review_of",
    "written_file",
]
