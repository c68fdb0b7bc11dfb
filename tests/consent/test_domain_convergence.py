"""Any duplication and any interleaving of the same facts leaves the same register, and the same consents in force."""

from hypothesis import given, settings
from hypothesis import strategies as some

from contracts.envelope import readdressed
from services.consent.domain import Register, evolve
from tests.consent.examples import (
    PROVIDER,
    YOUTH,
    Stage,
    accepted,
    asked_onward,
    declined,
    ended,
    expiry_due,
    hours,
    own_care,
    referral_received,
    relation_due,
    revoked,
    signed,
)


def a_whole_life():
    """Everything that may happen to one person's consents, with what the service itself said of it."""
    stranger = own_care(at=0.5, by=YOUTH)
    stage = Stage().given(referral_received(), accepted(), asked_onward(), signed(), own_care(form_reference="ROI-1"))
    stage.given(
        stranger, signed(at=0.6, categories=("incident",)), signed(at=0.7, form_reference="ROI-2", expires_at=hours(9))
    )
    stage.given(revoked(at=1.0), expiry_due(9, form="ROI-2"), signed(at=10.0, form_reference="ROI-3"))
    stage.given(
        declined(at=11.0),
        relation_due(stranger),
        signed(at=12.0, form_reference="ROI-4", expires_with="end_of_participation"),
    )
    return stage.given(ended(), revoked(at=50.0, by=PROVIDER))


LIFE = a_whole_life()


@settings(max_examples=200, deadline=None)
@given(some.permutations(LIFE.facts), some.lists(some.sampled_from(LIFE.facts), max_size=6))
def test_the_same_facts_in_any_order_and_number_leave_the_same_register(order, again):
    register = Register()
    for fact in [*order, *again]:
        register = evolve(register, fact)
    assert register == LIFE.register


def test_a_register_survives_being_written_down():
    assert Register.model_validate_json(LIFE.register.model_dump_json()) == LIFE.register


FORMS = ("ROI-1", "ROI-2")
WITNESSES = ("opportunity-council", "compass-health", "northwest-youth-services")
REPORTS = some.one_of(
    some.builds(
        signed, by=some.sampled_from(WITNESSES), form_reference=some.sampled_from(FORMS),
        expires_with=some.sampled_from(("none", "end_of_participation")),
        kind=some.sampled_from(("hub_handoff", "part2_specific")),
    ),
    some.builds(own_care, by=some.sampled_from(WITNESSES), form_reference=some.sampled_from(FORMS)),
    some.builds(
        revoked, by=some.sampled_from(WITNESSES), form=some.sampled_from((*FORMS, None)),
        how=some.sampled_from(("verbal", "written")),
    ),
    some.builds(declined, by=some.sampled_from(WITNESSES)),
)  # fmt: skip
ASSIGNMENTS = some.one_of(
    some.builds(accepted, agency=some.sampled_from(WITNESSES)),
    some.builds(asked_onward, provider=some.sampled_from(WITNESSES)),
    some.builds(ended),
)


def in_time(facts):
    """The facts, one an hour in the order of their topic."""
    return [at_hour(fact, hour) for hour, fact in enumerate(facts)]


def at_hour(fact, hour):

    return readdressed(fact, admitted_at=hours(hour), at=hours(hour))


@settings(max_examples=150, deadline=None)
@given(some.lists(REPORTS, max_size=6), some.lists(ASSIGNMENTS, max_size=4), some.randoms(use_true_random=False))
def test_any_interleaving_of_topics_leaves_the_same_consents_in_force(reports, assignments, chance):
    reports, assignments = in_time(reports), in_time(assignments)
    forms = [fact for fact in reports if fact.event.name == "consent.signed"]
    deadlines = [relation_due(form) for form in forms]

    plain = Stage().given(*sorted([*reports, *assignments], key=lambda fact: fact.at), *deadlines)
    mixed = Stage().given(*interleaved(reports, assignments, chance), *deadlines)

    assert mixed.in_force == plain.in_force


def interleaved(one, other, chance):
    one, other, mixed = list(one), list(other), []
    while one or other:
        lane = chance.choice([lane for lane in (one, other) if lane])
        mixed.append(lane.pop(0))
        if chance.random() < 0.2:
            mixed.append(chance.choice(mixed))
    return mixed
