"""Whether a person has agreed, case by case: assignment, which offers, and notification, which tells, say the same.

A no stands: after it a yes needs a new referral. Else the newest word counts, the sender's about the person or the
person's own. The sender's word is as old as the revision that first said so: an amendment of something else does not
say it again. Once the person was met, their no counts by way of who has them and of the program office, of nobody else.
"""

from __future__ import annotations

from dataclasses import dataclass

from contracts.words import Agreement

YES, NO = True, False
NOT_ASKED, UNDECIDED, AGREED, DECLINED = (
    Agreement.NOT_ASKED, Agreement.UNDECIDED, Agreement.AGREED, Agreement.DECLINED,
)  # fmt: skip


@dataclass(frozen=True)
class Answered:
    """What was said, a minute apart: the sender's word (first the referral, then amendments), or the person's own."""

    title: str
    words: tuple[Agreement | bool, ...]
    agreed: bool


CASES = (
    Answered("the sender says that they agreed", (AGREED,), True),
    Answered("nobody asked", (NOT_ASKED,), False),
    Answered("the person says yes later", (NOT_ASKED, YES), True),
    Answered("the person could not decide, and says yes later", (UNDECIDED, YES), True),
    Answered("a yes, then the sender says undecided", (NOT_ASKED, YES, UNDECIDED), False),
    Answered("a yes, then something else is amended", (NOT_ASKED, YES, NOT_ASKED), True),
    Answered("undecided, a yes, then something else is amended twice", (UNDECIDED, YES, UNDECIDED, UNDECIDED), True),
    Answered("a yes, the sender says undecided, and again a yes", (NOT_ASKED, YES, UNDECIDED, YES), True),
    Answered("agreed, then undecided", (AGREED, UNDECIDED), False),
    Answered("agreed, undecided, then the person says yes", (AGREED, UNDECIDED, YES), True),
    Answered("a yes, then the sender says agreed", (UNDECIDED, YES, AGREED), True),
    Answered("a yes, agreed, then undecided", (UNDECIDED, YES, AGREED, UNDECIDED), False),
    Answered("agreed, then the person says no", (AGREED, NO), False),
    Answered("a yes, then a no", (NOT_ASKED, YES, NO), False),
    Answered("a yes, then the sender says that they declined", (NOT_ASKED, YES, DECLINED), False),
    Answered("a no, then a yes", (NOT_ASKED, NO, YES), False),
    Answered("agreed, a no, then a yes", (AGREED, NO, YES), False),
    Answered("a no, then the sender says agreed", (NOT_ASKED, NO, AGREED), False),
    Answered("the sender says that they declined, then agreed", (DECLINED, AGREED), False),
    Answered("the sender says that they declined, then the person says yes", (DECLINED, YES), False),
)

MET: tuple[tuple[str, bool], ...] = (
    ("who referred them", False),
    ("the program office", True),
    ("who has them", True),
    ("who lost them", False),
    ("who was never given them", False),
)
"""By way of whom a no comes once a case manager has met the person, and whether it counts for that referral."""
