"""The one decision: may this agency have this of this person for this purpose now, and under what. Default deny.

Four layers, the first that says no is named: permission (the event), rows (the people), fields (the columns), consent.
The first three are the site's written policy; the floor below them holds what no site can permit (DESIGN 7.2, 7.4).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from contracts.categories import CATEGORY_OF
from contracts.words import Agreement, Category, ConsentKind, Purpose
from services.notification.domain.answers import Allowed, Question, Withheld
from services.notification.domain.diversions import is_party
from services.notification.domain.ending import ended
from services.notification.domain.floor import MEETING, ONWARD, floor, is_taken_over
from services.notification.domain.holding import holds
from services.notification.domain.opening import Opening, tellers_of
from services.notification.domain.restricting import restricted
from services.sites import PART2_KINDS, Permission, Relation, Site, Standing, approvers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from services.notification.domain.answers import Layer
    from services.notification.domain.dossier import Dossier
    from services.notification.domain.kept import Consent, Grant, Onward, Record

APART: Final = frozenset({ConsentKind.PART2_COUNSELLING_NOTES, ConsentKind.PART2_PROCEEDINGS})
"""Kinds that open nothing unless a permission names them. Source: 42 CFR 2.31(b) and (d)."""
_STRICTEST: Final = frozenset(PART2_KINDS)
_AT_HOME: Final = frozenset({Relation.REFERRER, Relation.OFFICE})
"""Who hears of a referral without its leaving the hub: its own sender, and the program office."""

REVEALS_SOURCE: Final = frozenset({"through", "usual_places", "place"})
"""Fields that can give away a source which itself reveals health or treatment; only a consent opens them then."""


class Judge:
    """Asks the site's written policy; made once of a site, and pure."""

    def __init__(self, site: Site) -> None:
        """Sort the site's permissions by whom and what they speak of."""
        self.site = site
        self._rows: dict[tuple[str, str, Purpose], tuple[Permission, ...]] = {}
        self._by_answer: set[tuple[str, str, Purpose]] = set()
        self._purposes: dict[tuple[str, str], tuple[Purpose, ...]] = {}
        self._prosecutors: dict[str, tuple[str, ...]] = {}
        self._opening = {slug: frozenset(one.follows.opened_by) for slug, one in site.agencies.items()}
        self._by_themselves = frozenset(f"permission/{row.id}" for row in site.permissions if not row.consent_needed)
        self._openings: dict[tuple[str, ...], Opening] = {}
        for slug in site.agencies:
            for event in site.agencies[slug].may_hear:
                rows = site.permissions_for(event, slug)
                purposes = tuple(dict.fromkeys(row.purpose for row in rows))
                self._purposes[slug, event] = purposes
                for purpose in purposes:
                    of_it = tuple(row for row in rows if row.purpose is purpose)
                    self._rows[slug, event, purpose] = of_it
                    if any(row.agreement for row in of_it):
                        self._by_answer.add((slug, event, purpose))

    def purposes(self, agency: str, message: str) -> tuple[Purpose, ...]:
        """Return for what the site lets this agency hear this message at all; one to ask about where it does not."""
        return self._purposes.get((agency, message)) or (Purpose.OPERATION,)

    def prosecutors(self, police: str) -> tuple[str, ...]:
        """Return the prosecutors who get this police agency's cases, by slug."""
        known = self._prosecutors.get(police)
        if known is None:
            known = self._prosecutors[police] = tuple(one.slug for one in self.site.prosecutors_of(police))
        return known

    def hears(self, agency: str, message: str) -> bool:
        """Tell whether the site lets this agency hear this message at all (the first layer)."""
        return bool(self._purposes.get((agency, message)))

    def by_consent_alone(self, answer: Allowed) -> bool:
        """Tell whether nothing of it would be allowed without a consent."""
        return self._by_themselves.isdisjoint(answer.by)

    def under_part2(self, agency: str) -> bool:
        """Tell whether what this agency discloses of a person is a record under 42 CFR part 2, by its standing."""
        known = self.site.agencies.get(agency)
        return known is not None and known.follows.part2

    def opening(self, tellers: tuple[str, ...]) -> Opening:
        """Return which consents open what these agencies tell, by their standing and that of the hub itself.

        Nothing but a consent of Part 2 opens what comes from a Part 2 program, or from who is no agency any more.
        """
        known = self._openings.get(tellers)
        if known is None:
            site, kinds = self.site, frozenset(self.site.follows.opened_by)
            for one in tellers:
                kinds &= self._opening.get(one, _STRICTEST)
            part2 = frozenset(one for one in tellers if one not in site.agencies or site.agencies[one].follows.part2)
            office = site.program_office
            through = office if Standing.INTERMEDIARY in site.agencies[office].standing else None
            known = self._openings[tellers] = Opening(
                kinds, tellers, part2, office, through, bool(part2) or site.follows.part2
            )
        return known

    def may(self, question: Question, dossier: Dossier, now: datetime) -> Allowed | Withheld:
        """Answer whether, and with what, under what. Pure; every yes and every no goes through here."""
        purpose = question.purpose
        rows = self._rows.get((question.agency, question.message, purpose))
        if not rows:
            return Withheld(purpose, "permission", "no-permission")
        referral_id = referral_of(question, dossier)
        record = None if referral_id is None else dossier.records.get(referral_id)
        agreement = Agreement.NOT_ASKED
        if referral_id is not None and record is not None and self._asks_the_person(question, record):
            agreement = dossier.agreement(referral_id, self.site.program_office)
        role = self.site.agencies[question.agency].role
        if rule := floor(question, referral_id, record, agreement, dossier, role, now):
            return Withheld(purpose, "rows", rule)
        covering = []
        related: dict[Relation, bool] = {}
        taken_over = is_taken_over(question, dossier)
        for row in rows:
            if _covers(row, record, agreement) and (row.consent_needed or not taken_over):
                relation = row.relation
                if relation not in related:
                    related[relation] = self._related(relation, question, record, dossier)
                if related[relation]:
                    covering.append(row)
        if not covering:
            return Withheld(purpose, "rows", "no-row-covers-this-person")
        opening = self.opening(tellers_of(question, referral_id, record, dossier))
        answer = _opened(covering, question, record, dossier, now, opening)
        return restricted(answer, question, referral_id, dossier, self.site)

    def _asks_the_person(self, question: Question, record: Record) -> bool:
        """Tell whether it matters what the person answered: most of what a lane hears goes whatever they did."""
        asked = (question.agency, question.message, question.purpose)
        return record.restricted_source or question.message in MEETING or asked in self._by_answer

    def _related(self, relation: Relation, question: Question, record: Record | None, dossier: Dossier) -> bool:
        agency = question.agency
        match relation:
            case Relation.ANY:
                return True
            case Relation.OFFICE:
                return agency == self.site.program_office
            case Relation.REFERRER:
                return record is not None and record.agency == agency
            case Relation.JURISDICTION:
                return record is not None and record.agency in self.site.agencies[agency].jurisdiction
            case Relation.APPROVER:
                return record is not None and agency in approvers(self.site, record.door, record.agency)
            case Relation.PROVIDER:
                onward = dossier.onwards.get(question.onward_id or "")
                return onward is not None and agency in onward.asked
            case Relation.OFFERED:
                offer = dossier.offers.get(question.offer_id or "")
                return offer is not None and offer.agency == agency
            case Relation.PARTY:
                return is_party(question, dossier)
            case Relation.HOLDER:
                return holds(question, dossier)


