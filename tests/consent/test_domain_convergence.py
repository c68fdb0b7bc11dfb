"""Any duplication and any interleaving of the same facts leaves the same register, and the same consents in force."""

from hypothesis import given, settings
from hypothesis import strategies as some

from contracts.envelope import readdressed
from services.consent.domain import Register, evolve
from tests.consent.examples import (
    MONDAY,
    OFFICE,
    OTHER_REFERRAL,
    PROVIDER,
    SUNDAY,
    TUESDAY,
    YOUTH,
    Stage,
    accepted,
    asked_onward,
    corrected,
    declined,
    ended,
    enrolled,
    erased,
    expiry_due,
    hours,
    monitored,
    own_care,
    referral_received,
    relation_due,
    retracted,
    revocable_due,
    revoked,
    signed,
)


def a_whole_life():
    """Everything that may happen to one person's consents, with what the service itself said of it."""
    stranger, another = own_care(at=0.5, by=YOUTH), signed(at=0.55, by=YOUTH, form_reference="ROI-11")
    stage = Stage().given(referral_received(), accepted(), asked_onward(), signed(), own_care(form_reference="ROI-1"))
    stage.given(
        stranger,
        another,
        signed(at=0.6, categories=("incident",)),
        signed(at=0.7, form_reference="ROI-2", expires_at=hours(9)),
    )
    stage.given(revoked(at=1.0), expiry_due(9, form="ROI-2"), signed(at=10.0, form_reference="ROI-3"))
    stage.given(
        declined(at=11.0),
        relation_due(stranger),
        relation_due(another),
        signed(at=12.0, form_reference="ROI-4", expires_with="end_of_participation"),
    )
    tuesday = {"signed_on": TUESDAY}
    stage.given(
        monitored(at=13.0, form_reference="ROI-5", irrevocable_until="intake_completed"),
        monitored(at=13.5, form_reference="ROI-6", irrevocable_until_at=hours(20)),
        revoked(at=14.0, form=None, how="verbal"),
        enrolled(at=15.0),
        revocable_due(20, form="ROI-6"),
        signed(at=21.0, form_reference="ROI-7", signed_by="representative", **tuesday),
        corrected(at=22.0, age=(15, 15)),
        signed(at=23.0, form_reference="ROI-8", **tuesday),
        signed(at=24.0, form_reference="ROI-9", signed_by="person_and_guardian", **tuesday),
        signed(at=25.0, form_reference="ROI-10", statements=(), **tuesday),
        signed(at=26.0, form_reference="ROI-12"),
    )
    stage.given(ended(), revoked(at=50.0, by=PROVIDER))
    other = {"referral_id": OTHER_REFERRAL, "referred_at": hours(51.0)}
    stage.given(referral_received(at=51.0, age=(30, 30), **other), corrected(at=52.0, age=(31, 31), **other))
    return stage.given(retracted(at=53.0, referral=OTHER_REFERRAL), erased(at=54.0, referral=OTHER_REFERRAL))


LIFE = a_whole_life()


@settings(max_examples=200, deadline=None)
@given(some.permutations(LIFE.facts), some.lists(some.sampled_from(LIFE.facts), max_size=6))
def test_the_same_facts_in_any_order_and_number_leave_the_same_register(order, again):
    register = Register()
    for fact in [*order, *again]:
        register = evolve(register, fact)
    assert register == LIFE.register


def test_that_life_has_all_that_can_happen_in_it():
    assert {*LIFE.reasons} == {
        "no-relation", "invalid-consent", "form-already-used", "unknown-form", "irrevocable", "wrong-signer",
        "withdrawn",
    }  # fmt: skip
    hows = {event.how for event in LIFE.said if event.name == "consent.withdrawn"}
    assert hows >= {"written", "verbal", "declined", "deficient"}


def test_a_register_survives_being_written_down():
    assert Register.model_validate_json(LIFE.register.model_dump_json()) == LIFE.register


