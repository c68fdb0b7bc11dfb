"""What must hold between a site's files: references resolve, events exist, police hear no more than their notices."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, available_timezones

from contracts import catalogue, topics  # noqa: F401  # the catalogue puts every event on the shelf
from contracts.categories import CATEGORY_OF
from contracts.event import newest, shelf
from contracts.parts import NOTICE
from contracts.words import ConsentKind, Door, Role
from services.sites.approvals import problems_of_approvals
from services.sites.for_the_person import problems_of_words
from services.sites.forms import OLDEST
from services.sites.jurisdictions import problems_of_jurisdictions
from services.sites.oncall_checks import problems_of_oncall
from services.sites.places import problems_of_places
from services.sites.pretrial import problems_of_pretrial
from services.sites.relationship import problems_of_relationship
from services.sites.replaying import Replaying, problems_of_replaying
from services.sites.standing import JUSTICE, unlawful
from services.sites.texts import problems_of_texts
from services.sites.wording import unworded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from services.sites.agencies import Agency
    from services.sites.permissions import Permission
    from services.sites.policies import Policy
    from services.sites.site import Site

POLICE_MAY_HEAR: Final = frozenset(
    {
        "referral.acknowledged",
        "screening.reported",
        "case_manager.dispatched",
        "handoff.confirmed",
        "handoff.unavailable",
        "message.refused",
    }
)
"""The five notices, and the refusal of a message: a site cannot let police hear more."""
BASES: Final = frozenset({"agency-person-number", "name-and-birth-date"})
"""The bases on which people are recognised."""
OFFICE_ONLY: Final = frozenset(
    {
        "review.answered",
        "link.answered",
        "assignment.directed",
        "agency.suspended",
        "agency.resumed",
        "erasure.requested",
        "message.corrected",
        "replay.requested",
        "replay.endorsed",
        "replay.steered",
    }
)
"""What operators say, and nobody else."""
PERSON_CORRECTED: Final = "person.corrected"
OVERRIDDEN: Final = "screening.overridden"
OVERRIDE: Final = frozenset({Role.PROGRAM_OFFICE, Role.LAW_ENFORCEMENT})
"""Who may override a presumptive verdict: the project management, and police whom a site designates."""
HUB: Final = "hub"
"""The hub's own name: its user of Kafka, and how `hub agency show` names the hub itself."""

_POLICE_DOORS: Final = frozenset({Door.ARREST_DIVERSION, Door.SOCIAL_CONTACT})


def problems_of(site: Site) -> tuple[str, ...]:
    """Return everything that does not hold, each as `file: key: rule`; empty for a sound site."""
    return (
        *_settings(site), *_agencies(site), *_permissions(site), *_policies(site), *_forms(site), *_grounds(site),
        *problems_of_approvals(site), *problems_of_jurisdictions(site), *problems_of_oncall(site),
        *problems_of_texts(site.texts), *problems_of_words(site.words), *problems_of_pretrial(site),
        *problems_of_relationship(site),
        *problems_of_replaying(site), *unworded(site),
    )  # fmt: skip


def sayable() -> frozenset[str]:
    """Return the names of all events that agencies say."""
    return frozenset(event.name for event in shelf() if event.topic == topics.TO_HUB)


def hearable() -> frozenset[str]:
    """Return the names of all events that lanes carry."""
    return frozenset(event.name for event in shelf() if event.topic == topics.FROM_HUB)


def _settings(site: Site) -> Iterator[str]:
    office = site.agencies.get(site.program_office)
    if office is None or office.role is not Role.PROGRAM_OFFICE:
        yield "site.toml: program_office: It is an agency of the site with the role program_office."
    if site.timezone not in available_timezones():
        yield "site.toml: timezone: It is a name of the time zone database."
    if set(site.door_priority) != set(Door):
        yield "site.toml: door_priority: Every door has its place."
    if unknown := (site.recognition.automatic | site.recognition.proposed) - BASES:
        yield f"site.toml: recognition: No such basis: {_listed(unknown)}."
    if site.recognition.automatic & site.recognition.proposed:
        yield "site.toml: recognition: A basis is automatic or proposed, not both."
    if why := unlawful(site.standing):
        yield f"site.toml: standing: {why}"
    yield from _areas(site)
    alarm = site.clocks.hold_alarm_days
    if alarm is not None and alarm >= site.clocks.intake_days:
        yield "clocks.toml: hold_alarm_days: It is less than intake_days, from whose end it counts back."
    settings = {f"clocks.{name}" for name, given in site.clocks if given is not None and name != "minute_seconds"}
    settings |= {f"site.{name}" for name in ("door_priority", "recognition", "standing", "urgent_review_default")}
    settings |= {"site.prosecutor_has_last_word"} if site.prosecutor_has_last_word else set()
    settings |= {f"relationship.{name}" for name in ("pause", "unable_to_locate")}
    settings |= {f"replay.{name}" for name in Replaying.model_fields}
    settings |= {f"receipt.{name}" for name in type(site.receipts).model_fields if name != "words"}
    for name in sorted(settings ^ set(site.basis)):
        section, key = name.split(".", 1)
        yield f"{section}.toml: basis.{key}: Each setting says where it comes from, and nothing else does."