def _covers(row: Permission, record: Record | None, agreement: Agreement) -> bool:
    """Tell whether the row speaks of people who came so; a source that reveals health needs their yes, or a consent."""
    if record is None:
        return not row.doors and not row.agreement
    restricted = record.restricted_source
    tells = bool(row.categories) and not row.consent_needed and row.relation not in _AT_HOME
    if restricted and tells and agreement is not Agreement.AGREED:
        return False
    return row.covers(record.door, agreement, restricted_source=restricted)


def referral_of(question: Question, dossier: Dossier) -> str | None:
    """Return the referral that the question is about: named, or behind the offer, or the one its asker holds."""
    if question.referral_id is not None:
        return question.referral_id
    if question.offer_id is not None:
        offer = dossier.offers.get(question.offer_id)
        return None if offer is None else offer.referral_id
    if question.onward_id is not None:
        onward = dossier.onwards.get(question.onward_id)
        return None if onward is None else dossier.record_of_holder(onward.asked_by)
    return None


def live(consent: Consent, dossier: Dossier, now: datetime) -> bool:
    """Tell whether the consent counts at this moment. Source: 42 CFR 2.31(c)."""
    grant = consent.grant
    if consent.over or grant is None or (grant.expires_at is not None and grant.expires_at <= now):
        return False
    return not ended(grant, dossier)


