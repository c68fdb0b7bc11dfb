"""What the commands take from the environment: where a hub is that runs on servers of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import SecretStr  # noqa: TC002  # pydantic reads it at run time

from services.plumbing.settings import PipesSettings

if TYPE_CHECKING:
    from services.plumbing.keystore import SiteKeys


class CommandSettings(PipesSettings):
    """The pipes' settings, and the door of the agencies; each from a variable that begins with `HUB_`."""

    agency_kafka: str = ""
    """Kafka's listener for agencies, `host:port`; without it the hub's own listener is used."""
    site_key: SecretStr | None = None
    """The site's key, newest first, where services have it from the environment and not from the folder of secrets."""

    pseudonym_key: SecretStr | None = None
    matching_key: SecretStr | None = None

    @property
    def given_keys(self) -> SiteKeys | None:
        """The site's keys as the services have them from the environment; None where they have them from the folder.

        Raises:
            NotAKey: one of them is not a key.
        """
        if self.site_key is None or self.pseudonym_key is None or self.matching_key is None:
            return None
        from services.plumbing.keystore import SiteKeys

        return SiteKeys.from_texts(
            site=self.site_key.get_secret_value(),
            pseudonym=self.pseudonym_key.get_secret_value(),
            matching=self.matching_key.get_secret_value(),
        )

    @property
    def elsewhere(self) -> bool:
        """Whether HUB_KAFKA and HUB_POSTGRES name servers that exist already."""
        return bool(self.kafka and self.postgres)