def _areas(site: Site) -> Iterator[str]:
    yield from _twice("areas.toml", "area", [area.code for area in site.areas])
    for area in site.areas:
        if strangers := set(area.near) - site.area_codes | ({area.code} & set(area.near)):
            yield f"areas.toml: {area.code}.near: No such other area: {_listed(strangers)}."
    yield from problems_of_places(site.shapes, {area.code: area.name for area in site.areas})


def _agencies(site: Site) -> Iterator[str]:
    for slug, agency in sorted(site.agencies.items()):
        here = f"agencies: {slug}"
        if unknown := agency.may_say - sayable():
            yield f"{here}.may_say: No agency says: {_listed(unknown)}."
        if unknown := agency.may_hear - hearable():
            yield f"{here}.may_hear: No lane carries: {_listed(unknown)}."
        if PERSON_CORRECTED in agency.may_say and agency.role in JUSTICE:
            yield f"{here}.may_say: What people say of themselves comes by way of nobody in the justice system."
        if agency.may_say & OFFICE_ONLY and agency.role is not Role.PROGRAM_OFFICE:
            yield f"{here}.may_say: Only the program office says: {_listed(agency.may_say & OFFICE_ONLY)}."
        if OVERRIDDEN in agency.may_say and agency.role not in OVERRIDE:
            yield f"{here}.may_say: A presumptive verdict is overridden by the program office or by police alone."
        if agency.neighbour == site.slug:
            yield f"{here}.neighbour: It is another site than this one."
        yield from _standing(agency, here)
        yield from _role(site, agency, here)
    yield from _twice("agencies", "oris", [ori for agency in site.agencies.values() for ori in agency.oris])


def _standing(agency: Agency, here: str) -> Iterator[str]:
    if agency.slug == HUB:
        yield f"{here}: That is the hub's own name."
    if why := unlawful(agency.standing):
        yield f"{here}.standing: {why}"
    if agency.follows.criminal_justice is not (agency.role in JUSTICE):
        yield f"{here}.standing: Police, prosecutors, courts, probation and jails are criminal_justice, nobody else is."
    if agency.follows.part2 and not agency.restricted_source:
        yield f"{here}.restricted_source: That it refers somebody reveals treatment (42 CFR 2.12(a)(1)): it is true."


def _role(site: Site, agency: Agency, here: str) -> Iterator[str]:
    police = {slug for slug, one in site.agencies.items() if one.role is Role.LAW_ENFORCEMENT}
    if agency.role is Role.LAW_ENFORCEMENT and (more := agency.may_hear - POLICE_MAY_HEAR):
        yield f"{here}.may_hear: Police never hear: {_listed(more)}."
    if agency.role is Role.LAW_ENFORCEMENT and not agency.oris:
        yield f"{here}.oris: A police agency has its ORI."
    if bool(agency.may_refer) is not ("referral.submitted" in agency.may_say):
        yield f"{here}.may_refer: Who may say referral.submitted has its doors and kinds, and nobody else."
    if agency.role is not Role.LAW_ENFORCEMENT and not _POLICE_DOORS.isdisjoint(agency.may_refer):
        yield f"{here}.may_refer: Arrests and social contacts are referred by police."
    if agency.doors and agency.role is not Role.CASE_MANAGEMENT:
        yield f"{here}.doors: First contact belongs to case-management agencies; others have no doors."
    if agency.role is Role.CASE_MANAGEMENT and not agency.doors:
        yield f"{here}.doors: A case-management agency names the doors whose people it meets."
    if agency.jurisdiction and agency.role is not Role.PROSECUTOR:
        yield f"{here}.jurisdiction: Only a prosecutor has one."
    if unknown := set(agency.jurisdiction) - police:
        yield f"{here}.jurisdiction: No such police agency: {_listed(unknown)}."
    if agency.may_witness_consent and "consent.signed" not in agency.may_say:
        yield f"{here}.may_witness_consent: Who may witness a consent may say consent.signed."


def _permissions(site: Site) -> Iterator[str]:
    yield from _twice("permissions.toml", "permission", [row.id for row in site.permissions])
    for row in site.permissions:
        yield from _row(site, row, f"permissions.toml: {row.id}")
    for slug, agency in sorted(site.agencies.items()):
        for event in sorted(agency.may_hear & hearable()):
            if not site.permissions_for(event, slug):
                yield f"agencies: {slug}.may_hear: No permission speaks of {event} to this agency."


