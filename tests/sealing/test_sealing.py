import pytest

from services.plumbing.sealing import Erased, NotSealed, Sealer, Wrapping, is_sealed, record_of
from tests.sealing.memory import KeysInMemory

SITE = bytes(range(32))
RECORD = "ref-" + "a" * 32
OTHER = "ref-" + "b" * 32
PERSON = "per-" + "1" * 32
SOMEBODY = "per-" + "2" * 32
CLEAR = b'{"legal_name":"Juniper Sample"}'


async def sealed(sealer, record=RECORD, field="identity", person=PERSON, clear=CLEAR):
    seals = await sealer.seals(None, [record])
    token = seals.seal(record, field, person, clear)
    await sealer.keep(None, seals)
    return token


async def test_what_is_sealed_opens_again():
    sealer = Sealer(SITE, KeysInMemory())
    assert await sealer.open(None, await sealed(sealer), PERSON) == CLEAR


async def test_a_token_names_its_record_and_shows_nothing_of_what_is_in_it():
    token = await sealed(Sealer(SITE, KeysInMemory()))
    assert is_sealed(token)
    assert record_of(token) == RECORD
    assert "Juniper" not in token


async def test_a_token_opens_for_its_own_person_only():
    sealer = Sealer(SITE, KeysInMemory())
    token = await sealed(sealer)
    with pytest.raises(NotSealed):
        await sealer.open(None, token, SOMEBODY)


async def test_a_token_that_is_moved_to_another_field_or_record_does_not_open():
    sealer = Sealer(SITE, KeysInMemory())
    token = await sealed(sealer)
    await sealed(sealer, record=OTHER)
    for moved in (token.replace(".identity.", ".contact."), token.replace(RECORD, OTHER)):
        with pytest.raises(NotSealed):
            await sealer.open(None, moved, PERSON)


async def test_a_changed_token_does_not_open():
    sealer = Sealer(SITE, KeysInMemory())
    token = await sealed(sealer)
    for changed in (token[:-2], token[:-1] + ("A" if token[-1] != "A" else "E"), token + "A", "hs2" + token[3:], ""):
        with pytest.raises(NotSealed):
            await sealer.open(None, changed, PERSON)


async def test_an_erased_record_does_not_open_any_more():
    keys = KeysInMemory()
    sealer = Sealer(SITE, keys, remembers_seconds=0)
    token = await sealed(sealer)
    assert await keys.destroy(None, RECORD)
    with pytest.raises(Erased):
        await sealer.open(None, token, PERSON)


async def test_what_is_sealed_for_an_erased_record_keeps_nothing():
    keys = KeysInMemory()
    sealer = Sealer(SITE, keys)
    await sealed(sealer)
    await keys.destroy(None, RECORD)
    token = await sealed(sealer)
    assert token == f"hs1.{RECORD}.identity."
    assert keys.kept[RECORD] is None
    with pytest.raises(Erased):
        await sealer.open(None, token, PERSON)


async def test_many_tokens_are_opened_with_one_question():
    keys = KeysInMemory()
    sealer = Sealer(SITE, keys)
    tokens = [await sealed(sealer), await sealed(sealer, record=OTHER), await sealed(sealer, field="contact")]
    keys.asked = 0
    opener = await sealer.opener(None, tokens)
    assert [opener.open(token, PERSON) for token in tokens] == [CLEAR] * 3
    assert keys.asked == 1


async def test_opened_keys_are_remembered_for_a_short_time_and_only_a_few():
    keys, now = KeysInMemory(), [0.0]
    sealer = Sealer(SITE, keys, remembers_seconds=5, remembers_most=1, clock=lambda: now[0])
    first, second = await sealed(sealer), await sealed(sealer, record=OTHER)
    keys.asked = 0
    for token in (first, first, second, first):
        await sealer.open(None, token, PERSON)
    assert keys.asked == 3
    now[0] = 5.0
    await sealer.open(None, first, PERSON)
    assert keys.asked == 4


async def test_keys_are_wrapped_by_the_sites_key_for_their_own_record():
    keys = KeysInMemory()
    token = await sealed(Sealer(SITE, keys))
    with pytest.raises(NotSealed):
        await Sealer(bytes(32), keys).open(None, token, PERSON)
    keys.kept[OTHER] = keys.kept[RECORD]
    with pytest.raises(NotSealed):
        await Sealer(SITE, keys).open(None, token.replace(RECORD, OTHER), PERSON)


def test_what_is_parked_is_wrapped_and_comes_back():
    wrapping = Wrapping(SITE)
    wrapped = wrapping.wrap(CLEAR)
    assert b"Juniper" not in wrapped
    assert wrapping.unwrap(wrapped) == CLEAR
    for wrong in (wrapped[:-1], b"", b"x" * 40):
        with pytest.raises(NotSealed):
            wrapping.unwrap(wrong)


async def test_fields_that_are_sealed_at_once_open_one_by_one_and_in_their_own_place_only():
    sealer = Sealer(SITE, KeysInMemory())
    seals = await sealer.seals(None, [RECORD])
    tokens = seals.seal_each(RECORD, PERSON, {"identity": CLEAR, "contact": CLEAR, "narrative": b"{}"})
    await sealer.keep(None, seals)
    assert [await sealer.open(None, token, PERSON) for token in tokens.values()] == [CLEAR, CLEAR, b"{}"]
    assert tokens["identity"].rpartition(".")[2] != tokens["contact"].rpartition(".")[2]
    with pytest.raises(NotSealed):
        await sealer.open(None, tokens["identity"].replace(".identity.", ".contact."), PERSON)
