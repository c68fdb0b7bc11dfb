"""What Kafka should hold for the hub and its agencies, and how that differs from what it holds. Pure: asks nobody."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from contracts import topics

SERVICES_USER = "hub"
MILLISECONDS_PER_DAY = 86_400_000


@dataclass(frozen=True)
class AgencyLanes:
    """An agency as Kafka knows it: its name in topics, and how many days its lane is kept for it (None: as usual)."""

    slug: str
    retention_days: int | None = None


@dataclass(frozen=True)
class Topic:
    """A topic, and those of its settings that matter to us."""

    name: str
    partitions: int
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, order=True)
class Permission:
    """One user may do one thing with one topic or group, or with all whose names begin so (`prefix`)."""

    user: str
    operation: Literal["READ", "WRITE", "DESCRIBE"] | str  # noqa: PYI051 - the first three are ours, others are found
    kind: Literal["TOPIC", "GROUP"] | str  # noqa: PYI051
    name: str
    prefix: bool = False

    def __str__(self) -> str:
        """As a person would say it."""
        which = f"every {self.kind.lower()} {self.name}…" if self.prefix else f"{self.kind.lower()} {self.name}"
        return f"{self.user} may {self.operation} {which}"


@dataclass(frozen=True)
class Layout:
    """All topics, users and permissions; `suspended` users are there in name, and may do nothing."""

    topics: Mapping[str, Topic] = field(default_factory=dict)
    users: frozenset[str] = frozenset()
    permissions: frozenset[Permission] = frozenset()
    suspended: frozenset[str] = frozenset()


class Kind(StrEnum):
    """What is to be done about a difference."""

    MAKE_TOPIC = "make topic"
    ADD_PARTITIONS = "add partitions"
    SET = "set"
    MAKE_USER = "make user"
    RENEW_PASSWORD = "renew password"  # noqa: S105 - a kind of change, not a password
    ALLOW = "allow"
    EXTRA_TOPIC = "extra topic"
    EXTRA_USER = "extra user"
    EXTRA_PERMISSION = "extra permission"
    BEYOND_REPAIR = "beyond repair"


@dataclass(frozen=True)
class Change:
    """One difference, in words, with what is needed to mend it."""

    kind: Kind
    words: str
    what: Topic | Permission | str
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def extra(self) -> bool:
        """Whether it is there without being wanted: shown always, removed only when asked."""
        return self.kind in (Kind.EXTRA_TOPIC, Kind.EXTRA_USER, Kind.EXTRA_PERMISSION)

    def __str__(self) -> str:
        """The line of a diff: `+` is missing, `~` is different, `-` is extra, `!` needs a person."""
        sign = {Kind.MAKE_TOPIC: "+", Kind.MAKE_USER: "+", Kind.ALLOW: "+", Kind.BEYOND_REPAIR: "!"}.get(self.kind, "~")
        return f"{'-' if self.extra else sign} {self.words}"


def settings_of(file: Path) -> dict[str, Any]:
    """The classes of topics from `deploy/topics.toml`."""
    with file.open("rb") as text:
        return tomllib.load(text)


def desired(agencies: Iterable[AgencyLanes], classes: Mapping[str, Any], realm: str = "") -> Layout:
    """What Kafka should hold for the site of this realm and its agencies.

    Each agency may write and describe its own `to-hub`, read and describe its own `from-hub`, read with its own
    groups, and nothing else. The services of a site that has a realm have a user of their own, who may do everything
    within it and nothing beyond.
    """
    agencies = list(agencies)
    wanted = [_topic(name, classes["hub"]) for name in topics.HUB_TOPICS]
    wanted += [_topic(topics.redelivery(service), classes["redelivery"]) for service in topics.SERVICES]
    for agency in agencies:
        wanted.append(_topic(topics.to_hub(agency.slug), classes["to-hub"]))
        days = agency.retention_days or classes["from-hub"]["retention_days"]
        kept = {"retention.ms": days * MILLISECONDS_PER_DAY}
        wanted.append(_topic(topics.from_hub(agency.slug), classes["from-hub"], kept))
    own = frozenset({services_user(realm)} if realm else ())
    return Layout(
        topics={name: replace(topic, name=name) for topic in wanted if (name := topics.outside(realm, topic.name))},
        users=frozenset(user_of(agency.slug, realm) for agency in agencies) | own,
        permissions=frozenset(right for agency in agencies for right in permissions_of(agency.slug, realm))
        | frozenset(right for user in own for right in _whole_realm(user, realm)),
    )


def user_of(slug: str, realm: str = "") -> str:
    """Return the name by which an agency logs in: at each site that it serves one of its own."""
    return topics.outside(realm, slug)


def services_user(realm: str) -> str:
    """Return the name by which the services of a realm log in."""
    return topics.outside(realm, SERVICES_USER)


def _whole_realm(user: str, realm: str) -> Iterator[Permission]:
    for kind in ("TOPIC", "GROUP"):
        yield Permission(user, "ALL", kind, topics.outside(realm, ""), prefix=True)


def permissions_of(slug: str, realm: str = "") -> frozenset[Permission]:
    """All that an agency may do on Kafka. An idempotent producer needs no more than WRITE since Kafka 3."""
    user = user_of(slug, realm)
    to_hub, from_hub = (topics.outside(realm, name) for name in (topics.to_hub(slug), topics.from_hub(slug)))
    return frozenset({
        Permission(user, "WRITE", "TOPIC", to_hub),
        Permission(user, "DESCRIBE", "TOPIC", to_hub),
        Permission(user, "READ", "TOPIC", from_hub),
        Permission(user, "DESCRIBE", "TOPIC", from_hub),
        Permission(user, "READ", "GROUP", topics.outside(realm, topics.agency_group_prefix(slug)), prefix=True),
    })  # fmt: skip


def within(realm: str, found: Layout) -> Layout:
    """Return what of this belongs to the site of the realm; what is another site's it neither sees nor changes."""

    def own(user: str) -> bool:
        return user.startswith(f"{realm}.") if realm else "." not in user

    return Layout(
        topics={name: topic for name, topic in found.topics.items() if topics.inside(realm, name) is not None},
        users=frozenset(filter(own, found.users)),
        permissions=frozenset(right for right in found.permissions if own(right.user)),
        suspended=frozenset(filter(own, found.suspended)),
    )


