"""Which servers a test run uses: those it is given, else containers where an engine answers, else embedded ones."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from tests.platform.containers import contained, engine_answers
from tests.platform.embedded import embedded, fresh_folder
from tests.platform.ground import Ground


@contextmanager
def chosen(environment: Mapping[str, str] = os.environ) -> Iterator[Ground]:
    """Never a reason to skip a test: in the end there is always the embedded platform.

    HUB_TEST_KAFKA (with HUB_TEST_KAFKA_USER, _PASSWORD and, where agencies come in by another door, _AGENCIES) and
    HUB_TEST_POSTGRES name servers to use. Where only one of them is given, the other is found as usual.
    """
    kafka, postgres = environment.get("HUB_TEST_KAFKA"), environment.get("HUB_TEST_POSTGRES")
    if kafka and postgres:
        with fresh_folder() as folder:
            yield _given(Ground(kafka, kafka, postgres, "", "", folder), environment)
        return
    with contained() if engine_answers() else embedded() as ground:
        yield _given(ground, environment)


def _given(ground: Ground, environment: Mapping[str, str]) -> Ground:
    if kafka := environment.get("HUB_TEST_KAFKA"):
        password = environment.get("HUB_TEST_KAFKA_PASSWORD", "")
        ground = replace(
            ground,
            kafka=kafka,
            agency_kafka=environment.get("HUB_TEST_KAFKA_AGENCIES", kafka),
            user=environment.get("HUB_TEST_KAFKA_USER", "hub"),
            password=password,
            protocol="SASL_PLAINTEXT" if password else "PLAINTEXT",
        )
    if postgres := environment.get("HUB_TEST_POSTGRES"):
        ground = replace(ground, postgres=postgres)
    return ground
