import base64
import os

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.plumbing.keystore import SiteKeyExchanged
from services.plumbing.ring import RECORDS, KeyAway, Ring
from services.plumbing.sealing import Erased, Sealer, Wrapping
from services.plumbing.tokens import NotSealed, Place, record_of, token_in
from tests.sealing.memory import KeysInMemory

SITE = Ring.of(bytes(range(32)))
RECORD = "ref-" + "a" * 32
OTHER = "ref-" + "b" * 32
PERSON = "per-" + "1" * 32
SOMEBODY = "per-" + "2" * 32
EVENT, LATER = "e" * 32, "f" * 32
HERE = Place(PERSON, "identity", RECORD, EVENT)
CLEAR = b'{"legal_name":"Juniper Sample"}'


async def sealed(sealer, record=RECORD, field="identity", person=PERSON, clear=CLEAR, event=EVENT):
    seals = await sealer.seals(None, [record])
    token = seals.seal(record, field, person, event, clear)
    await sealer.keep(None, seals)
    return token


async def of_the_first_form(keys, field="identity", person=PERSON):
    """A token as it was made before tokens knew their event, under a key as it was wrapped before keys had names."""
    key = AESGCM.generate_key(256)
    nonce = os.urandom(12)
    cipher = SITE.keys[0].cipher(RECORDS)
    await keys.keep(None, {RECORD: b"\x01" + nonce + cipher.encrypt(nonce, key, RECORD.encode())})
    raw = nonce + AESGCM(key).encrypt(nonce, CLEAR, f"hs1|{RECORD}|{field}|{person}".encode())
    return f"hs1.{RECORD}.{field}.{base64.urlsafe_b64encode(raw).decode().rstrip('=')}"


async def test_what_is_sealed_opens_again():
    sealer = Sealer(SITE, KeysInMemory())
    token = await sealed(sealer)
    assert await sealer.open(None, token, HERE) == CLEAR
    assert await sealer.open(None, token, Place(PERSON)) == CLEAR


async def test_a_token_names_its_record_and_shows_nothing_of_what_is_in_it():
    token = await sealed(Sealer(SITE, KeysInMemory()))
    assert token_in(token)
    assert record_of(token) == RECORD
    assert "Juniper" not in token
    with pytest.raises(NotSealed):
        record_of("no token")


@pytest.mark.parametrize(
    "elsewhere",
    [
        Place(SOMEBODY),
        Place(PERSON, "contact"),
        Place(PERSON, "identity", OTHER),
        Place(PERSON, "identity", RECORD, LATER),
        Place(PERSON, event=LATER),
    ],
)
async def test_a_token_opens_in_its_own_place_only(elsewhere):
    sealer = Sealer(SITE, KeysInMemory())
    token = await sealed(sealer)
    with pytest.raises(NotSealed):
        await sealer.open(None, token, elsewhere)


@pytest.mark.parametrize(("old", "new"), [(".identity.", ".contact."), (RECORD, OTHER), (EVENT, LATER)])
async def test_a_token_that_is_rewritten_for_another_place_does_not_open_there_either(old, new):
    sealer = Sealer(SITE, KeysInMemory())
    token = await sealed(sealer)
    await sealed(sealer, record=OTHER)
    with pytest.raises(NotSealed):
        await sealer.open(None, token.replace(old, new), Place(PERSON))


async def test_a_token_of_the_first_form_goes_on_opening_for_its_person_record_and_field():
    keys = KeysInMemory()
    token = await of_the_first_form(keys)
    sealer = Sealer(SITE, keys)
    assert await sealer.open(None, token, HERE) == CLEAR
    assert await sealer.open(None, token, HERE._replace(event=LATER)) == CLEAR
    for wrong in (Place(SOMEBODY), Place(PERSON, "contact"), Place(PERSON, "identity", OTHER)):
        with pytest.raises(NotSealed):
            await sealer.open(None, token, wrong)


async def test_no_token_is_taken_for_one_of_the_other_form():
    keys = KeysInMemory()
    first, sealer = await of_the_first_form(keys), Sealer(SITE, keys)
    token = await sealed(sealer)
    without, within = token.replace(f".{EVENT}.", "."), first.replace(".identity.", f".identity.{EVENT}.")
    for wrong in (without, within, "hs1" + token[3:], "hs2" + first[3:], "hs1" + without[3:], "hs2" + within[3:]):
        with pytest.raises(NotSealed):
            await sealer.open(None, wrong, Place(PERSON))


async def test_a_changed_token_does_not_open():
    sealer = Sealer(SITE, KeysInMemory())
    token = await sealed(sealer)
    for changed in (token[:-2], token[:-1] + ("A" if token[-1] != "A" else "E"), token + "A", "hs3" + token[3:], ""):
        with pytest.raises(NotSealed):
            await sealer.open(None, changed, HERE)


async def test_what_an_amendment_carries_over_is_sealed_for_the_event_that_carries_it():
    keys = KeysInMemory()
    first, sealer = await of_the_first_form(keys), Sealer(SITE, keys)
    token = await sealed(sealer, field="contact")
    seals = await sealer.seals(None, [RECORD])
    again = seals.seal_again(RECORD, PERSON, LATER, {"identity": first, "contact": token})
    opener = await sealer.opener(None, again.values())
    for field, carried in again.items():
        assert opener.open(carried, Place(PERSON, field, RECORD, LATER)) == CLEAR
        with pytest.raises(NotSealed):
            opener.open(carried, Place(PERSON, field, RECORD, EVENT))


