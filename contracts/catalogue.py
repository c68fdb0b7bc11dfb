"""Every event on the shelf: importing this module publishes them all, and the newest forms are named here."""

from __future__ import annotations

from contracts.assignments.answer_refused import AnswerRefused
from contracts.assignments.arrival_awaited import ArrivalAwaited
from contracts.assignments.assignment_accepted import AssignmentAccepted
from contracts.assignments.assignment_cancelled import AssignmentCancelled
from contracts.assignments.assignment_closed import AssignmentClosed
from contracts.assignments.assignment_declined import AssignmentDeclined
from contracts.assignments.assignment_ended import AssignmentEnded
from contracts.assignments.assignment_enrolled import AssignmentEnrolled
from contracts.assignments.assignment_handed_off import AssignmentHandedOff
from contracts.assignments.assignment_lapsed import AssignmentLapsed
from contracts.assignments.assignment_offered import AssignmentOffered
from contracts.assignments.assignment_paused import AssignmentPaused
from contracts.assignments.assignment_released import AssignmentReleased
from contracts.assignments.assignment_reopened import AssignmentReopened
from contracts.assignments.assignment_resumed import AssignmentResumed
from contracts.assignments.assignment_transferred import AssignmentTransferred
from contracts.assignments.assignment_unavailable import AssignmentUnavailable
from contracts.assignments.assignment_unlocated import AssignmentUnlocated
from contracts.assignments.assignment_waitlisted import AssignmentWaitlisted
from contracts.assignments.contact_flagged import ContactFlagged
from contracts.assignments.death_reported import DeathReported
from contracts.assignments.intake_overdue import IntakeOverdue
from contracts.assignments.need_recorded import NeedRecorded
from contracts.assignments.onward_asked import OnwardAsked
from contracts.assignments.onward_closed import OnwardClosed
from contracts.assignments.place_freed import PlaceFreed
from contracts.assignments.transfer_ended import TransferEnded
from contracts.assignments.transfer_offered import TransferOffered
from contracts.assignments.transfer_settled import TransferSettled
from contracts.charges.charge_contested import ChargeContested
from contracts.charges.charge_declined import ChargeDeclined
from contracts.charges.charge_filed import ChargeFiled
from contracts.charges.charge_refused import ChargeRefused
from contracts.charges.hold_extended import HoldExtended
from contracts.charges.hold_kept import HoldKept
from contracts.charges.hold_lapsed import HoldLapsed
from contracts.charges.hold_satisfied import HoldSatisfied
from contracts.charges.hold_started import HoldStarted
from contracts.charges.hold_unanswered import HoldUnanswered
from contracts.charges.hold_unreported import HoldUnreported
from contracts.charges.hold_untold import HoldUntold
from contracts.charges.hold_withdrawn import HoldWithdrawn
from contracts.consents.consent_expired import ConsentExpired
from contracts.consents.consent_granted import ConsentGranted
from contracts.consents.consent_refused import ConsentRefused
from contracts.consents.consent_withdrawn import ConsentWithdrawn
from contracts.consents.revocation_settled import RevocationSettled
from contracts.deadlines.deadline_reached import DeadlineReached
from contracts.disclosures.disclosure_foreseen import DisclosureForeseen
from contracts.disclosures.disclosure_made import DisclosureMade
from contracts.disclosures.disclosure_recalled import DisclosureRecalled
from contracts.disclosures.disclosure_revealed import DisclosureRevealed
from contracts.disclosures.disclosure_withheld import DisclosureWithheld
from contracts.disclosures.ledger_extended import LedgerExtended
from contracts.disclosures.recall_refused import RecallRefused
from contracts.disclosures.recall_settled import RecallSettled
from contracts.from_hub.approval_called import ApprovalCalled
from contracts.from_hub.assignment_made import AssignmentMade
from contracts.from_hub.case_manager_dispatched import CaseManagerDispatched
from contracts.from_hub.diversion_reported import DiversionReported
from contracts.from_hub.handoff_confirmed import HandoffConfirmed
from contracts.from_hub.handoff_unavailable import HandoffUnavailable
from contracts.from_hub.hold_reported import HoldReported
from contracts.from_hub.information_recalled import InformationRecalled
from contracts.from_hub.intake_reported import IntakeReported
from contracts.from_hub.message_refused import MessageRefused
from contracts.from_hub.offer_cancelled import OfferCancelled
from contracts.from_hub.offer_made import OfferMade
from contracts.from_hub.onward_offered import OnwardOffered
from contracts.from_hub.onward_reported import OnwardReported
from contracts.from_hub.person_revealed import PersonRevealed
from contracts.from_hub.pretrial_called import PretrialCalled
from contracts.from_hub.pretrial_reported import PretrialReported
from contracts.from_hub.referral_acknowledged import ReferralAcknowledged
from contracts.from_hub.report_awaited import ReportAwaited
from contracts.from_hub.review_called import ReviewCalled
from contracts.from_hub.screening_reported import ScreeningReported
from contracts.from_hub.transfer_reported import TransferReported
from contracts.pretrial.pretrial_advanced import PretrialAdvanced
from contracts.pretrial.pretrial_awaited import PretrialAwaited
from contracts.pretrial.pretrial_filed import PretrialFiled
from contracts.pretrial.pretrial_opened import PretrialOpened
from contracts.pretrial.pretrial_refused import PretrialRefused
from contracts.referrals.link_proposed import LinkProposed
from contracts.referrals.order_noted import OrderNoted
from contracts.referrals.person_linked import PersonLinked
from contracts.referrals.person_unlinked import PersonUnlinked
from contracts.referrals.reach_stated import ReachStated
from contracts.referrals.referral_corrected import ReferralCorrected
from contracts.referrals.referral_erased import ReferralErased
from contracts.referrals.referral_received import ReferralReceived
from contracts.referrals.referral_refused import ReferralRefused
from contracts.referrals.referral_repeated import ReferralRepeated
from contracts.referrals.referral_retracted import ReferralRetracted
from contracts.replays.replay_advanced import ReplayAdvanced
from contracts.replays.replay_approved import ReplayApproved
from contracts.replays.replay_completed import ReplayCompleted
from contracts.replays.replay_ordered import ReplayOrdered
from contracts.replays.replay_planned import ReplayPlanned
from contracts.replays.replay_refused import ReplayRefused
from contracts.reports.report_refused import ReportRefused
from contracts.reports.revocation_parked import RevocationParked
from contracts.reports.revocation_read import RevocationRead
from contracts.screenings.review_decided import ReviewDecided
from contracts.screenings.review_refused import ReviewRefused
from contracts.screenings.review_requested import ReviewRequested
from contracts.screenings.screening_determined import ScreeningDetermined
from contracts.to_hub.agency_resumed import AgencyResumed
from contracts.to_hub.agency_suspended import AgencySuspended
from contracts.to_hub.approval_answered import ApprovalAnswered
from contracts.to_hub.assignment_directed import AssignmentDirected
from contracts.to_hub.capacity_reported import CapacityReported
from contracts.to_hub.charge_decided import ChargeDecided
from contracts.to_hub.charge_held import ChargeHeld
from contracts.to_hub.consent_revoked import ConsentRevoked
from contracts.to_hub.consent_signed import ConsentSigned
from contracts.to_hub.contact_attempted import ContactAttempted
from contracts.to_hub.conviction_vacated import ConvictionVacated
from contracts.to_hub.erasure_requested import ErasureRequested
from contracts.to_hub.handoff_completed import HandoffCompleted
from contracts.to_hub.intake_completed import IntakeCompleted
from contracts.to_hub.link_answered import LinkAnswered
from contracts.to_hub.message_corrected import MessageCorrected
from contracts.to_hub.need_met import NeedMet
from contracts.to_hub.offer_accepted import OfferAccepted
from contracts.to_hub.offer_declined import OfferDeclined
from contracts.to_hub.onward_answered import OnwardAnswered
from contracts.to_hub.onward_requested import OnwardRequested
from contracts.to_hub.order_reported import OrderReported
from contracts.to_hub.participation_ended import ParticipationEnded
from contracts.to_hub.participation_paused import ParticipationPaused
from contracts.to_hub.participation_reopened import ParticipationReopened
from contracts.to_hub.participation_resumed import ParticipationResumed
from contracts.to_hub.person_agreed import PersonAgreed
from contracts.to_hub.person_corrected import PersonCorrected
from contracts.to_hub.person_declined import PersonDeclined
from contracts.to_hub.pretrial_assessed import PretrialAssessed
from contracts.to_hub.pretrial_completed import PretrialCompleted
from contracts.to_hub.pretrial_consented import PretrialConsented
from contracts.to_hub.pretrial_moved import PretrialMoved
from contracts.to_hub.pretrial_ruled import PretrialRuled
from contracts.to_hub.pretrial_updated import PretrialUpdated
from contracts.to_hub.recall_answered import RecallAnswered
from contracts.to_hub.referral_amended import ReferralAmended
from contracts.to_hub.referral_submitted import ReferralSubmitted
from contracts.to_hub.referral_withdrawn import ReferralWithdrawn
from contracts.to_hub.replay_endorsed import ReplayEndorsed
from contracts.to_hub.replay_requested import ReplayRequested
from contracts.to_hub.replay_steered import ReplaySteered
from contracts.to_hub.review_answered import ReviewAnswered
from contracts.to_hub.screening_overridden import ScreeningOverridden
from contracts.to_hub.termination_moved import TerminationMoved
from contracts.to_hub.transfer_requested import TransferRequested

