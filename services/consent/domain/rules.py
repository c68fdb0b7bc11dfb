"""What makes a signed consent count or not, from the form and the site alone. The law's texts are the sources named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.words import Category, ConsentKind, Problem, Purpose, Role
from services.consent.domain.elements import CATEGORIES, CHARGE_DECIDED, PURPOSES, irrevocable, lacking, needs_an_end
from services.consent.domain.register import Register, Signing, day_at
from services.sites import Agency, Site, Standing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

MOST: Final = 12
"""How many problems one refusal names."""
RECIPIENT_CLASSES: Final[Mapping[str, frozenset[Role]]] = {
    "treating-providers": frozenset({Role.CASE_MANAGEMENT, Role.SERVICE_PROVIDER, Role.HOSPITAL}),
}
"""Who may be named as a class, 42 CFR 2.31(a)(4): never police, prosecutor, court, probation or jail."""
MONITORING: Final = frozenset({Role.PROSECUTOR, Role.COURT, Role.PROBATION})
"""Who may monitor a condition of a disposition, 42 CFR 2.35(a): the patrol officer is not among them."""
FITS_JUSTICE: Final = frozenset(
    {ConsentKind.CRIMINAL_JUSTICE_REFERRAL, ConsentKind.PART2_SPECIFIC, ConsentKind.PART2_PROCEEDINGS}
)
"""Kinds under which somebody in the justice system may be named, 42 CFR 2.31(d), 2.35; never treatment and payment."""
OWN_CARE: Final = frozenset({Purpose.FIRST_CONTACT, Purpose.CARE_COORDINATION})
"""For what a witness may name itself: the care that it coordinates as the person's case manager."""


def problems_of(signing: Signing, site: Site) -> tuple[Problem, ...]:
    """Return what stands against this consent, each by field, rule and fix, the first twelve; empty if it may count."""
    return tuple(_problems(signing, site))[:MOST]


def may_witness(agency: str, site: Site) -> bool:
    """Tell whether the site lets this agency witness a consent."""
    known = site.agencies.get(agency)
    return known is not None and known.may_witness_consent


def recipients_of(signing: Signing, site: Site) -> tuple[str, ...]:
    """Return the agencies that may receive; a class is spelled out by the form's list of members, else by the site."""
    return _spelled(signing.signed.recipients, signing, site)


def disclosers_of(signing: Signing, site: Site) -> tuple[str, ...]:
    """Return the agencies that may disclose; a class is spelled out in the same way.

    Of a class those are left out whose information a consent of this kind does not open, by their standing in law.
    """
    spelled = _spelled(signing.signed.disclosers, signing, site)
    named, kind = signing.signed.disclosers, signing.signed.kind
    return tuple(slug for slug in spelled if slug in named or kind in site.agencies[slug].follows.opened_by)


def recipient_class_of(signing: Signing) -> str | None:
    """Return the class that the form names among the recipients, or None."""
    return next((name for name in signing.signed.recipients if name in RECIPIENT_CLASSES), None)


def reaches_itself(signing: Signing, site: Site) -> bool:
    """Tell whether the consent opens anything to its own witness, named by its slug or through a class."""
    return signing.witness in recipients_of(signing, site)


def names_itself(signing: Signing) -> bool:
    """Tell whether the witness is one of the recipients that the consent names."""
    return signing.witness in signing.signed.recipients


def _spelled(names: tuple[str, ...], signing: Signing, site: Site) -> tuple[str, ...]:
    listed = site.members_of(signing.signed.members_version)
    named: dict[str, None] = {}
    for name in names:
        roles = RECIPIENT_CLASSES.get(name)
        members = [name] if roles is None else [slug for slug, one in site.agencies.items() if _in(one, roles)]
        known = members if roles is None or listed is None else [slug for slug in members if slug in listed]
        named.update(dict.fromkeys(sorted(known)))
    return tuple(named)


def _in(agency: Agency, roles: frozenset[Role]) -> bool:
    return agency.role in roles and not _of_justice(agency)


def _of_justice(agency: Agency) -> bool:
    return agency.follows.criminal_justice


