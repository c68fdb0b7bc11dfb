"""Which notices go to agencies, prosecutors, the office and other referrers: DESIGN 7.2, line by line."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from contracts.consents.consent_refused import ConsentRefused
from contracts.consents.revocation_settled import RevocationSettled
from contracts.envelope import Fact, readdressed
from contracts.to_hub.consent_revoked import ConsentRevoked
from contracts.to_hub.person_agreed import PersonAgreed
from contracts.to_hub.person_declined import PersonDeclined
from contracts.words import Agreement, Category, ConsentKind, Door, Purpose, Verdict
from services.notification.domain.evolving import evolve
from services.notification.domain.lanes import LaneRow
from services.sites import Site
from tests.notification.examples import (
    CASEWORK,
    CONSENT,
    HOSPITAL,
    NOON,
    OFFER,
    OFFICE,
    ONWARD,
    POLICE,
    PROVIDER,
    REFERRAL,
    accepted,
    after_the_fact,
    cancelled,
    community,
    corrected,
    enrolled,
    granted,
    handed_off,
    heard,
    lapsed,
    offered,
    onward_asked,
    received,
    report_refused,
    review_decided,
    review_requested,
    screened,
    social,
    whatcom,
    withdrawn,
)
from tests.notification.told import Told


class TestOtherReferrers:
    def test_a_hospital_hears_the_receipt_only(self):
        told = Told(community(), screened(), offered(), accepted(), handed_off(), enrolled())
        assert told.names(HOSPITAL) == ["referral.acknowledged"]

    def test_who_sent_a_message_that_was_refused_hears_why(self):
        told = Told(report_refused())
        [message] = told.to(CASEWORK, "message.refused")
        assert message.refusal.problems[0].field == "offer_id"

    def test_a_refused_consent_is_answered_under_the_agencys_key_with_no_person(self):
        refusal = report_refused().event.refusal
        told = Told(heard(ConsentRefused(refusal=refusal)))
        assert [fact.subject for _, fact in told.messages] == [None]


class TestTheCaseManager:
    def test_is_asked_blind(self):
        told = Told(received(), offered())
        [offer] = told.to(CASEWORK, "offer.made")
        assert offer.model_dump(exclude_none=True, exclude={"offer_id", "answer_by", "needs"}) == {
            "door": Door.ARREST_DIVERSION, "area": "bellingham", "age_band": "25_to_64", "language": "en",
            "officer_waiting": True, "arrive_within_minutes": 30, "test": False,
        }  # fmt: skip

    def test_who_accepts_an_agreed_arrest_diversion_hears_name_place_call_back_and_safety_code(self):
        told = Told(received(), offered(), accepted())
        [made] = told.to(CASEWORK, "assignment.made")
        assert made.preferred_name == "Juno Sample"
        assert (made.place, made.officer_call_back, made.safety_code) == (
            "Sample Street 1", "360-555-0111", "GREEN-SAMPLE",
        )  # fmt: skip
        assert (made.legal_name, made.birth_date, made.phones, made.usual_places) == (None, None, (), ())
        assert made.allowed_by == "agreed-arrest-diversion"

    def test_who_accepts_an_agreed_social_contact_hears_name_and_how_to_reach(self):
        told = Told(social(), offered(), accepted())
        [made] = told.to(CASEWORK, "assignment.made")
        assert (made.preferred_name, made.phones) == ("Juno Sample", ("360-555-0100",))
        assert (made.place, made.legal_name) == (None, None)

    def test_an_agreed_referral_from_a_hospital_does_not_give_its_source_away(self):
        told = Told(community(restricted_source=True), offered(), accepted())
        [made] = told.to(CASEWORK, "assignment.made")
        assert made.phones == ("360-555-0100",)
        assert (made.through, made.usual_places) == (None, ())

    def test_outreach_without_agreement_hears_name_and_usual_places(self):
        told = Told(community(agreement=Agreement.NOT_ASKED), offered(), accepted())
        [made] = told.to(CASEWORK, "assignment.made")
        assert (made.preferred_name, made.usual_places) == ("Juno Sample", ("Bench by the Sample fountain",))
        assert made.phones == ()

    def test_from_a_hospital_without_agreement_nothing_leaves_the_hub(self):
        told = Told(community(agreement=Agreement.NOT_ASKED, restricted_source=True), offered(), accepted())
        assert told.names(CASEWORK) == []
        assert told.names(HOSPITAL) == ["referral.acknowledged"]

    def test_an_arrested_person_who_did_not_agree_is_not_named(self):
        told = Told(received(agreement=Agreement.UNDECIDED), offered(), accepted())
        assert told.names(CASEWORK) == ["offer.made"]
        assert ("assignment.made", "rows", "no-row-covers-this-person") in told.withheld(CASEWORK)

    def test_hears_more_when_a_consent_opens_more(self):
        told = Told(received(), offered(), accepted(), granted(CASEWORK))
        _, made = told.to(CASEWORK, "assignment.made")
        assert (made.legal_name, made.phones, made.allowed_by) == ("Juniper Sample", ("360-555-0100",), CONSENT)

    def test_hears_only_the_categories_of_the_consent(self):
        told = Told(received(), offered(), accepted(), granted(CASEWORK, categories=[Category.CONTACT]))
        _, made = told.to(CASEWORK, "assignment.made")
        assert (made.legal_name, made.phones) == (None, ("360-555-0100",))

    @pytest.mark.parametrize("useless", [
        granted("lake-whatcom-center"),
        granted(CASEWORK, purpose=Purpose.PROSECUTION_DECISION),
        granted(CASEWORK, kind=ConsentKind.PART2_PROCEEDINGS),
        granted(CASEWORK, expires_at=NOON),
    ])  # fmt: skip
    def test_hears_nothing_more_by_a_consent_for_another_another_purpose_kind_or_day(self, useless):
        told = Told(received(), offered(), accepted(), useless)
        assert told.names(CASEWORK) == ["offer.made", "assignment.made"]

    def test_hears_an_amendment_of_what_it_holds(self):
        told = Told(received(), offered(), accepted(), corrected())
        assert told.names(CASEWORK) == ["offer.made", "assignment.made", "assignment.made"]

    def test_hears_no_amendment_of_what_it_does_not_hold(self):
        told = Told(received(), offered(), lapsed(), corrected())
        assert told.names(CASEWORK) == ["offer.made"]

    def test_hears_who_it_is_when_the_person_agrees_later(self):
        told = Told(received(agreement=Agreement.UNDECIDED), offered(), accepted())
        told.hear(heard(PersonAgreed(), minutes=15, by=POLICE))
        assert told.names(CASEWORK) == ["offer.made", "assignment.made"]

    def test_hears_nothing_more_once_the_person_declined(self):
        told = Told(received(), offered(), heard(PersonDeclined(), minutes=4, by=POLICE), accepted())
        assert told.names(CASEWORK) == ["offer.made"]
        assert ("assignment.made", "rows", "person-declined") in told.withheld(CASEWORK)

    @pytest.mark.parametrize("end", [cancelled(), lapsed(after_acceptance=True)])
    def test_hears_that_an_assignment_no_longer_stands_without_a_reason(self, end):
        told = Told(received(), offered(), accepted(), end)
        assert told.names(CASEWORK) == ["offer.made", "assignment.made", "offer.cancelled"]

    def test_hears_that_it_is_over_when_somebody_from_a_hospital_says_no_after_all(self):
        told = Told(community(restricted_source=True), offered(), accepted())
        told.hear(heard(PersonDeclined(), minutes=5, by=CASEWORK)).hear(cancelled())
        assert told.names(CASEWORK)[-1] == "offer.cancelled"

    def test_hears_of_a_phoned_hand_off_who_it_was_and_is_not_paged(self):
        phoned = received(after_the_fact=after_the_fact())
        told = Told(phoned, accepted(after_the_fact=True), handed_off(after_the_fact=True))
        [made] = told.to(CASEWORK, "assignment.made")
        assert made.after_the_fact
        assert "offer.made" not in told.names(CASEWORK)

    def test_an_offer_that_lapsed_while_the_lane_waited_is_not_told_as_if_it_were_open(self):
        told = Told(received()).hear(offered(), carry=False).hear(lapsed())
        assert told.names(CASEWORK) == []
        assert told.withheld(CASEWORK) == [("offer.made", "rows", "offer-not-open")]

    @pytest.mark.parametrize(("minutes", "heard_of_it"), [(9, True), (10, False)])
    def test_an_offer_whose_time_is_up_before_it_is_carried_is_not_told(self, minutes, heard_of_it):
        told = Told(received()).hear(offered(lapses_at=NOON + timedelta(minutes=10)), carry=False)
        told.carry(NOON + timedelta(minutes=minutes))
        assert told.names(CASEWORK) == (["offer.made"] if heard_of_it else [])
        assert told.withheld(CASEWORK) == ([] if heard_of_it else [("offer.made", "rows", "offer-out-of-time")])


SECOND = f"onw-{6:032d}"


class TestTheServiceProvider:
    def test_hears_who_it_is_only_by_consent(self):
        told = Told(received(), offered(), accepted(), onward_asked())
        assert told.names(PROVIDER) == []
        assert told.withheld(PROVIDER) == [("onward.offered", "consent", "no-consent")]
        assert [report.state for report in told.to(CASEWORK, "onward.reported")] == ["not_allowed"]

    def test_is_asked_when_the_consent_comes_and_the_case_manager_hears_so(self):
        told = Told(received(), offered(), accepted(), onward_asked())
        told.hear(granted(PROVIDER, purpose=Purpose.SERVICE_PROVISION))
        [offer] = told.to(PROVIDER, "onward.offered")
        assert (offer.preferred_name, offer.phones, offer.note) == ("Juno Sample", ("360-555-0100",), None)
        assert [report.state for report in told.to(CASEWORK, "onward.reported")] == ["not_allowed", "asked"]

    @pytest.mark.parametrize("late", [False, True], ids=["heard in turn", "the request is heard last"])
    def test_is_not_asked_by_a_consent_given_after_a_stop_until_it_is_asked_for_anew(self, late):
        stop = heard(ConsentRevoked(how="verbal"), minutes=50, by=CASEWORK)
        settled = heard(RevocationSettled(agency=CASEWORK, message_id=stop.id), minutes=50)
        words = [stop, settled, granted(PROVIDER, purpose=Purpose.SERVICE_PROVISION, minutes=55)]
        told = Told(received(), offered(), accepted())
        for fact in [*words, onward_asked()] if late else [onward_asked(), *words]:
            told.hear(fact)
        assert told.names(PROVIDER) == []
        why = "asked-before-revocation" if late else "no-consent"
        assert told.withheld(PROVIDER) == [("onward.offered", "consent", why)]
        told.hear(onward_asked(onward_id=SECOND, minutes=60))
        assert [offer.onward_id for offer in told.to(PROVIDER, "onward.offered")] == [SECOND]

    def test_is_not_asked_by_a_consent_of_the_same_moment_as_the_stop_nor_by_one_after_stops_from_before_they_were_kept(
        self,
    ):
        stop = heard(ConsentRevoked(how="verbal"), minutes=50, by=CASEWORK)
        settled = heard(RevocationSettled(agency=CASEWORK, message_id=stop.id), minutes=50)
        told = Told(received(), offered(), accepted(), onward_asked(), stop, settled)
        told.hear(granted(PROVIDER, purpose=Purpose.SERVICE_PROVISION, minutes=50))
        assert told.names(PROVIDER) == []
        old = Told(received(), offered(), accepted(), onward_asked(), stop, settled)
        for person, dossier in old.dossiers.items():
            onwards = {name: replace(one, asked_at=None) for name, one in dossier.onwards.items()}
            old.dossiers[person] = replace(dossier, stops=frozenset(), onwards=onwards)
        old.hear(granted(PROVIDER, purpose=Purpose.SERVICE_PROVISION, minutes=55))
        assert old.names(PROVIDER) == []

    def test_is_asked_for_what_was_asked_between_the_stop_and_the_consent(self):
        stop = heard(ConsentRevoked(how="verbal"), minutes=44, by=CASEWORK)
        settled = heard(RevocationSettled(agency=CASEWORK, message_id=stop.id), minutes=44)
        told = Told(received(), offered(), accepted(), stop, settled, onward_asked())
        told.hear(granted(PROVIDER, purpose=Purpose.SERVICE_PROVISION, minutes=55))
        assert told.names(PROVIDER) == ["onward.offered"]

    def test_hears_the_note_where_the_consent_covers_needs(self):
        consent = granted(PROVIDER, purpose=Purpose.SERVICE_PROVISION, categories=[Category.NEEDS])
        told = Told(received(), offered(), accepted(), consent, onward_asked())
        [offer] = told.to(PROVIDER, "onward.offered")
        assert (offer.preferred_name, offer.note) == (None, "Sample note")

    def test_is_told_nothing_when_the_consent_ends_while_the_lane_waits(self):
        told = Told(received(), offered(), accepted(), granted(PROVIDER, purpose=Purpose.SERVICE_PROVISION))
        told.hear(onward_asked(), carry=False).hear(withdrawn())
        assert told.names(PROVIDER) == []
        assert ("onward.offered", "consent", "no-consent") in told.withheld(PROVIDER)

    @pytest.mark.parametrize("state", ["accepted", "declined", "waitlisted", "fulfilled"])
    def test_answers_and_the_case_manager_hears_it(self, state):
        from contracts.assignments.onward_closed import OnwardClosed  # noqa: PLC0415

        closed = heard(OnwardClosed(onward_id=ONWARD, asked_by=CASEWORK, provider=PROVIDER, state=state), minutes=90)
        told = Told(received(), offered(), accepted(), onward_asked(), closed)
        assert told.to(CASEWORK, "onward.reported")[-1].state == state


class TestTheProgramOffice:
    def test_is_called_to_a_review(self):
        told = Told(received(), screened(Verdict.NEEDS_REVIEW), review_requested())
        [call] = told.to(OFFICE, "review.called")
        assert (call.urgent, call.because) == (True, ("drug-amount",))

    def test_is_called_again_when_somebody_comes_to_wait_for_the_answer(self):
        told = Told(received(), screened(Verdict.NEEDS_REVIEW), review_requested(urgent=False), review_requested())
        assert [call.urgent for call in told.to(OFFICE, "review.called")] == [False, True]

    def test_is_not_called_to_a_review_that_is_decided(self):
        told = Told(received()).hear(review_requested(), carry=False).hear(review_decided())
        assert told.names(OFFICE) == []


def of_the_provider(site: Site) -> LaneRow:
    """The row that waits for a provider who is asked under the one consent that there is."""
    told = Told(received(), offered(), accepted(), granted(PROVIDER, purpose=Purpose.SERVICE_PROVISION), site=site)
    told.hear(onward_asked(), carry=False)
    [row] = [row for row in told.waiting if row.agency == PROVIDER]
    return row


def test_what_a_permission_opens_without_a_consent_does_not_rest_on_the_consent_that_opens_more():
    [needs] = [row for row in whatcom().permissions if row.id == "onward-with-consent"]
    bare = {"id": "onward-without", "consent_needed": False, "consent_kinds": frozenset(), "categories": frozenset(),
            "fields": ("onward_id", "help_type")}  # fmt: skip
    site = whatcom().model_copy(update={"permissions": (*whatcom().permissions, needs.model_copy(update=bare))})
    assert of_the_provider(whatcom()).rests_on == CONSENT
    assert of_the_provider(site).rests_on is None


def test_what_was_erased_is_withheld_and_says_so():
    told = Told(received(sealed={Category.INCIDENT: "erased"}))
    assert told.messages == []
    assert told.withheld(POLICE) == [("referral.acknowledged", "rows", "erased")]


def test_every_yes_names_what_was_told_and_under_what():
    told = Told(received(), offered(), accepted())
    made = [fact.event for fact in told.disclosures if fact.event.name == "disclosure.made"]
    first = [one for one in made if one.message_type == "assignment.made"]
    assert [one.allowed_by for one in first] == ["permission/agreed-arrest-diversion"]
    assert set(first[0].categories) == {Category.IDENTITY, Category.INCIDENT, Category.SAFETY, Category.NEEDS}
    assert {one.policy_hash for one in made} == {told.judge.site.policy_hash}


def test_a_message_correlates_with_what_its_reader_knows_by_name():
    told = Told(received(), offered(), accepted(), granted(PROVIDER, purpose=Purpose.SERVICE_PROVISION), onward_asked())
    ids = {(slug, fact.envelope.correlation_id) for slug, fact in told.messages}
    assert ids == {(POLICE, REFERRAL), (CASEWORK, OFFER), (CASEWORK, ONWARD), (PROVIDER, ONWARD)}


def test_nobody_hears_which_message_of_somebody_else_called_for_a_notice():
    begun = readdressed(received(), causation_id="the-senders-own")
    told = Told(begun, screened(), offered(), accepted(), handed_off(), report_refused())
    causes = {(fact.event.name, fact.envelope.causation_id) for _, fact in told.messages if fact.envelope.causation_id}
    assert causes == {("referral.acknowledged", "the-senders-own"), ("message.refused", "sent-1")}


def test_a_disclosure_follows_from_the_fact_that_called_for_the_message():
    asked, taken, refused = offered(), accepted(), report_refused()
    told = Told(received(), asked, taken, refused)
    causes = {fact.event.message_type: fact.envelope.causation_id for fact in told.disclosures}
    assert causes["offer.made"] == asked.id
    assert causes["assignment.made"] == taken.id
    assert causes["message.refused"] == refused.id


@pytest.mark.parametrize("door", ["community", "social_contact"])
def test_a_screening_of_which_nobody_hears_leaves_the_dossier_as_it_is(door):
    before = evolve(None, community())
    assert evolve(before, _screened_at(door)) is before


@pytest.mark.parametrize("inputs", [{"door": "arrest_diversion"}, {}])
def test_a_screening_of_an_arrest_or_of_nobody_knows_what_is_kept(inputs):
    fact = screened()
    kept = evolve(None, Fact(fact.event.model_copy(update={"inputs": inputs}), fact.envelope))
    assert list(kept.screenings) == [REFERRAL]


def _screened_at(door):
    fact = screened()
    return Fact(fact.event.model_copy(update={"inputs": {"door": door}}), fact.envelope)
