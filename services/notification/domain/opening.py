"""Which consents open what somebody told: of what kind they are, and whom their form names as those who may tell.

A form says who may disclose (42 CFR 2.31(a)(2), 45 CFR 164.508(c)(1)(ii)). It is the hub that tells, so a form may name
the program office, for whatever the hub holds. The record of a Part 2 program it tells only as the intermediary through
whom the form says that it goes (2.11, 2.31(a)(4)(ii)), or where the form names that program itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from services.notification.domain.diversions import report_of

if TYPE_CHECKING:
    from contracts.words import ConsentKind
    from services.notification.domain.answers import Question
    from services.notification.domain.dossier import Dossier
    from services.notification.domain.kept import Grant, Record

INTAKE: Final = "intake.reported"


class Opening(NamedTuple):
    """What opens the information of these agencies."""

    kinds: frozenset[ConsentKind]
    """The kinds of consent, by the standing of each of them and of the hub itself."""
    tellers: tuple[str, ...]
    """Whose information it is."""
    part2: frozenset[str]
    """Those of them whose information is a record of 42 CFR part 2."""
    office: str
    """The program office, by whose name the hub tells."""
    through: str | None
    """The same, where it is an intermediary by its standing."""
    protected: bool = False
    """Whether any of it is a record of 42 CFR part 2: the tellers', or the hub's own."""

    def names(self, grant: Grant) -> bool:
        """Tell whether the form lets each of them tell it, or the hub for them."""
        if self.office in grant.disclosers:
            through = grant.intermediary is not None and grant.intermediary == self.through
            return all(through or one in grant.disclosers for one in self.part2)
        return bool(self.tellers) and all(one in grant.disclosers for one in self.tellers)


def tellers_of(question: Question, referral_id: str | None, record: Record | None, dossier: Dossier) -> tuple[str, ...]:
    """Return the agencies whose information the message tells.

    An onward referral tells the record and what its asker adds; that somebody was taken in is told by who holds them,
    and where nobody does any more, by the record's sender. A report to the court its program tells.
    """
    if question.message == INTAKE:
        holders = {one.agency for one in dossier.offers.values() if one.held and one.referral_id == referral_id}
        if holders:
            return tuple(sorted(holders))
    sender = () if record is None else (record.agency,)
    report = report_of(dossier, referral_id, question.report_id)
    if report is not None:
        return (report.program,)
    onward = dossier.onwards.get(question.onward_id or "")
    return sender if onward is None or onward.asked_by in sender else (*sender, onward.asked_by)
