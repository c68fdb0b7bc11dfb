"""What makes a signed consent count or not, from the form and the site alone. The law's texts are the sources named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from contracts.words import ConsentKind, Problem, Purpose, Role
from services.consent.domain.register import Signing
from services.sites import Agency, Site, Standing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

RECIPIENT_CLASSES: Final[Mapping[str, frozenset[Role]]] = {
    "treating-providers": frozenset({Role.CASE_MANAGEMENT, Role.SERVICE_PROVIDER, Role.HOSPITAL}),
}
"""Recipients that may be named as a class, 42 CFR 2.31(a)(4): never police, prosecutor, court, probation or jail."""
JUSTICE: Final = frozenset({Role.LAW_ENFORCEMENT, Role.PROSECUTOR, Role.COURT, Role.PROBATION, Role.JAIL})
MONITORING: Final = frozenset({Role.PROSECUTOR, Role.COURT, Role.PROBATION})
"""Who may monitor a condition of a disposition, 42 CFR 2.35(a): the patrol officer is not among them."""
FITS_JUSTICE: Final = frozenset(
    {ConsentKind.CRIMINAL_JUSTICE_REFERRAL, ConsentKind.PART2_SPECIFIC, ConsentKind.PART2_PROCEEDINGS}
)
"""Kinds under which somebody in the justice system may be named, 42 CFR 2.31(d), 2.35; never treatment and payment."""
OWN_CARE: Final = frozenset({Purpose.FIRST_CONTACT, Purpose.CARE_COORDINATION})
"""For what a witness may name itself: the care that it coordinates as the person's case manager."""


def problems_of(signing: Signing, site: Site) -> tuple[Problem, ...]:
    """Return what stands against this consent, each by field, rule and fix; empty for one that may count."""
    return tuple(_problems(signing, site))


def may_witness(agency: str, site: Site) -> bool:
    """Tell whether the site lets this agency witness a consent."""
    known = site.agencies.get(agency)
    return known is not None and known.may_witness_consent


def recipients_of(signing: Signing, site: Site) -> tuple[str, ...]:
    """Return the agencies that the consent names, its classes spelled out as the site has them today."""
    named: dict[str, None] = {}
    for recipient in signing.signed.recipients:
        roles = RECIPIENT_CLASSES.get(recipient)
        members = [recipient] if roles is None else [slug for slug, one in site.agencies.items() if _in(one, roles)]
        named.update(dict.fromkeys(sorted(members)))
    return tuple(named)


def reaches_itself(signing: Signing, site: Site) -> bool:
    """Tell whether the consent opens anything to its own witness, named by its slug or through a class."""
    return signing.witness in recipients_of(signing, site)


def names_itself(signing: Signing) -> bool:
    """Tell whether the witness is one of the recipients that the consent names."""
    return signing.witness in signing.signed.recipients


def _in(agency: Agency, roles: frozenset[Role]) -> bool:
    return agency.role in roles and not _of_justice(agency)


def _of_justice(agency: Agency) -> bool:
    return agency.role in JUSTICE or Standing.CRIMINAL_JUSTICE in agency.standing


def _problems(signing: Signing, site: Site) -> Iterator[Problem]:
    signed = signing.signed
    if signed.discloser not in site.agencies:
        yield Problem(
            field="discloser", rule="It is an agency of this site.", fix="Name the agency that holds the information."
        )
    yield from _of_recipients(signing, site)
    yield from _of_time(signing, site)
    if signed.signature == "verbal" and signed.kind is not ConsentKind.HUB_HANDOFF:
        yield Problem(
            field="signature",
            rule="Only the consent to be handed over may be spoken (42 CFR 2.31(a)(8), 45 CFR 164.508(c)).",
            fix="Have it signed on paper or electronically.",
        )
    if names_itself(signing) and signed.purpose not in OWN_CARE:
        yield Problem(
            field="recipients",
            rule="A witness names itself only for the care that it coordinates.",
            fix="Send it for care_coordination, or have it witnessed by somebody else.",
        )


def _of_time(signing: Signing, site: Site) -> Iterator[Problem]:
    signed = signing.signed
    if signed.signed_on > signing.at.astimezone(ZoneInfo(site.timezone)).date():
        yield Problem(
            field="signed_on", rule="It is not in the future.", fix="Send the day on which the person signed."
        )
    if signed.expires_at is not None and signed.expires_at <= signing.at:
        yield Problem(
            field="expires_at",
            rule="A consent that has expired counts no more (42 CFR 2.31(c)).",
            fix="Ask the person for a new one.",
        )


def _of_recipients(signing: Signing, site: Site) -> Iterator[Problem]:
    signed = signing.signed
    named = [site.agencies[slug] for slug in signed.recipients if slug in site.agencies]
    classes = [slug for slug in signed.recipients if slug in RECIPIENT_CLASSES]
    if len(named) + len(classes) < len(signed.recipients):
        yield Problem(
            field="recipients",
            rule="Each is an agency of this site, or the class treating-providers.",
            fix="Name the agencies by their slugs.",
        )
    if signed.kind is ConsentKind.CRIMINAL_JUSTICE_REFERRAL:
        if classes or any(agency.role not in MONITORING for agency in named):
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