FORMS = ("ROI-1", "ROI-2")
WITNESSES = ("opportunity-council", "compass-health", "northwest-youth-services")
KINDS = ("hub_handoff", "part2_specific", "part2_tpo")
UNTIL = (
    {"irrevocable_until": "intake_completed"},
    {
        "irrevocable_until": "end_of_participation", "expires_with": "intake_completed",
        "categories": ("participation",),
    },
    {"irrevocable_until_at": hours(4)},
)  # fmt: skip
REPORTS = some.one_of(
    some.builds(
        signed, by=some.sampled_from(WITNESSES), form_reference=some.sampled_from(FORMS),
        expires_with=some.sampled_from(("none", "end_of_participation", "intake_completed")),
        kind=some.sampled_from(KINDS), signed_on=some.sampled_from((SUNDAY, MONDAY.date())),
    ),
    some.builds(
        lambda by, form, until: monitored(by=by, form_reference=form, **until),
        some.sampled_from(WITNESSES), some.sampled_from(FORMS), some.sampled_from(UNTIL),
    ),
    some.builds(own_care, by=some.sampled_from(WITNESSES), form_reference=some.sampled_from(FORMS)),
    some.builds(
        revoked, by=some.sampled_from((*WITNESSES, OFFICE)), form=some.sampled_from((*FORMS, None)),
        how=some.sampled_from(("verbal", "written")),
    ),
    some.builds(declined, by=some.sampled_from(WITNESSES)),
)  # fmt: skip
ASSIGNMENTS = some.one_of(
    some.builds(accepted, agency=some.sampled_from(WITNESSES)),
    some.builds(asked_onward, provider=some.sampled_from(WITNESSES)),
    some.builds(ended),
    some.builds(enrolled, agency=some.sampled_from(WITNESSES)),
)
AGES = some.sampled_from(((36, 36), (15, 15), (10, 10), (16, 25), None))
SIGNERS = some.sampled_from(("person", "guardian", "person_and_guardian", "representative"))


def in_time(facts, apart=1):
    """The facts in the order of their topic, that many hours apart."""
    return [at_hour(fact, hour * apart) for hour, fact in enumerate(facts)]


def at_hour(fact, hour):

    return readdressed(fact, admitted_at=hours(hour), at=hours(hour))


@settings(max_examples=150, deadline=None)
@given(
    some.lists(REPORTS, max_size=6), some.lists(ASSIGNMENTS, max_size=4), some.sampled_from((1, 13)),
    some.randoms(use_true_random=False),
)  # fmt: skip
def test_any_interleaving_of_topics_leaves_the_same_consents_in_force(reports, assignments, apart, chance):
    come_to_the_same([referral_received(at=-3.0)], in_time(reports, apart), in_time(assignments, apart), chance)


@settings(max_examples=150, deadline=None)
@given(
    some.lists(SIGNERS, min_size=1, max_size=4), AGES, AGES, some.floats(0.0, 5.0),
    some.randoms(use_true_random=False),
)  # fmt: skip
def test_a_correction_of_the_age_leaves_the_same_consents_in_force_whenever_it_is_read(signers, age, then, at, chance):
    forms = [
        signed(by=WITNESSES[0], form_reference=f"ROI-{number}", signed_by=signer)
        for number, signer in enumerate(signers)
    ]
    referral = [referral_received(at=-3.0, age=age), corrected(at=at, age=then)]
    come_to_the_same(referral, in_time(forms), [accepted()], chance)


def come_to_the_same(referral, reports, assignments, chance):
    forms = [fact for fact in reports if fact.event.name == "consent.signed"]
    deadlines = [relation_due(form) for form in forms]
    deadlines += [
        revocable_due(4, form.agency, form.event.form_reference) for form in forms if form.event.irrevocable_until_at
    ]
    whole = sorted([*referral, *reports, *assignments], key=lambda fact: fact.at)

    plain = Stage(unheard=True).given(*whole, *deadlines)
    mixed = Stage(unheard=True).given(*interleaved([referral, reports, assignments], chance), *deadlines)

    assert mixed.in_force == plain.in_force


def interleaved(lanes, chance):
    lanes, mixed = [list(lane) for lane in lanes], []
    while any(lanes):
        lane = chance.choice([lane for lane in lanes if lane])
        mixed.append(lane.pop(0))
        if chance.random() < 0.2:
            mixed.append(chance.choice(mixed))
    return mixed
