"""How a service reaches Kafka and PostgreSQL, and how it paces itself; nothing else here reads the environment."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from contracts import topics
from services.plumbing.access import KafkaAccess
from services.plumbing.passwords import Passwords
from services.plumbing.roles import role_of

if TYPE_CHECKING:
    from services.plumbing.keystore import SiteKeys

_DATABASE_PASSWORDS: Final = "postgres"


class NoAddress(ValueError):
    """HUB_KAFKA and HUB_POSTGRES say where the servers are. Next: set both, or use `hub up`."""


def _instance() -> str:
    return f"{socket.gethostname()}-{os.getpid()}"


class NoKeys(ValueError):
    """HUB_SITE_KEY, HUB_PSEUDONYM_KEY and HUB_MATCHING_KEY give the site's keys, or HUB_SECRETS their folder."""


class KeySettings(BaseSettings):
    """The site's keys, for who seals, opens or looks people up. Base 64; given here they win over the folder's."""

    model_config = SettingsConfigDict(env_prefix="HUB_", env_ignore_empty=True, frozen=True, extra="ignore")

    site_key: SecretStr | None = None
    """The newest, and after commas or spaces those before it, until nothing is wrapped under them any more."""
    pseudonym_key: SecretStr | None = None
    matching_key: SecretStr | None = None
    secrets: Path | None = None
    """The folder of the hub's secrets."""

    @property
    def given_keys(self) -> SiteKeys | None:
        """The keys as the environment gives them; None where it does not give all three.

        Raises:
            NotAKey: one of them is not a key.
        """
        if self.site_key is None or self.pseudonym_key is None or self.matching_key is None:
            return None
        from services.plumbing.keystore import SiteKeys  # noqa: PLC0415  # most commands start without it

        return SiteKeys.from_texts(
            site=self.site_key.get_secret_value(),
            pseudonym=self.pseudonym_key.get_secret_value(),
            matching=self.matching_key.get_secret_value(),
        )

    def keys(self) -> SiteKeys:
        """Return the site's keys; what is missing in the folder is made.

        Raises:
            NoKeys: they are nowhere.
            NotAKey: one of them is not a key.
        """
        from services.plumbing.keystore import ensure_keys  # noqa: PLC0415  # as above

        given = self.given_keys
        if given is not None:
            return given
        if self.secrets is None:
            raise NoKeys(NoKeys.__doc__)
        return ensure_keys(self.secrets)


class PipesSettings(BaseSettings):
    """Each from a variable that begins with `HUB_`; the unit is in the name."""

    model_config = SettingsConfigDict(env_prefix="HUB_", env_ignore_empty=True, frozen=True, extra="ignore")

    kafka: str = ""
    """Kafka's hub listener, `host:port`, several joined by commas."""
    kafka_user: str = "hub"
    """At a site with a realm, without it: Kafka knows the user by both."""
    kafka_password: SecretStr | None = None
    kafka_password_file: Path | None = None
    kafka_protocol: str = "SASL_PLAINTEXT"
    """`SASL_SSL` in production."""

    postgres: str = ""
    """The address (DSN) of the hub's database; each service puts its own role's name and password into it."""
    postgres_password: SecretStr | None = None
    """The password of the service's role; else it is looked for in the secrets' folder, else none is given."""
    postgres_password_file: Path | None = None
    secrets: Path | None = None
    """The folder of the hub's passwords; those of database roles are in its folder `postgres`."""

    site: str = "whatcom"
    realm: str = Field(default="", pattern=r"^[a-z0-9-]*$")
    """What stands before all names of this site in Kafka and PostgreSQL: empty for the first site of a hub, its slug
    for each further one."""
    instance: str = Field(default_factory=_instance)
    """What tells this process from others of the same service. With a name that stays over a restart the group waits
    for it to come back and moves nothing."""
    static_membership: bool = False
    """Whether `instance` is such a name."""

    batch_records: int = Field(default=250, ge=1, le=10_000)
    """What is handled in one transaction at most. Two batches are under way, so memory goes with it."""
    fetch_bytes: int = Field(default=4 * 1024 * 1024, ge=65_536)
    """What one fetch brings at most. A message that is larger comes all the same. So much of an agency's topic waits in
    memory, and an eighth of it for each partition of the hub's own: a few batches of ordinary records."""
    batch_wait_milliseconds: int = Field(default=1_000, ge=1)
    """How long one look for records waits in vain; it ends with the first that comes."""
    commit_milliseconds: int = Field(default=50, ge=0)
    """How long the offsets of what is handled wait for others, to be committed together."""
    message_most_bytes: int = Field(default=900_000, ge=10_000)
    session_timeout_milliseconds: int = Field(default=30_000, ge=1_000)
    rebalance_timeout_milliseconds: int = Field(default=60_000, ge=1_000)
    request_timeout_milliseconds: int = Field(default=10_000, ge=1_000)
    metadata_age_milliseconds: int = Field(default=3_000, ge=100)
    """How soon a new agency's topic is seen."""

    relay_rows: int = Field(default=1_000, ge=1)
    relay_poll_milliseconds: int = Field(default=1_000, ge=1)
    """How often it looks unasked: what is committed is told to the relay that leads."""
    lane_retry_seconds: float = Field(default=10.0, gt=0)
    """How long a lane that Kafka refuses waits before it is tried again."""

    clock_poll_milliseconds: int = Field(default=200, ge=1)
    clock_skew_milliseconds: int = Field(default=250, ge=0)
    """How far the broker's clock may be behind ours."""

    retry_first_milliseconds: int = Field(default=50, ge=1)
    retry_most_seconds: float = Field(default=5.0, gt=0)
    database_timeout_seconds: float = Field(default=30.0, gt=0)
    stop_most_seconds: float = Field(default=15.0, gt=0)

    tidy_seconds: float = Field(default=60.0, gt=0)
    """How often what was admitted is removed from the agencies' topics."""
    heartbeat_seconds: float = Field(default=2.0, gt=0)
    health_port: int | None = None
    """Where the health page is served on 127.0.0.1; none is served without it."""
    stuck_after_seconds: float = Field(default=60.0, gt=0)

    @property
    def access(self) -> KafkaAccess:
        """How to reach Kafka.

        Raises:
            NoAddress: HUB_KAFKA is not set.
        """
        if not self.kafka:
            raise NoAddress(NoAddress.__doc__)
        user = topics.outside(self.realm, self.kafka_user)
        return KafkaAccess(self.kafka, user, self._kafka_password(), self.kafka_protocol, self.realm)

    def database_password(self, service: str) -> str | None:
        """Return the password of the service's role, or None where the database asks for none."""
        if self.postgres_password is not None:
            return self.postgres_password.get_secret_value()
        if self.postgres_password_file is not None:
            return self.postgres_password_file.read_text().strip()
        return (
            Passwords(self.secrets / _DATABASE_PASSWORDS).known(role_of(service, self.realm)) if self.secrets else None
        )

    def _kafka_password(self) -> str:
        if self.kafka_password is not None:
            return self.kafka_password.get_secret_value()
        if self.kafka_password_file is not None:
            return self.kafka_password_file.read_text().strip()
        return (Passwords(self.secrets).known(self.kafka_user) if self.secrets else None) or ""
