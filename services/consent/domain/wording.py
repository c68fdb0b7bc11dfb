"""What agencies are told that is not about one element of a form: field, rule and fix."""

from __future__ import annotations

from typing import Final

from contracts.words import Problem

NO_WITNESS: Final = Problem(
    field="source",
    rule="Your agency may not witness a consent at this site.",
    fix="Have it witnessed by the person's case manager.",
)
STRANGER: Final = Problem(
    field="subject",
    rule="A consent is witnessed by who refers, holds or serves the person, and for its own care by the case manager.",
    fix="Have it witnessed by the person's case manager, or send it when you are.",
)
NOT_FROM_YOU: Final = Problem(
    field="subject",
    rule="Everything is taken back by way of a witness, or of who refers, holds or serves the person: nothing stopped.",
    fix="Have it sent by the witness of the consent or by the program office; both may stop it at once.",
)
NO_SUCH_FORM: Final = Problem(
    field="form_reference",
    rule="A consent of this person was signed before you under this number.",
    fix="Send the number of the signed form, or leave it out to take back every one.",
)
OTHER_FORM: Final = Problem(
    field="form_reference",
    rule="One number stands for one signed form, and this one was used for another.",
    fix="Send the form under a number of its own.",
)
TAKEN_BACK: Final = Problem(
    field="form_reference",
    rule="The person took this consent back, and it stays so.",
    fix="A new consent has a new number.",
)
OVER: Final = Problem(
    field="expires_with",
    rule="A consent that has expired counts no more (42 CFR 2.31(c)).",
    fix="Ask the person for a new one.",
)
NOT_YET: Final = Problem(
    field="form_reference",
    rule="Where its form says so, a consent stands until its event or day (42 CFR 2.35(c)); all else has stopped.",
    fix="Send nothing more: it is taken back by this word as soon as the event or the day comes.",
)
