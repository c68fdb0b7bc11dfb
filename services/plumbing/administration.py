"""Makes topics, users, passwords and permissions on Kafka what they should be; repeatable, and shows what it changes.

The pure part, what should be and what differs, is in `layout`. Here is who asks Kafka and tells it. A suspension is
kept in Kafka itself, as a denial of every topic: so it holds for whoever administers next, from whichever machine.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from confluent_kafka import KafkaException
from confluent_kafka.admin import (  # type: ignore[attr-defined] # it exports these without saying so
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)

from contracts import topics
from services.plumbing.access import KafkaAccess
from services.plumbing.acls import (
    allowance,
    everything,
    exactly,
    permission_of,
    suspends,
    suspension,
    suspensions_of,
)
from services.plumbing.acls import (
    user_of as user_in,
)
from services.plumbing.layout import (
    Change,
    Kind,
    Layout,
    Permission,
    Topic,
    differences,
    permissions_of,
    services_user,
    user_of,
    within,
)
from services.plumbing.passwords import Passwords

SECONDS_TO_ANSWER = 30.0
SECONDS_IN_EFFECT = 15.0
ITERATIONS = 8192

SILENT = logging.getLogger("services.plumbing.librdkafka")
"""librdkafka tells of every failed knock on standard error; who asked hears of it as an exception."""
SILENT.addHandler(logging.NullHandler())
SILENT.propagate = False


class NotInEffect(Exception):
    """Kafka accepted the changes, but does not show them. Next: look at its log, then apply again."""


class UnknownAgency(Exception):
    """Kafka has no such agency. Next: `hub agency list` names them; `hub topics apply` makes those of the site."""


class Administration:
    """Administers one Kafka with the rights of `access`; passwords of agencies are kept in `passwords`.

    All methods wait in a thread, never in the event loop, and return when what they did is in effect.
    They raise confluent_kafka's KafkaException when Kafka is away or refuses. Where the access names a realm, they see
    and change what is that site's alone; agencies are named by their slugs, passwords kept by them.
    """

    def __init__(self, access: KafkaAccess, passwords: Passwords) -> None:
        """Connects with the first question."""
        self._access = access
        self._passwords = passwords
        self._realm = access.realm
        # Without a quick second knock a broker that has just come back is found a second late.
        self._admin = AdminClient({**access.for_librdkafka(), "reconnect.backoff.max.ms": 1000}, logger=SILENT)

    async def actual(self) -> Layout:
        """What Kafka holds now; its own internal topics and our own user are left out."""
        return await asyncio.to_thread(self._actual)

    async def suspended(self) -> frozenset[str]:
        """The agencies that are shut out now, by their slugs."""
        return frozenset(map(self._slug, (await self.actual()).suspended))

    async def differences(self, wanted: Layout) -> list[Change]:
        """What `apply` would change."""
        return differences(wanted, await self.actual(), self._with_password())

    async def apply(self, wanted: Layout, *, remove_extra: bool = False) -> list[Change]:
        """Make it so, and say what was changed; again changes nothing.

        What is there without being wanted is in the answer too, and removed only with `remove_extra`.
        """
        return await asyncio.to_thread(self._apply, wanted, remove_extra)

    async def rotate(self, slug: str) -> str:
        """Give the agency a new password, at once; what is connected stays until it connects again."""
        return await asyncio.to_thread(self._rotate, slug)

    async def suspend(self, slug: str) -> None:
        """Shut the agency out, also where it is connected now; what waits for it stays. Again does nothing."""
        await asyncio.to_thread(self._suspend, slug)

    async def resume(self, slug: str) -> None:
        """Let the agency in again, with the password it had. Does nothing for one that is not suspended."""
        await asyncio.to_thread(self._resume, slug)

    def _actual(self) -> Layout:
        listed = self._admin.list_topics(timeout=SECONDS_TO_ANSWER).topics
        partitions = {name: len(topic.partitions) for name, topic in listed.items() if not name.startswith("__")}
        asked = [ConfigResource(ConfigResource.Type.TOPIC, name) for name in partitions]
        # Kafka's client refuses to be asked about nothing.
        answers = self._admin.describe_configs(asked) if asked else {}
        settings = {resource.name: _values(_wait(answer)) for resource, answer in answers.items()}
        # Before the users: who may not ask for them is refused here, while the client would crash on that refusal.
        allowed, suspended = self._permissions()
        users = _wait(self._admin.describe_user_scram_credentials())
        return within(self._realm, Layout(
            topics={name: Topic(name, count, settings[name]) for name, count in partitions.items()},
            users=frozenset(users) - {self._access.user},
            permissions=allowed,
            suspended=suspended,
        ))  # fmt: skip

    def _with_password(self) -> list[str]:
        own = services_user(self._realm)
        known = self._realm and self._kept(own).known(self._slug(own))
        return [user_of(name, self._realm) for name in self._passwords.names()] + ([own] if known else [])

    def _kept(self, user: str) -> Passwords:
        """Where the password of a user is: that of a realm's services is beside the agencies' folder."""
        own = bool(self._realm) and user == services_user(self._realm)
        return Passwords(self._passwords.folder.parent) if own else self._passwords

    def _slug(self, user: str) -> str:
        """By which name the password of a user is kept."""
        return topics.inside(self._realm, user) or user

    def _permissions(self) -> tuple[frozenset[Permission], frozenset[str]]:
        found = _wait(self._admin.describe_acls(everything()))
        allowed = frozenset(right for right in map(permission_of, found) if right is not None)
        return allowed, frozenset(user_in(acl) for acl in found if suspends(acl))

    def _apply(self, wanted: Layout, remove_extra: bool) -> list[Change]:  # noqa: FBT001 - private
        changes = differences(wanted, self._actual(), self._with_password())
        done = [change for change in changes if remove_extra or not change.extra]
        for kind in Kind:
            same = [change.what for change in done if change.kind == kind]
            if same and kind != Kind.BEYOND_REPAIR:
                self._mend(kind, same, [change for change in done if change.kind == kind])

        def mended(found: Layout) -> bool:
            left = differences(wanted, found, self._with_password())
            return all(c.kind == Kind.BEYOND_REPAIR or (c.extra and not remove_extra) for c in left)

        self._await(mended, "; ".join(change.words for change in done))
        return changes

    def _mend(self, kind: Kind, things: list[Any], changes: list[Change]) -> None:
        """All changes of one kind in one request."""
        match kind:
            case Kind.MAKE_TOPIC:
                new = [NewTopic(t.name, num_partitions=t.partitions, config=dict(t.settings)) for t in things]
                _wait_all(self._admin.create_topics(new))
            case Kind.ADD_PARTITIONS:
                _wait_all(self._admin.create_partitions([NewPartitions(t.name, t.partitions) for t in things]))
            case Kind.SET:
                _wait_all(self._admin.incremental_alter_configs([_alteration(change) for change in changes]))
            case Kind.MAKE_USER:
                self._let_in({user: self._kept(user).of(self._slug(user)) for user in things})
            case Kind.RENEW_PASSWORD:
                self._let_in({user: self._kept(user).renew(self._slug(user)) for user in things})
            case Kind.ALLOW:
                _wait_all(self._admin.create_acls([allowance(right) for right in things]))
            case Kind.EXTRA_TOPIC:
                _wait_all(self._admin.delete_topics([t.name for t in things]))
            case Kind.EXTRA_USER:
                self._shut_out(things)
            case Kind.EXTRA_PERMISSION:
                _wait_all(self._admin.delete_acls([exactly(right) for right in things]))

    def _rotate(self, slug: str) -> str:
        user = user_of(slug, self._realm)
        suspended = user in self._require(user).suspended
        before = self._passwords.known(slug)
        password = self._passwords.renew(slug)
        if suspended:
            # It counts from the day the agency comes back.
            return password
        try:
            self._let_in({user: password})
        except KafkaException:
            # Kafka still has the old one.
            if before is not None:
                self._passwords.keep(slug, before)
            raise
        self._await_login(user, password)
        return password

    def _suspend(self, slug: str) -> None:
        user = user_of(slug, self._realm)
        self._require(user)
        _wait_all(self._admin.create_acls([suspension(user)]))
        _wait_all(self._admin.delete_acls([exactly(right) for right in permissions_of(slug, self._realm)]))
        if user in _wait(self._admin.describe_user_scram_credentials()):
            self._shut_out([user])
        self._await(lambda found: user in found.suspended and user not in found.users, f"suspension of {slug}")

    def _resume(self, slug: str) -> None:
        user = user_of(slug, self._realm)
        if user not in self._require(user).suspended:
            return
        password = self._passwords.of(slug)
        rights = permissions_of(slug, self._realm)
        self._let_in({user: password})
        _wait_all(self._admin.create_acls([allowance(right) for right in rights]))
        _wait_all(self._admin.delete_acls([suspensions_of(user)]))
        self._await(lambda found: user not in found.suspended and rights <= found.permissions, f"return of {slug}")
        self._await_login(user, password)

    def _require(self, user: str) -> Layout:
        found = self._actual()
        if user == services_user(self._realm) or user not in found.users | found.suspended:
            raise UnknownAgency(self._slug(user))
        return found

    def _let_in(self, passwords: dict[str, str]) -> None:
        info = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, ITERATIONS)
        _wait_all(
            self._admin.alter_user_scram_credentials(
                [UserScramCredentialUpsertion(user, info, word.encode()) for user, word in passwords.items()]
            )
        )

    def _shut_out(self, users: list[str]) -> None:
        _wait_all(
            self._admin.alter_user_scram_credentials(
                [UserScramCredentialDeletion(user, ScramMechanism.SCRAM_SHA_512) for user in users]
            )
        )

    def _await(self, holds: Callable[[Layout], bool], what: str) -> None:
        """Brokers learn what the controller accepted a moment later: wait until what we see is what we said."""
        deadline = time.monotonic() + SECONDS_IN_EFFECT
        while not holds(self._actual()):
            if time.monotonic() > deadline:
                raise NotInEffect(what)
            time.sleep(0.05)

    def _await_login(self, user: str, password: str) -> None:
        deadline = time.monotonic() + SECONDS_IN_EFFECT
        access = replace(self._access, user=user, password=password)
        client = AdminClient({**access.for_librdkafka(), "reconnect.backoff.ms": 20}, logger=SILENT)
        while True:
            try:
                client.list_topics(timeout=1)
            except KafkaException:
                if time.monotonic() > deadline:
                    message = f"password of {user}"
                    raise NotInEffect(message) from None
            else:
                return


def _wait(answer: Any) -> Any:
    """Kafka's answer to one question; the client's own types say future or mapping where it is always a future."""
    return answer.result(SECONDS_TO_ANSWER)


def _wait_all(answers: dict[Any, Any]) -> None:
    for answer in answers.values():
        _wait(answer)


def _values(entries: dict[str, ConfigEntry]) -> dict[str, str]:
    return {name: entry.value for name, entry in entries.items() if entry.value is not None}


def _alteration(change: Change) -> ConfigResource:
    entries = [
        ConfigEntry(key, value, incremental_operation=AlterConfigOpType.SET) for key, value in change.settings.items()
    ]
    return ConfigResource(ConfigResource.Type.TOPIC, cast("Topic", change.what).name, incremental_configs=entries)
