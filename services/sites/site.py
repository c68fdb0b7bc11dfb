"""One site: its partners, clocks, areas, words and policies, as one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from contracts.words import Code, Door, NibrsCode, Role, Slug, Verdict
from services.sites.agencies import Agency
from services.sites.approvals import ApprovalRule
from services.sites.erasure import Ground
from services.sites.forms import FormText, Members, Signers
from services.sites.history import History
from services.sites.oncall import Shift
from services.sites.permissions import Permission
from services.sites.places import Map, Shape
from services.sites.policies import Policy, Words, words_of
from services.sites.pretrial import Pretrial
from services.sites.receipts import Receipts
from services.sites.relationship import Relationship
from services.sites.replaying import Replaying
from services.sites.standing import Following, Standing, follows
from services.sites.texts import Text, TextKind, in_force_on

_Count = Annotated[int, Field(ge=1, le=1_000_000)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Clocks(_Frozen):
    """The site's clocks, in minutes and days as their names say.

    `minute_seconds` is how long one of these minutes lasts: 60 in life; a demonstration or a test shortens it.
    """

    offer_answer_minutes: _Count
    """How long an agency has to answer an offer while an officer waits."""
    offer_answer_minutes_outreach: _Count
    """How long it has for any other offer."""
    arrival_minutes: _Count
    """How long the case manager has to arrive where an officer waits."""
    urgent_review_minutes: _Count
    """How long an operator has for a review while an officer waits."""
    consent_relation_wait_minutes: _Count
    """How long a consent waits for its witness to become related to the person."""
    recall_again_minutes: _Count
    """After how long an unanswered recall is sent again."""
    recall_times: _Count
    """How often, before the operator takes it up."""
    intake_days: _Count
    """How long a person has for the intake, from when an agency took them on; then the program office is told."""
    arrival_alarm_minutes: _Count | None = None
    """How long before the arrival's end operators are alarmed where nobody says that they are there; None: never."""
    hold_alarm_days: _Count | None = None
    """How many days before a hold's last day is over the case manager hears that its office was told of no intake."""
    filing_days: _Count | None = None
    """How many days after a lapse the office has to say what it does, before operators are told; None: not asked."""
    minute_seconds: Annotated[float, Field(gt=0, le=60)] = 60.0

    def minutes(self, count: float) -> timedelta:
        """Return that many of the site's minutes."""
        return timedelta(seconds=count * self.minute_seconds)

    def days(self, count: float) -> timedelta:
        """Return that many of the site's days; they shrink as the minutes do."""
        return self.minutes(count * 24 * 60)


class Recognition(_Frozen):
    """On which bases a person counts as the same at once, and on which an operator is asked."""

    automatic: frozenset[str] = frozenset()
    proposed: frozenset[str] = frozenset()


class Area(_Frozen):
    """A place by which people and agencies are brought together."""

    code: Slug
    name: Annotated[str, Field(min_length=1, max_length=80)]
    near: tuple[Slug, ...] = ()
    """Other areas, the nearest first, where the site says so; the map of `areas.geojson` goes before it."""


class KnownOffence(_Frozen):
    """One offence of NIBRS: its code, its name, whom it is against, and its group. Source: NIBRS data element 6."""

    code: NibrsCode
    name: Annotated[str, Field(min_length=1, max_length=80)]
    against: Literal["person", "property", "society", "none"]
    group: Literal["A", "B"]


class DrugKind(_Frozen):
    """One kind of drug (NIBRS data element 20). `cannabis`: whether Washington's law on cannabis measures it."""

    code: Annotated[str, Field(pattern=r"^[A-Z]$")]
    name: Annotated[str, Field(min_length=1, max_length=60)]
    cannabis: Literal["yes", "no", "unknown"]


class Demographics(_Frozen):
    """The codes in which demographics are told, field by field."""

    race: frozenset[Code]
    ethnicity: frozenset[Code]
    gender: frozenset[Code]
    gender_identity: frozenset[Code]
    disability: frozenset[Code]