def differences(wanted: Layout, found: Layout, with_password: Iterable[str] | None = None) -> list[Change]:
    """What would have to change, in the order in which it can be done; nothing when all is as it should be.

    `with_password` are the users whose password we hold (None: all). Suspended agencies stay as they are: they come
    back when they are resumed, not because somebody made the topics again.
    """
    return [
        *_of_topics(wanted, found),
        *_of_users(wanted, found, wanted.users if with_password is None else frozenset(with_password)),
        *_of_permissions(wanted, found),
    ]


def _topic(name: str, kind: Mapping[str, Any], more: Mapping[str, Any] | None = None) -> Topic:
    settings = {**kind["settings"], **(more or {})}
    return Topic(name, kind["partitions"], {key: str(value) for key, value in sorted(settings.items())})


def _of_topics(wanted: Layout, found: Layout) -> Iterator[Change]:
    for name, topic in wanted.topics.items():
        there = found.topics.get(name)
        if there is None:
            count = f"{topic.partitions} partition{'s' if topic.partitions > 1 else ''}"
            yield Change(Kind.MAKE_TOPIC, f"topic {name} with {count}", topic)
            continue
        if there.partitions < topic.partitions:
            words = f"topic {name} has {there.partitions} partitions, should have {topic.partitions}"
            yield Change(Kind.ADD_PARTITIONS, words, topic)
        elif there.partitions > topic.partitions:
            words = (
                f"topic {name} has {there.partitions} partitions, should have {topic.partitions}: Kafka cannot "
                f"remove partitions. Next: write down {there.partitions} in topics.toml, or move to a new topic"
            )
            yield Change(Kind.BEYOND_REPAIR, words, topic)
        drifted = {key: value for key, value in topic.settings.items() if there.settings.get(key) != value}
        if drifted:
            said = (f"{key} is {there.settings.get(key)}, should be {value}" for key, value in drifted.items())
            yield Change(Kind.SET, f"topic {name}: {'; '.join(said)}", topic, drifted)
    for name in sorted(found.topics.keys() - wanted.topics.keys()):
        yield Change(Kind.EXTRA_TOPIC, f"topic {name} is not wanted", found.topics[name])


def _of_users(wanted: Layout, found: Layout, with_password: frozenset[str]) -> Iterator[Change]:
    for user in sorted(wanted.users - found.suspended):
        if user not in found.users:
            yield Change(Kind.MAKE_USER, f"user {user}", user)
        elif user not in with_password:
            yield Change(Kind.RENEW_PASSWORD, f"user {user}: we have lost the password, it gets a new one", user)
    for user in sorted(found.users - wanted.users):
        yield Change(Kind.EXTRA_USER, f"user {user} is not wanted", user)


def _of_permissions(wanted: Layout, found: Layout) -> Iterator[Change]:
    for right in sorted(wanted.permissions - found.permissions):
        if right.user not in found.suspended:
            yield Change(Kind.ALLOW, str(right), right)
    for right in sorted(found.permissions - wanted.permissions):
        yield Change(Kind.EXTRA_PERMISSION, f"{right}, which is not wanted", right)