def _row(site: Site, row: Permission, here: str) -> Iterator[str]:
    if row.event not in hearable():
        yield f"{here}.event: No lane carries it."
        return
    if unknown := set(row.fields) - set(newest(row.event).model_fields):
        yield f"{here}.fields: {row.event} has no such field: {_listed(unknown)}."
    required = {name for name, field in newest(row.event).model_fields.items() if field.is_required()}
    if NOTICE in newest(row.event).model_fields and NOTICE not in row.fields:
        yield f"{here}.fields: {row.event} needs: {NOTICE} (42 CFR 2.32 puts it there wherever Part 2 applies)."
    if missing := required - set(row.fields):
        yield f"{here}.fields: {row.event} needs: {_listed(missing)}."
    if strangers := row.agencies - set(site.agencies):
        yield f"{here}.agencies: No such agency: {_listed(strangers)}."
    for kind in sorted({CATEGORY_OF[name] for name in row.fields if name in CATEGORY_OF} - row.categories):
        told = [name for name in row.fields if CATEGORY_OF.get(name) is kind]
        yield f"{here}.categories: Its fields {_listed(told)} tell of the category {kind}; it names that, too."
    if row.consent_kinds and not row.consent_needed:
        yield f"{here}.consent_kinds: Kinds of consent are named only where one is needed."


def _policies(site: Site) -> Iterator[str]:
    if not site.policies:
        yield "policies: folder: A site has at least one eligibility policy that is approved."
    yield from _twice("policies", "version", [policy.version for policy in site.policies])
    yield from _twice("policies", "in_force_from", [policy.in_force_from.isoformat() for policy in site.policies])
    for policy in site.policies:
        yield from _twice(policy.file, "clause", [clause.id for clause in policy.clauses])
        here = policy.cases_file
        yield from _twice(here, "case", [case.name for case in policy.cases])
        yield from _approval(site, policy)
        known = {clause.id for clause in policy.clauses}
        for case in policy.cases:
            if strangers := set(case.finds) - known:
                yield f"{here}: {case.name}: The policy has no such clause: {_listed(strangers)}."


def _approval(site: Site, policy: Policy) -> Iterator[str]:
    here, approval = policy.approval_file, policy.approval
    if approval is None:
        yield f"{here}: file: Nobody is screened by a policy that nobody approved."
        return
    if approval.hash != policy.hash:
        yield f"{here}: hash: It approves other words. Put {policy.file} back as it was, or have it approved anew."
    known = site.timezone in available_timezones()
    if known and approval.on > policy.in_force_from.astimezone(ZoneInfo(site.timezone)).date():
        yield f"{here}: on: A policy is approved before it is in force."


def _forms(site: Site) -> Iterator[str]:
    texts = [f"{one.id} {one.version} {one.language}" for one in site.statements]
    yield from _twice("statements.toml", "statement", texts)
    words = [f"{one.id} {one.version} {one.language}" for one in site.words]
    yield from _twice("words-for-the-person.toml", "text", words)
    for both in sorted({one.id for one in site.statements} & {one.id for one in site.words}):
        yield f"words-for-the-person.toml: {both}: A statement of a form has this id already."
    yield from _twice("members.toml", "list", [one.version for one in site.members])
    for one in site.members:
        here = f"members.toml: {one.version}.members"
        if unknown := one.members - set(site.agencies):
            yield f"{here}: No such agency: {_listed(unknown)}."
        named = one.members & set(site.agencies)
        if justice := {slug for slug in named if site.agencies[slug].follows.criminal_justice}:
            yield f"{here}: Nobody of the justice system treats people: {_listed(justice)}."
    yield from _twice("signers.toml", "rule", [rule.id for rule in site.signers.rules])
    for kind in ConsentKind:
        ages = [age for age in range(OLDEST + 1) if len(site.signers.about(kind, age, age)) != 1]
        if ages:
            yield f"signers.toml: rule: Exactly one rule speaks of {kind} at the age of {ages[0]}."


def _grounds(site: Site) -> Iterator[str]:
    yield from _twice("erasure.toml", "ground", [ground.id for ground in site.erasure])
    by_themselves = [ground for ground in site.erasure if ground.within_days is not None]
    if len(by_themselves) > 1:
        yield "erasure.toml: within_days: Only one ground has a clock of its own."
    for ground in by_themselves:
        if ground.from_age is None or ground.under_age is None or not ground.completed:
            yield f"erasure.toml: {ground.id}.within_days: Its clock runs from an age and a completed intake."


def _twice(file: str, key: str, names: list[str]) -> Iterator[str]:
    for name, count in Counter(names).items():
        if count > 1:
            yield f"{file}: {key}: {name} is there {count} times."


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