class Site(_Frozen):
    """Everything that is different from county to county. `basis` says of each setting where it comes from."""

    slug: Slug
    name: str
    timezone: str
    program_office: Slug
    standing: tuple[Standing, ...]
    """What the law calls the hub itself; it depends on who runs it (42 CFR 2.11)."""
    agencies: Mapping[str, Agency]
    areas: tuple[Area, ...]
    shapes: tuple[Shape, ...] = ()
    """Those of them that are on the map."""
    clocks: Clocks
    door_priority: Mapping[Door, int]
    """The lower number goes first when there is not room for all."""
    recognition: Recognition
    urgent_review_default: Verdict
    """What an urgent review becomes when its clock runs out unanswered."""
    approvals: tuple[ApprovalRule, ...] = ()
    """Whose approval is asked for; at a door without a rule, nobody's."""
    prosecutor_has_last_word: bool = False
    """Whether the office may file a charge that it holds before the last day: it decides who is eligible after all."""
    permissions: tuple[Permission, ...]
    policy_hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """SHA-256 of the disclosure policy: what each agency may hear, and every permission."""
    policies: tuple[Policy, ...]
    """Eligibility policies that were approved, oldest first."""
    offences: Mapping[str, KnownOffence]
    drugs: Mapping[str, DrugKind]
    demographics: Demographics
    texts: Mapping[TextKind, tuple[Text, ...]]
    """Every dated text that goes out word for word, oldest first."""
    statements: tuple[FormText, ...]
    """What consent forms state."""
    words: tuple[FormText, ...]
    """What is said to the person, in each language."""
    members: Annotated[tuple[Members, ...], Field(min_length=1)]
    """The lists of the intermediary's members that were given with forms."""
    signers: Signers
    erasure: tuple[Ground, ...]
    """The grounds on which a record is erased."""
    history: History
    """By what criminal history is known in a message, which is refused then."""
    receipts: Receipts
    """The person's receipt: its words and its codes."""
    oncall: tuple[Shift, ...] = ()
    """Who is on call where an officer waits; without any, every case-management agency is, always. See `rota`."""
    pretrial: Pretrial | None = None
    """The road of court pretrial diversion; a site without it refuses every word of one."""
    relationship: Relationship = Relationship()
    """What is so after the first contact: when somebody counts as not found, pauses, what the site asks of people."""
    replay: Replaying = Replaying()
    """When a second person approves a replay, and how fast one may go."""
    basis: Mapping[str, str]
    """Of each setting (`clocks.arrival_minutes`): its source, or `not published:` and who chose it."""

    @cached_property
    def area_codes(self) -> frozenset[str]:
        """The codes of the site's areas."""
        return frozenset(area.code for area in self.areas)

    @property
    def map(self) -> Map:
        """The site's areas on the map."""
        return Map(self.shapes, self.area_codes)

    def nearest(self, area: str | None, day: date) -> Mapping[str, int]:
        """Return the rank of areas by their distance from one, itself first: by the map, else by its list `near`.

        Empty for what is no area of the site; of the others those are missing of which the site says nothing.
        """
        listed = next((one for one in self.areas if one.code == area), None)
        if listed is None:
            return {}
        if by_map := self.map.nearest(listed.code, day):
            return by_map
        return {code: rank for rank, code in enumerate((listed.code, *listed.near))}

    @cached_property
    def case_management(self) -> tuple[Agency, ...]:
        """The agencies that get first offers, by slug."""
        return tuple(agency for _, agency in sorted(self.agencies.items()) if agency.role is Role.CASE_MANAGEMENT)

    def statement(self, text: str, version: str, language: str | None) -> FormText | None:
        """Return the statement with these words; None where no form can have made it."""
        wanted = (text, version, language)
        return next((one for one in self.statements if (one.id, one.version, one.language) == wanted), None)

    def local_time(self, at: datetime) -> datetime:
        """Return the instant by the site's clocks."""
        return at.astimezone(ZoneInfo(self.timezone))

    def words_for(self, text: str, language: str, at: datetime) -> FormText | None:
        """Return the newest of these words that is in force on that day, among a form's statements, too."""
        day = self.local_time(at).date()
        found = (one for one in (*self.words, *self.statements) if (one.id, one.language) == (text, language))
        return max((one for one in found if one.in_force_from <= day), key=lambda one: one.in_force_from, default=None)

    def members_of(self, version: str | None) -> frozenset[str] | None:
        """Return who is on this list of members; None where no such list was given out."""
        return next((one.members for one in self.members if one.version == version), None)

    def permissions_for(self, event: str, agency: str) -> tuple[Permission, ...]:
        """Return the rows that speak of this event to this agency; empty: it may never get it (default deny)."""
        who = self.agencies.get(agency)
        if who is None or event not in who.may_hear:
            return ()
        return tuple(row for row in self.permissions if row.is_for(event, who.role, agency))

    def ground(self, name: str) -> Ground | None:
        """Return the ground of that name on which this site erases a record, or None."""
        return next((ground for ground in self.erasure if ground.id == name), None)

    @cached_property
    def destroys(self) -> Ground | None:
        """The ground on which records are destroyed by themselves, when their time has come; None without one."""
        return next((ground for ground in self.erasure if ground.within_days is not None), None)

    def prosecutors_of(self, police: str) -> tuple[Agency, ...]:
        """Return the prosecutors who get this police agency's cases, by slug."""
        return tuple(agency for _, agency in sorted(self.agencies.items()) if police in agency.jurisdiction)

    @cached_property
    def follows(self) -> Following:
        """What follows from the hub's own legal standing."""
        return follows(self.standing)

    def text_at(self, kind: TextKind, at: datetime) -> Text:
        """Return the text that is in force on that day, as it is at the site."""
        return in_force_on(self.texts[kind], self.local_time(at).date())

    def words_of(self, policy: str, version: str, policy_hash: str) -> Mapping[str, Words]:
        """Return the words of each clause of the policy, by its id; empty where the site has it no more as it was."""
        return words_of(self.policies, policy, version, policy_hash)

    def with_minutes_of(self, seconds: float) -> Site:
        """Return the same site with its minutes shortened to that many seconds; for demonstrations and tests."""
        return self.model_copy(update={"clocks": self.clocks.model_copy(update={"minute_seconds": seconds})})
