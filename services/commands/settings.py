"""What the commands take from the environment: where a hub is that runs on servers of its own."""

from __future__ import annotations

from pathlib import Path

from services.plumbing.access import KafkaAccess
from services.plumbing.settings import KeySettings, PipesSettings


class CommandSettings(KeySettings, PipesSettings):
    """The pipes' settings, the site's keys, the agencies' door; each from a variable that begins with `HUB_`."""

    agency_kafka: str = ""
    """Kafka's listener for agencies, `host:port`; without it the hub's own listener is used."""

    kafka_administrator_password_file: Path | None = None
    """The password of Kafka's administrator, `hub`, where a site with a realm makes its topics and users."""

    @property
    def administrator(self) -> KafkaAccess | None:
        """Who makes topics and users where the services' own user may not; None where no password is given."""
        if not self.realm or self.kafka_administrator_password_file is None:
            return None
        password = self.kafka_administrator_password_file.read_text().strip()
        return KafkaAccess(self.kafka, self.kafka_user, password, self.kafka_protocol, self.realm)

    @property
    def elsewhere(self) -> bool:
        """Whether HUB_KAFKA and HUB_POSTGRES name servers that exist already."""
        return bool(self.kafka and self.postgres)