@cache
def _shown(
    row: Permission,
    opened: frozenset[Category] | None,
    asked: frozenset[Category] | None,
    *,
    hides_source: bool,
) -> tuple[frozenset[str], frozenset[Category]]:
    """Return the fields that the row shows, with their categories. `opened` by consents; None: by the site alone."""
    fields = frozenset(
        name
        for name in row.fields
        if (asked is None or CATEGORY_OF.get(name) in asked)
        and (opened is None or name not in CATEGORY_OF or CATEGORY_OF[name] in opened)
        and not (hides_source and name in REVEALS_SOURCE)
    )
    categories = row.categories if opened is None else row.categories & opened
    if asked is not None:
        categories &= asked
    return fields, categories | {CATEGORY_OF[name] for name in fields if name in CATEGORY_OF}


def _opened(
    rows: list[Permission],
    question: Question,
    record: Record | None,
    dossier: Dossier,
    now: datetime,
    opening: Opening,
) -> Allowed | Withheld:
    """Join what the covering rows open, each for itself: by the site's permission, or by live consents."""
    asked = question.categories
    told: list[tuple[frozenset[str], frozenset[Category]]] = []
    by: list[str] = []
    lacked: str | None = None
    for row in rows:
        if row.unless_part2 and opening.protected:
            continue
        if row.consent_needed:
            found, lacks = _fitting(row, question, dossier, now, opening)
            if lacks is not None:
                # What a consent lacks tells more than that there is none.
                lacked = lacked or lacks if lacks == "no-consent" else lacks
            shown = [_shown(row, grant.categories, asked, hides_source=False) for _, grant in found]
            by += [f"consent/{name}" for name, _ in found]
        else:
            hides = record is not None and record.restricted_source and row.relation is not Relation.REFERRER
            shown = [_shown(row, None, asked, hides_source=hides)]
        if any(fields for fields, _ in shown):
            told += shown
            by.append(f"permission/{row.id}")
    if not told:
        layer: Layer = "consent" if lacked else "fields"
        return Withheld(question.purpose, layer, lacked or "no-field-permitted")
    if len(told) == 1:
        fields, categories = told[0]
    else:
        fields = frozenset().union(*(one for one, _ in told))
        categories = frozenset().union(*(one for _, one in told))
    return Allowed(question.purpose, fields, categories, tuple(sorted(by)))


def _fitting(
    row: Permission, question: Question, dossier: Dossier, now: datetime, opening: Opening
) -> tuple[list[tuple[str, Grant]], str | None]:
    """Return the consents that open something of the row; where there are none, what is lacking."""
    wanted = row.categories if question.categories is None else row.categories & question.categories
    found = _consents(row, question, dossier, now, opening.kinds)
    fitting = [(name, grant) for name, grant in found if not grant.categories.isdisjoint(wanted)]
    if not fitting:
        return [], "no-consent"
    named = [(name, grant) for name, grant in fitting if opening.names(grant)]
    if not named:
        return [], "discloser-not-named"
    onward = _asked_for(question, dossier)
    if onward is not None:
        named = [one for one in named if not dossier.stopped_between(onward.asked_at, one[1].at)]
    return named, None if named else "asked-before-revocation"


def _asked_for(question: Question, dossier: Dossier) -> Onward | None:
    """Return the request for help that the provider would be told of; None of anything else."""
    return dossier.onwards.get(question.onward_id or "") if question.message == ONWARD else None


def _consents(
    row: Permission, question: Question, dossier: Dossier, now: datetime, kinds: frozenset[ConsentKind]
) -> Iterator[tuple[str, Grant]]:
    """Yield the live consents of these kinds that name this recipient for this purpose."""
    for name, consent in dossier.consents.items():
        grant = consent.grant
        if (
            grant is not None
            and live(consent, dossier, now)
            and question.agency in grant.recipients
            and grant.purpose is question.purpose
            and grant.kind in kinds
            and (grant.kind in row.consent_kinds if row.consent_kinds else grant.kind not in APART)
        ):
            yield name, grant
