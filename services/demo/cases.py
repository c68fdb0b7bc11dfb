"""A site's sample caseload, read from its folder; the README there says what each key means."""

from __future__ import annotations

import tomllib
from pathlib import Path  # noqa: TC003  # load_caseload is called with one
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from contracts.words import Slug
from services.sites.loading import SITES

REMOVED: Final = "$remove"

Providers = Literal["accepted", "declined", "waitlisted"]
End = Literal[
    "enrolled", "handed_off", "accepted", "waitlisted", "unavailable", "closed", "ended", "received", "in_review",
    "seeking", "refused", "erased", "paused", "transferred",
]  # fmt: skip


class CaseloadUnreadable(Exception):
    """The sample caseload cannot be read."""


class _Written(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Later(_Written):
    """Something that happens when something else is seen."""

    when: str
    count: int = 1
    """At the first, second, … time."""
    by: str
    """`sender`, `holder`, `office`, or an agency's slug."""
    say: str
    subject: bool = False
    """Whether the message names the person, by the pseudonym that this agency has."""
    data: dict[str, Any] | Literal["$same"] = Field(default_factory=dict)


class Expect(_Written):
    """How the case ends, and who may have heard what."""

    end: End
    first_end: End | None = None
    agency: Slug | None = None
    same_agency_as: Slug | None = None
    sender_hears: tuple[str, ...] | None = None
    sender_reads: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """Of a message on the sender's lane: what its fields say."""
    holder_hears: tuple[str, ...] = ()
    """What whoever was told who it is hears besides."""
    facts: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    told: dict[Slug, tuple[str, ...]] = Field(default_factory=dict)
    told_not: tuple[str, ...] = ()
    told_nobody: bool = False


class Case(_Written):
    """One invented person's referral: what is sent, how the agencies answer, how it ends."""

    slug: Slug
    title: str
    chapter: str
    scene: int
    sender: Slug
    after: Slug | None = None
    version: int | None = None
    referral: dict[str, Any]
    answers: tuple[str, ...] = ("accept",)
    course: tuple[str, ...] = ()
    providers: Providers = "accepted"
    operator: Literal["eligible", "presumptively_ineligible", "silent"] = "eligible"
    approvals: dict[Slug, Literal["yes", "no", "silent"]] = Field(default_factory=dict)
    """What those whom the site asks for approval say; whoever is not named says yes."""
    later: tuple[Later, ...] = ()
    expect: Expect

    def answer_to_offer(self, number: int) -> str:
        """Return what is said to the offer of that number, from 0; the last answer stands for all later ones."""
        return self.answers[min(number, len(self.answers) - 1)]

    @property
    def patient(self) -> bool:
        """Whether a clock has to run out in it, so that it takes its time."""
        silent = self.operator == "silent" or any(one in {"silent", "accept-and-stay-away"} for one in self.answers)
        return silent or any(step.startswith("expiring:") for step in self.course)

    @property
    def private_words(self) -> frozenset[str]:
        """Return the words that only those may see who were given this person; numbers of a run are not among them."""
        person, reach = self.referral.get("person", {}), self.referral.get("reach", {})
        officer = self.referral.get("incident", {}).get("officer", {})
        words = [
            *(person.get(name) for name in ("legal_name", "preferred_name", "birth_date")),
            *person.get("aliases", ()),
            *reach.get("phones", ()),
            *reach.get("usual_places", ()),
            reach.get("through"),
            self.referral.get("location", {}).get("place"),
            self.referral.get("safety_code"),
            officer.get("call_back"),
        ]
        return frozenset(str(word) for word in words if word)


class Chapter(_Written):
    """The cases of one file, played in one scene."""

    title: str
    scene: int
    places: int | None = None
    places_after: int | None = None
    cases: tuple[Case, ...]


def load_caseload(site: str, root: Path | None = None) -> tuple[Chapter, ...]:
    """Read all chapters of the site's caseload, in the order of their files.

    Raises:
        CaseloadUnreadable: naming the file, the case and the key.
    """
    folder = (root or SITES) / site / "caseload"
    chapters = tuple(_chapter(path) for path in sorted(folder.glob("*.toml")))
    if not chapters:
        with_one = ", ".join(sorted(path.parent.name for path in (root or SITES).glob("*/caseload")))
        raise CaseloadUnreadable(f"The site {site} has no sample caseload. Next: name one that has: {with_one}.")
    slugs = [case.slug for chapter in chapters for case in chapter.cases]
    twice = {slug for slug in slugs if slugs.count(slug) > 1}
    unknown = {case.after for chapter in chapters for case in chapter.cases if case.after} - set(slugs)
    if twice or unknown:
        named = ", ".join(sorted(twice | unknown))
        raise CaseloadUnreadable(f"Each case is described once, and `after` names a case; look at: {named}.")
    return chapters


def _chapter(path: Path) -> Chapter:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        usual = raw.pop("usual", {})
        shared = {"chapter": raw["chapter"], "scene": raw["scene"]}
        cases = [_joined(usual, case) | shared for case in raw.pop("case")]
        title = raw.pop("chapter")
        return Chapter.model_validate({"title": title, "cases": cases} | raw)
    except (tomllib.TOMLDecodeError, KeyError) as wrong:
        raise CaseloadUnreadable(f"{path.name}: {wrong}") from None
    except ValidationError as wrong:
        first = wrong.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise CaseloadUnreadable(f"{path.name}: {where}: {first['msg']}") from None


def _joined(usual: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Tables are joined, everything else is replaced; `$remove` takes a key away."""
    joined = dict(usual)
    for key, value in own.items():
        before = joined.get(key)
        joined[key] = _joined(before, value) if isinstance(before, dict) and isinstance(value, dict) else value
    return {key: value for key, value in joined.items() if value != REMOVED}