def _is_intermediary(agency: str | None, site: Site) -> bool:
    known = site.agencies.get(agency or "")
    return known is not None and Standing.INTERMEDIARY in known.standing


def _problems(signing: Signing, site: Site) -> Iterator[Problem]:
    yield from lacking(signing.signed, through_intermediary=_is_intermediary(site.program_office, site))
    yield from _of_names(signing, site)
    yield from _of_standing(signing, site)
    yield from _of_kind(signing)
    yield from _of_time(signing, site)
    yield from _of_form(signing, site)
    if names_itself(signing) and signing.signed.purpose not in OWN_CARE:
        yield Problem(
            field="recipients",
            rule="A witness names itself only for the care that it coordinates.",
            fix="Send it for care_coordination, or have it witnessed by somebody else.",
        )


def _of_kind(signing: Signing) -> Iterator[Problem]:
    """Refuse what may not be merged: another purpose, other categories, a spoken word, an irrevocable promise."""
    signed = signing.signed
    purposes, of_purposes = PURPOSES.get(signed.kind, (None, ""))
    if purposes is not None and signed.purpose is not None and signed.purpose not in purposes:
        yield Problem(
            field="purpose",
            rule=f"A consent of this kind is signed for nothing else ({of_purposes}).",
            fix=f"Have one of another kind signed for that; this kind is for: {', '.join(sorted(purposes))}.",
        )
    categories, of_categories = CATEGORIES.get(signed.kind, (None, ""))
    if categories is not None and not categories.issuperset(signed.categories):
        yield Problem(
            field="categories",
            rule=f"A consent of this kind is not merged with others ({of_categories}).",
            fix="Have one of another kind signed for these categories.",
        )
    if signed.signature == "verbal" and signed.kind is not ConsentKind.HUB_HANDOFF:
        yield Problem(
            field="signature",
            rule="Only the consent to be handed over may be spoken (42 CFR 2.31(a)(8), 45 CFR 164.508(c)).",
            fix="Have it signed on paper or electronically.",
        )
    if signed.irrevocable_until == CHARGE_DECIDED:
        yield Problem(
            field="irrevocable_until",
            rule="What cannot be taken back can be in the end (42 CFR 2.35(c)), and no office has to say so.",
            fix="Have a form signed that names a day, end_of_participation or intake_completed.",
        )
    if not irrevocable(signed) and (signed.irrevocable_until or signed.irrevocable_until_at):
        yield Problem(
            field="irrevocable_until",
            rule="Only a consent under 42 CFR 2.35 may stand until an event or day; others are taken back at any time.",
            fix="Have a form signed that says so.",
        )


def _of_time(signing: Signing, site: Site) -> Iterator[Problem]:
    signed = signing.signed
    if signed.signed_on is not None and signed.signed_on > day_at(site, signing.at):
        yield Problem(
            field="signed_on", rule="It is not in the future.", fix="Send the day on which the person signed."
        )
    if signed.expires_at is not None and signed.expires_at <= signing.at:
        yield Problem(
            field="expires_at",
            rule="A consent that has expired counts no more (42 CFR 2.31(c)).",
            fix="Ask the person for a new one.",
        )
    if signed.expires_with == CHARGE_DECIDED and signed.expires_at is None and needs_an_end(signed.kind):
        yield Problem(
            field="expires_at",
            rule="Nothing is told on a consent that has expired (42 CFR 2.31(c)), and no office has to say so.",
            fix="Have a form signed that also names the last day.",
        )
    if signed.expires_with == "intake_completed" and Category.INTAKE_STATUS in signed.categories:
        yield Problem(
            field="expires_with",
            rule="A consent to tell of the intake outlasts it: nothing is told on one that is over (42 CFR 2.31(c)).",
            fix="Have a form signed that ends later, on a day or with another event.",
        )


