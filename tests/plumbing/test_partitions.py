"""The hub's own way to a partition is every client's: a person's facts stay together, whoever writes them."""

from __future__ import annotations

from aiokafka.partitioner import murmur2
from hypothesis import given
from hypothesis import strategies as st

from services.plumbing.sending import partition_of


@given(st.binary(max_size=80), st.integers(min_value=1, max_value=60))
def test_a_key_goes_where_every_kafka_client_puts_it(key: bytes, partitions: int):
    assert partition_of(key, partitions) == (murmur2(key) & 0x7FFFFFFF) % partitions
