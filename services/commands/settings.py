"""What the commands take from the environment: where a hub is that runs on servers of its own."""

from __future__ import annotations

from services.plumbing.settings import KeySettings, PipesSettings


class CommandSettings(KeySettings, PipesSettings):
    """The pipes' settings, the site's keys, the agencies' door; each from a variable that begins with `HUB_`."""

    agency_kafka: str = ""
    """Kafka's listener for agencies, `host:port`; without it the hub's own listener is used."""

    @property
    def elsewhere(self) -> bool:
        """Whether HUB_KAFKA and HUB_POSTGRES name servers that exist already."""
        return bool(self.kafka and self.postgres)
