"""Every rule that can stand against telling something has its words, and every message has what calls for it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from contracts import topics
from contracts.disclosures.disclosure_withheld import DisclosureWithheld
from contracts.event import shelf
from services import notification
from services.notification.domain.explaining import CALLS_FOR, RELATIONS, RULES
from services.notification.domain.floor import SHOWN
from services.sites import Relation
from services.sites.wording import LAYERS

ROOM = Path(notification.__file__).parent
DECIDES = (
    "domain/floor.py", "domain/judging.py", "domain/restricting.py", "domain/carrying.py", "domain/revealing.py",
    "domain/taking_back.py", "domain/retelling.py", "domain/replaying.py", "domain/rehearsing.py", "app/planning.py",
    "app/carrier.py",
)  # fmt: skip
NO_RULES = {"topic-missing", "broker-away", "people-parked", "lane-"}


def rules_in_the_code():
    """Every text of the room's deciding code that has the form of a rule: words joined by hyphens."""
    for file in DECIDES:
        for node in ast.walk(ast.parse((ROOM / file).read_text())):
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and re.fullmatch(r"[a-z]+(-[a-z]+)+", text):
                yield text


def test_every_rule_of_the_code_has_words_and_no_words_are_of_no_rule():
    found = set(rules_in_the_code()) - NO_RULES
    # Three are put together, or are one word.
    assert found | {"lane-suspended", "erased", "superseded"} == set(RULES)


def test_every_layer_that_a_fact_may_name_has_words_in_the_receipt():
    pattern = DisclosureWithheld.model_fields["layer"].metadata[0].pattern
    assert set(pattern.strip("^$()").split("|")) == set(LAYERS)


def test_every_relation_has_words():
    assert set(RELATIONS) == set(Relation)


def test_every_message_is_called_for_by_a_fact_that_there_is():
    names = {event.name for event in shelf()}
    messages = {event.name for event in shelf() if event.topic == topics.FROM_HUB} - {"person.revealed"}
    assert set(CALLS_FOR) <= names - messages
    # What an operator is shown goes to no lane.
    assert {message for called in CALLS_FOR.values() for message in called} == messages - {SHOWN}
