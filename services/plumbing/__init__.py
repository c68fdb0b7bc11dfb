"""The pipes: they know Kafka and PostgreSQL, and no event by name."""
