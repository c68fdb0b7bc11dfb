"""pretrial.consented: the prosecutor says whether the person may take part. The subject is the person.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.words import Day, ReferralId


@published("pretrial.consented", version=1, on=topics.TO_HUB)
class PretrialConsentedV1(AgencyEvent):
    """Without the prosecutor's consent no motion is granted (RCW 69.50.4017(2)); the newest word counts.

    An answer to the site's call for approval says the same; this one can be sent at any time.
    """

    referral_id: ReferralId
    consents: bool
    decided_on: Day


PretrialConsented = PretrialConsentedV1
