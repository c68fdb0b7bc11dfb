"""What tests stand on: the addresses of one Kafka and one PostgreSQL, wherever they run."""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from services.plumbing.access import KafkaAccess


@dataclass(frozen=True)
class Ground:
    """Reads like `services.local.platform.Platform`, and can be told to another process."""

    kafka: str
    """The hub's own door."""
    agency_kafka: str
    """The door of the agencies."""
    postgres: str
    """The superuser's address."""
    user: str
    password: str
    secrets: Path
    """A folder for passwords that tests make."""
    protocol: str = "SASL_PLAINTEXT"

    @property
    def hub_access(self) -> KafkaAccess:
        return KafkaAccess(self.kafka, self.user, self.password, self.protocol)

    def tell(self, file: Path) -> None:
        """Write down for the other workers of the same run."""
        text = json.dumps({**asdict(self), "secrets": str(self.secrets)})
        new = file.with_suffix(".new")
        new.touch(mode=0o600)
        new.write_text(text)
        new.replace(file)

    @classmethod
    def told(cls, file: Path) -> "Ground":
        words = json.loads(file.read_text())
        return replace(cls(**words), secrets=Path(words["secrets"]))


def with_database(dsn: str, name: str) -> str:
    """The same server and user, another database."""
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{name}"))
