"""The embedded hub: a real PostgreSQL and a real Apache Kafka on one machine, without Docker.

Promise: `Platform.started()` gives both, ready to use, and whatever happens to the process that asked for them,
neither is left running behind it.
"""
