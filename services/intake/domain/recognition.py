"""Recognising people: by an agency's own number, or by name and birth date; at once, or as a proposal to an operator.

Which basis counts at once, the site says. The same number with another birth date is only ever a proposal; a pair that
an operator has parted is never linked or proposed again by itself. People are never re-keyed: a link is a fact under
both persons' keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.catalogue import LinkProposed, PersonLinked, PersonUnlinked
from services.intake.domain.register import LINKED, MOST_MATCHES, PARTED, UNASKED
from services.plumbing.service import Said

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from contracts.catalogue import LinkAnswered
    from contracts.event import Event
    from services.intake.domain.bearing import Marked
    from services.intake.domain.heard import Mark
    from services.intake.domain.register import Register
    from services.sites import Recognition

BY_INTAKE: Final = "intake"


def recognised(register: Register, person: str, marks: Iterable[Mark], rule: Recognition) -> Iterator[Said]:
    """Yield a link, or a proposal, to everybody who bears one of the marks."""
    at_once: dict[str, str] = {}
    to_ask: dict[str, str] = {}
    for mark in marks:
        for one in register.marks.get(mark.hash, ())[:MOST_MATCHES]:
            if one.person == person:
                continue
            if mark.basis in rule.automatic and not _contradict(mark, one):
                at_once.setdefault(one.person, mark.basis)
            elif mark.basis in rule.automatic | rule.proposed:
                to_ask.setdefault(one.person, mark.basis)
    for other in sorted(at_once.keys() | to_ask.keys()):
        pair = register.pair(person, other)
        if pair is not None and pair.standing in {LINKED, PARTED}:
            continue
        if other in at_once:
            yield from _linked(person, other, at_once[other], BY_INTAKE)
        elif pair is None:
            yield from _under_both(
                person, other, {to: LinkProposed(other=to, basis=to_ask[other]) for to in (person, other)}
            )


def answered(register: Register, event: LinkAnswered) -> Iterator[Said]:
    """Yield what an operator's word changes between two people; nothing where they stand so already."""
    pair = register.pair(event.person, event.other)
    if event.same and (pair is None or pair.standing != LINKED):
        yield from _linked(event.person, event.other, pair.basis if pair else UNASKED, event.operator)
    elif not event.same and (pair is None or pair.standing != PARTED):
        told = {to: PersonUnlinked(other=to, by=event.operator) for to in (event.person, event.other)}
        yield from _under_both(event.person, event.other, told)


def _linked(one: str, other: str, basis: str, by: str) -> Iterator[Said]:
    yield from _under_both(one, other, {to: PersonLinked(other=to, basis=basis, by=by) for to in (one, other)})


def _under_both(one: str, other: str, about: Mapping[str, Event]) -> Iterator[Said]:
    yield Said(about[other], subject=one)
    yield Said(about[one], subject=other)


def _contradict(mark: Mark, one: Marked) -> bool:
    return mark.birth is not None and one.birth is not None and mark.birth != one.birth
