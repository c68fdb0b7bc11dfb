"""How somebody reaches Kafka: an address, a user, a password."""

from dataclasses import dataclass, field
from typing import Any

from contracts import topics

MECHANISM = "SCRAM-SHA-512"


@dataclass(frozen=True)
class KafkaAccess:
    """Speaks the dialect of each client. The password never shows in a representation."""

    bootstrap: str
    user: str
    password: str = field(repr=False)
    protocol: str = "SASL_PLAINTEXT"
    """`SASL_SSL` in production, where the network is not one machine; `PLAINTEXT` for a test server without users."""
    realm: str = ""
    """The prefix of this site's names, without its dot; empty for the first site of a hub."""

    def outside(self, name: str) -> str:
        """Return what Kafka calls a topic or group of this site."""
        return topics.outside(self.realm, name)

    def inside(self, name: str) -> str | None:
        """Return what this site calls a topic or group of Kafka; None where it is another site's."""
        return topics.inside(self.realm, name)

    def for_librdkafka(self) -> dict[str, Any]:
        """For confluent_kafka's clients and its AdminClient."""
        way = {"bootstrap.servers": self.bootstrap, "security.protocol": self.protocol}
        if not self.protocol.startswith("SASL"):
            return way
        return {
            **way,
            "sasl.mechanism": MECHANISM,
            "sasl.username": self.user,
            "sasl.password": self.password,
        }

    def for_aiokafka(self) -> dict[str, Any]:
        """For aiokafka's producer, consumer and admin client, as keyword arguments."""
        way = {"bootstrap_servers": self.bootstrap, "security_protocol": self.protocol}
        if not self.protocol.startswith("SASL"):
            return way
        return {
            **way,
            "sasl_mechanism": MECHANISM,
            "sasl_plain_username": self.user,
            "sasl_plain_password": self.password,
        }

    def for_looking(self) -> dict[str, Any]:
        """For an aiokafka consumer of no group that looks at what is there, and does not wait for what may come.

        Kafka answers a connection in turn: a question would wait for as long as the fetch before it finds nothing.
        """
        return {**self.for_aiokafka(), "group_id": None, "enable_auto_commit": False, "fetch_max_wait_ms": 10}
