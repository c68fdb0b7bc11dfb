from contracts.catalogue import AgencySuspended, LinkAnswered
from services.plumbing.signing import is_pair, new_key, sign, signed_by

PRIVATE, PUBLIC = new_key()
EVENT = AgencySuspended(agency="compass-health", operator="sam-sample")


def test_an_operators_signature_is_known():
    assert signed_by(PUBLIC, "one", EVENT, sign(PRIVATE, "one", EVENT))


def test_a_signature_counts_for_its_own_id_event_and_operator_only():
    signature = sign(PRIVATE, "one", EVENT)
    _, another = new_key()
    answered = LinkAnswered(person="per-" + "1" * 32, other="per-" + "2" * 32, same=True, operator="sam-sample")
    assert not signed_by(PUBLIC, "two", EVENT, signature)
    assert not signed_by(another, "one", EVENT, signature)
    assert not signed_by(PUBLIC, "one", EVENT.model_copy(update={"agency": "unity-care-nw"}), signature)
    assert not signed_by(PUBLIC, "one", answered, signature)


def test_two_halves_of_one_key_are_known_as_such_and_nothing_else_is():
    assert is_pair(PRIVATE, PUBLIC)
    for private, public in ((PRIVATE, new_key()[1]), (new_key()[0], PUBLIC), ("no key", PUBLIC), (PRIVATE, "")):
        assert not is_pair(private, public)


def test_whatever_is_no_signature_is_none():
    for wrong in (None, "", "AAAA", "not base 64 \u00e4", "A" * 86):
        assert not signed_by(PUBLIC, "one", EVENT, wrong)
    assert not signed_by("no key", "one", EVENT, sign(PRIVATE, "one", EVENT))
