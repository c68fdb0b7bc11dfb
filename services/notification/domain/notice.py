"""One thing that an agency is to be told, and how much of it may be told today."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from services.notification.domain.answers import Allowed, Question

if TYPE_CHECKING:
    from datetime import datetime

    from services.notification.domain.dossier import Dossier
    from services.notification.domain.judging import Judge

_NAMING: Final = 10
_NOTHING: Final[frozenset[str]] = frozenset()
Name = tuple[str | int | None, ...]


class Notice(NamedTuple):
    """One thing that one agency is to be told. What tells two notices apart is all of it but `opens` and `rests_on`."""

    agency: str
    message: str
    referral_id: str | None = None
    offer_id: str | None = None
    onward_id: str | None = None
    review_id: str | None = None
    revision: int = 0
    state: str = ""
    provider: str = ""
    """Whom an onward referral asks."""
    withdrawn: bool = False
    opens: frozenset[str] = _NOTHING
    """The fields that may be told today; when it grows, the notice is said again."""
    rests_on: str | None = None

    @property
    def name(self) -> Name:
        """Return what identifies the notice; the first three parts are whom it is for, and about which referral."""
        return self[:_NAMING]


def may_be_told(
    message: str, agency: str, dossier: Dossier, judge: Judge, at: datetime, **ids: str
) -> tuple[frozenset[str], str | None]:
    """Return which fields may be told today, and the one consent without which none of them might, if there is one."""
    questions = (
        Question(
            agency,
            message,
            purpose,
            ids.get("referral_id"),
            ids.get("offer_id"),
            ids.get("onward_id"),
            report_id=ids.get("report_id"),
        )
        for purpose in judge.purposes(agency, message)
    )
    answers = (judge.may(question, dossier, at) for question in questions)
    allowed = [answer for answer in answers if isinstance(answer, Allowed)]
    fields = frozenset().union(*(answer.fields for answer in allowed))
    consents = {basis for answer in allowed for basis in answer.by if basis.startswith("consent/")}
    only = len(consents) == 1 and all(judge.by_consent_alone(answer) for answer in allowed)
    return fields, next(iter(consents)).partition("/")[2] if only else None
