"""What the commands take from the environment: where a hub is that runs on servers of its own."""

from __future__ import annotations

from pydantic import SecretStr  # noqa: TC002  # pydantic reads it at run time

from services.plumbing.settings import PipesSettings


class CommandSettings(PipesSettings):
    """The pipes' settings, and the door of the agencies; each from a variable that begins with `HUB_`."""

    agency_kafka: str = ""
    """Kafka's listener for agencies, `host:port`; without it the hub's own listener is used."""
    site_key: SecretStr | None = None
    """The site's key, newest first, where services have it from the environment and not from the folder of secrets."""

    @property
    def elsewhere(self) -> bool:
        """Whether HUB_KAFKA and HUB_POSTGRES name servers that exist already."""
        return bool(self.kafka and self.postgres)
