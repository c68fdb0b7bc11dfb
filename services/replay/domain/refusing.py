"""Why an operator's word on a replay does not count: always the field, the rule and the fix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.parts import Refusal
from contracts.replays.replay_refused import ReplayRefused
from contracts.words import Problem
from services.plumbing.service import Said

if TYPE_CHECKING:
    from contracts.envelope import Fact

Objection = tuple[str, Problem]
"""The reason, and its problem."""

_SHOW: Final = "`hub replay show` tells where it stands."
_ANEW: Final = "Plan it again: `hub replay plan`."
NO_REPLAY: Final = (
    "unknown-replay",
    Problem(field="replay_id", rule="It is a replay of this hub.", fix="`hub replay list` names them."),
)
OWN_PLAN: Final = (
    "own-plan",
    Problem(
        field="operator",
        rule="Nobody approves a plan of their own.",
        fix="Ask another operator, who has a key of their own: `hub operator add`.",
    ),
)
UNSIGNED: Final = (
    "unsigned",
    Problem(
        field="signature",
        rule="An approval is signed with the operator's registered key.",
        fix="Name an operator whom `hub operator add` gave a key here: --as, or HUB_OPERATOR.",
    ),
)
OTHER_PLAN: Final = (
    "another-plan",
    Problem(
        field="plan_hash", rule="It is the hash of the plan as it stands.", fix="Look at it again: `hub replay show`."
    ),
)
EXPIRED: Final = (
    "plan-expired",
    Problem(field="replay_id", rule="A plan is begun within the site's hours; this one is older.", fix=_ANEW),
)
UNAPPROVED: Final = (
    "not-approved",
    Problem(
        field="replay_id",
        rule="A plan of this size, or of records under 42 CFR part 2, is approved by a second person, and "
        "the approval holds for the site's hours.",
        fix="Ask another operator: `hub replay approve`.",
    ),
)
GROUND_MOVED: Final = (
    "ground-moved",
    Problem(
        field="replay_id",
        rule="Consents, records, the agency's standing or the disclosure policy have changed since it was planned.",
        fix=_ANEW,
    ),
)
TOO_FAST: Final = (
    "too-fast",
    Problem(field="per_second", rule="It is at most what the site allows (replay.toml).", fix="Say a lower --rate."),
)
NO_AGENCY: Final = (
    "unknown-agency",
    Problem(field="agency", rule="It is an agency of this site.", fix="`hub agency list` names them."),
)
NO_PERMISSION: Final = (
    "no-permission",
    Problem(
        field="agency",
        rule="The agency may hear something at all, and is not suspended.",
        fix="`hub agency show` tells what it may hear; bring it back with `hub agency resume`.",
    ),
)
NO_SINCE: Final = (
    "no-beginning",
    Problem(field="since", rule="Such a replay names the moment from which on.", fix="Say --since."),
)
FUTURE: Final = (
    "time-in-the-future",
    Problem(
        field="since", rule="Neither of the two moments is in the future.", fix="Say an earlier --since or --until."
    ),
)
EMPTY: Final = (
    "empty-range",
    Problem(field="until", rule="It is later than `since`.", fix="Say a later --until, or an earlier --since."),
)
NOTHING: Final = (
    "nothing-to-replay",
    Problem(
        field="since",
        rule="There is something in what was asked for: nothing was told there that names what it was about.",
        fix="Ask for a longer time, another agency, or other referrals.",
    ),
)
NO_POLICY: Final = (
    "unknown-policy-version",
    Problem(
        field="policy_version", rule="It is a version of a policy of this site.", fix="`hub policy list` names them."
    ),
)
NOT_JUDGED: Final = (
    "not-judged",
    Problem(
        field="history",
        rule="Who asks says what was found, by the words of that policy version as this site has them.",
        fix="Ask by `hub replay plan history`, where the hub's services have the same site's files.",
    ),
)
NOTHING_TOLD: Final = (
    "nothing-told",
    Problem(
        field="replay_id",
        rule="Screening history again tells nobody anything: nothing of it is approved, run or taken back.",
        fix="`hub replay plan history` lists the people; `hub reviews override` offers one of them again.",
    ),
)
NOT_BUILT: Final = (
    "kind-not-planned",
    Problem(
        field="kind",
        rule="It is a kind of replay that this hub plans: `lane` or `history`. No plan is made of dead letters, nor of "
        "the redelivery of events to a service.",
        fix="Dead letters are tried again by `hub deadletters retry`; a service that lacks events is filled anew by "
        "`hub replay rebuild`.",
    ),
)


def not_now(stage: str) -> Objection:
    """Say that it stands where this is no next step."""
    return "not-now", Problem(field="step", rule=f"It does not fit a replay that is {stage}.", fix=_SHOW)


def refusal_of(office: str, message_id: str, message_type: str, objection: Objection) -> Refusal:
    """Return the refusal as the program office hears it."""
    reason, problem = objection
    return Refusal(agency=office, message_id=message_id, message_type=message_type, reason=reason, problems=(problem,))


def refused(fact: Fact, replay_id: str, objection: Objection) -> Said:
    """Return the refusal of an operator's word."""
    refusal = refusal_of(fact.agency or "", fact.id, fact.event.name, objection)
    return Said(ReplayRefused(replay_id=replay_id, refusal=refusal), subject="", key=replay_id)
