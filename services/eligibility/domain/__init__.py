"""What a policy finds, what becomes of a review, and what is kept of a person's referrals. Pure."""

from __future__ import annotations

from services.eligibility.domain.clauses import CompiledPolicy, PolicyUnusable, ready
from services.eligibility.domain.comparing import Change, changes, verdicts
from services.eligibility.domain.deciding import HEARS, SERVICE, Desk, key
from services.eligibility.domain.explaining import Explained, Ground, PolicyLine, explained, listed
from services.eligibility.domain.file import PersonFile, evolve
from services.eligibility.domain.kept import Decision, Referral, Review
from services.eligibility.domain.linting import linted
from services.eligibility.domain.past import Past
from services.eligibility.domain.questions import open_reviews, review_of
from services.eligibility.domain.rules import Found, Rules
from services.eligibility.domain.second_chance import Judged, found_of, judged
from services.eligibility.domain.settling import Missing, settled_by
from services.eligibility.domain.trying import Tried, not_shown, tried
from services.eligibility.domain.writing import read_file, written_file

__all__ = [
    "HEARS",
    "SERVICE",
    "Change",
    "CompiledPolicy",
    "Decision",
    "Desk",
    "Explained",
    "Found",
    "Ground",
    "Judged",
    "Missing",
    "Past",
    "PersonFile",
    "PolicyLine",
    "PolicyUnusable",
    "Referral",
    "Review",
    "Rules",
    "Tried",
    "changes",
    "evolve",
    "explained",
    "found_of",
    "judged",
    "key",
    "linted",
    "listed",
    "not_shown",
    "open_reviews",
    "read_file",
    "ready",
    "review_of",
    "settled_by",
    "tried",
    "verdicts",
    "written_file",
]