def _of_form(signing: Signing, site: Site) -> Iterator[Problem]:
    """Refuse a form that names what the site never gave out: an intermediary, a list of members, a statement."""
    signed = signing.signed
    if signed.intermediary is not None and not _is_intermediary(signed.intermediary, site):
        yield Problem(
            field="intermediary",
            rule="It is an intermediary of this site (42 CFR 2.11, 2.31(a)(4)(ii)).",
            fix="Name the program office.",
        )
    if signed.members_version is not None and signed.members_version not in _given_out(signing, site):
        yield Problem(
            field="members_version",
            rule="It is a list of members that was given out by the day of signing (42 CFR 2.31(a)(4)(ii)).",
            fix="Send the version that stands on the list.",
        )
    known = {one.id for one in site.statements}
    for place, made in enumerate(signed.statements):
        text = site.statement(made.text, made.version, signed.language)
        if text is None and signed.language is None:
            continue  # that the language is missing is said already, where it is needed
        if text is None or (signed.signed_on is not None and signed.signed_on < text.in_force_from):
            # What no site ever wrote may be anything, also a name, and is not repeated.
            what = f"The statement {made.text}" if made.text in known else "The statement"
            yield Problem(
                field=f"statements.{place}",
                rule=f"{what} is a text of this site in this version and the form's language, in force when signed.",
                fix="Send the id and the version that are printed on the form.",
            )


def _given_out(signing: Signing, site: Site) -> set[str]:
    day = signing.signed.signed_on
    return {one.version for one in site.members if day is None or one.in_force_from <= day}


def _of_names(signing: Signing, site: Site) -> Iterator[Problem]:
    signed = signing.signed
    for field, names in (("disclosers", signed.disclosers), ("recipients", signed.recipients)):
        if any(name not in site.agencies and name not in RECIPIENT_CLASSES for name in names):
            yield Problem(
                field=field,
                rule="Each is an agency of this site, or the class treating-providers.",
                fix="Name the agencies by their slugs.",
            )
    named = [site.agencies[slug] for slug in signed.recipients if slug in site.agencies]
    if signed.kind is ConsentKind.CRIMINAL_JUSTICE_REFERRAL:
        if recipient_class_of(signing) or any(agency.role not in MONITORING for agency in named):
            yield Problem(
                field="recipients",
                rule="This kind names prosecutors, courts or probation, who monitor a condition (42 CFR 2.35(a)).",
                fix="Name only them, and use another kind for everybody else.",
            )
    elif signed.kind not in FITS_JUSTICE and any(_of_justice(agency) for agency in named):
        yield Problem(
            field="recipients",
            rule="Somebody in the justice system is named only in a consent of a kind for that (42 CFR 2.31, 2.35).",
            fix="Have a part2_specific or criminal_justice_referral consent signed that names them.",
        )


def _of_standing(signing: Signing, site: Site) -> Iterator[Problem]:
    """Refuse a kind that opens nothing of who is named to disclose, by what the law calls them.

    Each agency that is named has to fit; of a class it is enough that somebody does.
    """
    kind, named = signing.signed.kind, signing.signed.disclosers
    kinds = {
        slug: site.agencies[slug].follows.opened_by for slug in _spelled(named, signing, site) if slug in site.agencies
    }
    nobody = all(kind not in opening for opening in kinds.values())
    shut = [opening for slug, opening in kinds.items() if kind not in opening and (slug in named or nobody)]
    if shut:
        fitting = ", ".join(sorted(frozenset(ConsentKind).intersection(*shut)))
        yield Problem(
            field="disclosers",
            rule="A consent opens nothing of who discloses unless its kind is one for their standing: what a Part 2 "
            "program tells opens only under Part 2 (42 CFR 2.31, 2.35), what falls under HIPAA not under RCW 19.373.",
            fix=f"Leave out whose standing it is not for, or have one of a kind for it signed: {fitting}.",
        )


def decided(register: Register, signing: Signing, site: Site) -> Iterator[datetime]:
    """Yield when an office that gets the cases of the arrest's police decided a charge.

    Where the form tells an office, another office's charge is none of this consent's.
    """
    prosecutors = {slug for slug, agency in site.agencies.items() if agency.role is Role.PROSECUTOR}
    told = prosecutors.intersection(recipients_of(signing, site))
    for one in register.decisions.values():
        offices = {office.slug for office in site.prosecutors_of(register.arrests.get(one.referral_id, ""))}
        if one.by in offices and (one.by in told or not told):
            yield one.at