__all__ = [
    "AgencyResumed", "AgencySuspended", "AnswerRefused", "ApprovalAnswered", "ApprovalCalled", "ArrivalAwaited",
    "AssignmentAccepted", "AssignmentCancelled", "AssignmentClosed", "AssignmentDeclined", "AssignmentDirected",
    "AssignmentEnded", "AssignmentEnrolled", "AssignmentHandedOff", "AssignmentLapsed", "AssignmentMade",
    "AssignmentOffered", "AssignmentPaused", "AssignmentReleased", "AssignmentReopened", "AssignmentResumed",
    "AssignmentTransferred", "AssignmentUnavailable", "AssignmentUnlocated", "AssignmentWaitlisted",
    "CapacityReported", "CaseManagerDispatched", "ChargeContested", "ChargeDecided", "ChargeDeclined",
    "ChargeFiled", "ChargeHeld", "ChargeRefused", "ConsentExpired", "ConsentGranted", "ConsentRefused",
    "ConsentRevoked", "ConsentSigned", "ConsentWithdrawn", "ContactAttempted", "ContactFlagged",
    "ConvictionVacated", "DeadlineReached", "DeathReported", "DisclosureForeseen", "DisclosureMade",
    "DisclosureRecalled", "DisclosureRevealed", "DisclosureWithheld", "DiversionReported", "ErasureRequested",
    "HandoffCompleted", "HandoffConfirmed", "HandoffUnavailable", "HoldExtended", "HoldKept", "HoldLapsed",
    "HoldReported", "HoldSatisfied", "HoldStarted", "HoldUnanswered", "HoldUnreported", "HoldUntold",
    "HoldWithdrawn", "InformationRecalled", "IntakeCompleted", "IntakeOverdue", "IntakeReported", "LedgerExtended",
    "LinkAnswered", "LinkProposed", "MessageCorrected",
    "MessageRefused", "NeedMet", "NeedRecorded", "OfferAccepted", "OfferCancelled",
    "OfferDeclined", "OfferMade", "OnwardAnswered", "OnwardAsked", "OnwardClosed", "OnwardOffered",
    "OnwardReported", "OnwardRequested", "OrderNoted", "OrderReported", "ParticipationEnded", "ParticipationPaused",
    "ParticipationReopened", "ParticipationResumed", "PersonAgreed", "PersonCorrected", "PersonDeclined",
    "PersonLinked", "PersonRevealed", "PersonUnlinked", "PlaceFreed", "PretrialAdvanced", "PretrialAssessed",
    "PretrialAwaited", "PretrialCalled", "PretrialCompleted", "PretrialConsented", "PretrialFiled", "PretrialMoved",
    "PretrialOpened", "PretrialRefused", "PretrialReported", "PretrialRuled", "PretrialUpdated", "ReachStated",
    "RecallAnswered", "RecallRefused", "RecallSettled", "ReferralAcknowledged", "ReferralAmended",
    "ReferralCorrected", "ReferralErased", "ReferralReceived", "ReferralRefused", "ReferralRepeated",
    "ReferralRetracted", "ReferralSubmitted", "ReferralWithdrawn", "ReplayAdvanced", "ReplayApproved",
    "ReplayCompleted", "ReplayEndorsed", "ReplayOrdered", "ReplayPlanned", "ReplayRefused", "ReplayRequested",
    "ReplaySteered", "ReportAwaited", "ReportRefused", "ReviewAnswered", "ReviewCalled", "ReviewDecided",
    "ReviewRefused", "ReviewRequested", "RevocationParked", "RevocationRead", "RevocationSettled",
    "ScreeningDetermined", "ScreeningOverridden", "ScreeningReported", "TerminationMoved", "TransferEnded",
    "TransferOffered", "TransferReported", "TransferRequested", "TransferSettled",
]  # fmt: skip
