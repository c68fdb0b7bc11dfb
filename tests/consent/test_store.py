"""One scenario over both stores: what is saved is what is loaded, and nothing else."""

import json

import pytest

from contracts.catalogue import ConsentSigned
from contracts.to_hub.consent_signed import ConsentSignedV1
from services.consent.domain import Register
from services.consent.store import Registers
from tests.consent.examples import HOLDER, PERSON, Stage, accepted, own_care, revoked, signed
from tests.consent.memory import MemoryRegisters
from tests.platform.kept import OTHER, in_memory, in_postgres, migrations, what_is_saved_is_what_is_loaded


@pytest.fixture(params=["memory", "postgres"])
def opened(request):
    """A store that holds nothing, with its connection: in memory or on a real PostgreSQL."""
    if request.param == "memory":
        return in_memory(MemoryRegisters())
    return in_postgres("consent", Registers(), request.getfixturevalue("database"))


async def test_what_is_saved_is_what_is_loaded(opened):
    register = Stage().given(accepted(), signed(), own_care(form_reference="ROI-1"), revoked()).register
    await what_is_saved_is_what_is_loaded(opened, PERSON, register, Register())


AS_VERSION_1_KEPT_IT = {
    "signings": {
        f"{HOLDER}/m-1": {
            "message_id": "m-1", "witness": HOLDER, "at": "2026-03-02T20:00:00Z", "consent_id": "con-" + "a" * 32,
            "signed": {
                "form_reference": "ROI-1", "kind": "part2_specific", "discloser": HOLDER, "recipients": ["sea-mar"],
                "categories": ["identity"], "purpose": "service_provision", "signed_on": "2026-03-02",
                "expires_with": "charge_decided",
            },
        },
        f"{HOLDER}/m-2": {
            "message_id": "m-2", "witness": HOLDER, "at": "2026-03-02T21:00:00Z", "consent_id": "con-" + "b" * 32,
            "signed": {
                "form_reference": "ROI-2", "kind": "hub_handoff", "discloser": "bellingham-police",
                "recipients": [HOLDER], "categories": ["identity"], "purpose": "care_coordination",
                "signed_on": "2026-03-02", "signature": "verbal",
            },
        },
    },
    "granted": ["con-" + "a" * 32],
}  # fmt: skip


async def test_registers_from_before_read_as_if_their_forms_were_heard_anew(database):
    async with in_postgres("consent", Registers(), database) as (store, conn):
        await conn.execute("DELETE FROM registers")
        for person, state in ((PERSON, AS_VERSION_1_KEPT_IT), (OTHER, {"granted": ["con-" + "c" * 32]})):
            await conn.execute("INSERT INTO registers VALUES ($1, $2)", person, json.dumps(state))
        await conn.execute(migrations("consent")[1].sql)
        states = (await store.load(conn, [PERSON, OTHER], [])).states

    assert states[OTHER] == Register(granted=frozenset({"con-" + "c" * 32}))
    assert states[PERSON].granted == {"con-" + "a" * 32}
    for signing in states[PERSON].signings.values():
        kept = AS_VERSION_1_KEPT_IT["signings"][signing.key]["signed"]
        assert signing.signed == ConsentSigned.upcast(ConsentSignedV1.model_validate_json(json.dumps(kept)))