async def test_what_stands_in_another_place_is_not_carried_over():
    sealer = Sealer(SITE, KeysInMemory())
    token = await sealed(sealer)
    seals = await sealer.seals(None, [RECORD])
    for record, person, field in (
        (RECORD, SOMEBODY, "identity"),
        (RECORD, PERSON, "contact"),
        (OTHER, PERSON, "contact"),
    ):
        with pytest.raises(NotSealed):
            seals.seal_again(record, person, LATER, {field: token})


async def test_an_erased_record_does_not_open_any_more():
    keys = KeysInMemory()
    sealer = Sealer(SITE, keys, remembers_seconds=0)
    token = await sealed(sealer)
    assert await keys.destroy(None, RECORD)
    with pytest.raises(Erased):
        await sealer.open(None, token, HERE)


async def test_what_is_sealed_for_an_erased_record_keeps_nothing():
    keys = KeysInMemory()
    sealer = Sealer(SITE, keys)
    before = await sealed(sealer)
    await keys.destroy(None, RECORD)
    token = await sealed(sealer)
    assert token == f"hs2.{RECORD}.identity.{EVENT}."
    assert keys.kept[RECORD] is None
    with pytest.raises(Erased):
        await sealer.open(None, token, HERE)
    again = (await sealer.seals(None, [RECORD])).seal_again(RECORD, PERSON, LATER, {"identity": before})
    assert again == {"identity": f"hs2.{RECORD}.identity.{LATER}."}


async def test_what_cannot_stand_in_a_token_is_not_sealed():
    seals = await Sealer(SITE, KeysInMemory()).seals(None, [])
    for record, field, event in (("ref", "note", EVENT), (RECORD, "a note", EVENT), (RECORD, "note", "first")):
        with pytest.raises(ValueError, match="A "):
            seals.seal(record, field, PERSON, event, CLEAR)


async def test_many_tokens_are_opened_with_one_question():
    keys = KeysInMemory()
    sealer = Sealer(SITE, keys)
    tokens = [await sealed(sealer), await sealed(sealer, record=OTHER), await sealed(sealer, field="contact")]
    keys.asked = 0
    opener = await sealer.opener(None, tokens)
    assert [opener.open(token, Place(PERSON)) for token in tokens] == [CLEAR] * 3
    assert keys.asked == 1


async def test_opened_keys_are_remembered_for_a_short_time_and_only_a_few():
    keys, now = KeysInMemory(), [0.0]
    sealer = Sealer(SITE, keys, remembers_seconds=5, remembers_most=1, clock=lambda: now[0])
    first, second = await sealed(sealer), await sealed(sealer, record=OTHER)
    keys.asked = 0
    for token in (first, first, second, first):
        await sealer.open(None, token, Place(PERSON))
    assert keys.asked == 3
    now[0] = 5.0
    await sealer.open(None, first, HERE)
    assert keys.asked == 4
    sealer.forget()
    await sealer.open(None, first, HERE)
    assert keys.asked == 5


async def test_keys_are_wrapped_by_the_sites_key_for_their_own_record():
    keys = KeysInMemory()
    token = await sealed(Sealer(SITE, keys))
    with pytest.raises(KeyAway):
        await Sealer(Ring.of(bytes(32)), keys).open(None, token, HERE)
    keys.kept[OTHER] = keys.kept[RECORD]
    with pytest.raises(NotSealed):
        await Sealer(SITE, keys).open(None, token.replace(RECORD, OTHER), Place(PERSON))


async def test_a_key_that_is_wrapped_while_the_sites_key_is_exchanged_is_wrapped_again():
    class Exchanged(KeysInMemory):
        """The site's key is exchanged at the very moment in which a key is kept."""

        async def keep(self, conn, made):
            await super().keep(conn, made)
            ring._keys = Ring.of(bytes(32), bytes(range(32))).keys

    ring = Ring.of(bytes(range(32)))
    sealer = Sealer(ring, Exchanged())
    with pytest.raises(SiteKeyExchanged):
        await sealed(sealer)
    token = await sealed(Sealer(ring, KeysInMemory()))
    assert token_in(token)


def test_what_is_parked_is_wrapped_and_comes_back():
    wrapping = Wrapping(SITE)
    wrapped = wrapping.wrap(CLEAR)
    assert b"Juniper" not in wrapped
    assert wrapping.unwrap(wrapped) == CLEAR
    for wrong in (wrapped[:-1], wrapped[:20], b"", b"x" * 40):
        with pytest.raises(NotSealed):
            wrapping.unwrap(wrong)


async def test_fields_that_are_sealed_at_once_open_one_by_one_and_in_their_own_place_only():
    sealer = Sealer(SITE, KeysInMemory())
    seals = await sealer.seals(None, [RECORD])
    tokens = seals.seal_each(RECORD, PERSON, EVENT, {"identity": CLEAR, "contact": CLEAR, "narrative": b"{}"})
    await sealer.keep(None, seals)
    assert [await sealer.open(None, token, Place(PERSON)) for token in tokens.values()] == [CLEAR, CLEAR, b"{}"]
    assert tokens["identity"].rpartition(".")[2] != tokens["contact"].rpartition(".")[2]
    with pytest.raises(NotSealed):
        await sealer.open(None, tokens["identity"].replace(".identity.", ".contact."), Place(PERSON))
