"""The person's receipt: it names everything of the ledger and nothing else, in words, and nobody's name."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from html.parser import HTMLParser
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.recalls import RecallEnd
from contracts.words import Category, Purpose
from services.console.domain import Settled, TakenBack, Told, as_html, as_text, entries_of, paper_of
from services.console.domain.receipt import SPEAKS_FOR_ITSELF
from services.plumbing.chains import Entry
from services.sites import load_site
from tests.console import entries as x

SITE = load_site("whatcom")
NOW = x.BEGIN + timedelta(days=1)
LANGUAGES = sorted(SITE.receipts.words)
MESSAGES = sorted(SITE.receipts.words["en"].messages)
BASES = [f"permission/{row.id}" for row in SITE.permissions] + [f"consent/con-{n:032x}" for n in (1, 2)]

told = st.builds(
    x.made,
    agency=st.sampled_from(sorted(SITE.agencies)), message=st.sampled_from(MESSAGES),
    categories=st.lists(st.sampled_from(Category), unique=True, max_size=3).map(tuple),
    purpose=st.sampled_from(Purpose),
    by=st.lists(st.sampled_from(BASES), min_size=1, max_size=3, unique=True).map(" ".join),
    certain=st.booleans(), after=st.integers(0, 3000),
)  # fmt: skip
not_told = st.builds(
    x.withheld, agency=st.sampled_from(sorted(SITE.agencies)), after=st.integers(0, 3000),
    layer=st.sampled_from(sorted(SITE.receipts.words["en"].layers)),
)  # fmt: skip
taken_back = st.integers(1, 3).flatmap(lambda n: st.just(x.recalled(recall=f"rec-{n:032x}", after=n)))
ended = st.builds(
    x.settled, recall=st.integers(1, 4).map("rec-{:032x}".format), how=st.sampled_from(RecallEnd),
    after=st.integers(4, 3000),
)  # fmt: skip
others = st.builds(x.unknown, kind=st.sampled_from(["revealed", "looked_up"]), after=st.integers(0, 3000))
ledgers = st.lists(st.one_of(told, told, not_told, taken_back, ended, others), max_size=12)


def paper(*entries: Entry, language: str = "en"):
    return paper_of(entries_of([one.text for one in entries]), SITE, language, NOW)


def text(*entries: Entry, language: str = "en") -> str:
    """The receipt as text, on one line."""
    return " ".join(as_text(paper(*entries, language=language)).split())


def moment(at, language):
    """The time of day in Whatcom County, worked out apart from the code under test."""
    here = at.astimezone(ZoneInfo("America/Los_Angeles"))
    clock = f"{here.strftime('%I').lstrip('0')}:{here:%M}"
    words = SITE.receipts.words[language]
    if language == "en":
        return f"{here:%B} {here.day}, {here.year}, {clock} {'am' if here.hour < 12 else 'pm'}"
    return (
        f"{here.day} de {words.months[here.month - 1]} de {here.year}, {clock} {'a. m.' if here.hour < 12 else 'p. m.'}"
    )


def expected(entry: Told, language: str):
    words = SITE.receipts.words[language]
    agency = SITE.agencies[entry.agency]
    hidden = entry.purpose == "acknowledgement" and agency.role not in SPEAKS_FOR_ITSELF
    basis = [f"con-{one[4:12]}" for one in entry.consents] or [words.permissions[one] for one in entry.permissions]
    return (
        words.phrases.referrer if hidden else agency.name, moment(entry.at, language), words.messages[entry.message],
        "; ".join(words.categories[one] for one in entry.categories) or words.phrases.said_nothing,
        words.purposes[entry.purpose], tuple(basis), entry.certain,
    )  # fmt: skip


def shown(one, language: str):
    """What the first section says, one item each, in the form of `expected`."""
    words = SITE.receipts.words[language]
    by_consent, by_rule = (
        re.escape(template).replace(re.escape(hole), "(.*)")
        for template, hole in ((words.phrases.your_consent, "{number}"), (words.phrases.the_rule, "{rule}"))
    )
    for group in one.sections[0].groups:
        for item in group.items:
            what, said, why, allowed = (value for _, value in item.lines)
            basis = tuple(
                (re.fullmatch(by_consent, part) or re.fullmatch(by_rule, part))[1] for part in allowed.split("; ")
            )
            yield group.heading, item.heading, what, said, why, basis, not item.remarks


@given(ledgers, st.sampled_from(LANGUAGES))
def test_the_receipt_names_everything_of_the_ledger_and_nothing_else(entries, language):
    read = entries_of([one.text for one in entries])
    one, words = paper(*entries, language=language), SITE.receipts.words[language]
    assert Counter(shown(one, language)) == Counter(
        expected(entry, language) for entry in read if isinstance(entry, Told)
    )

    sections = {section.heading: section for section in one.sections}
    layers = Counter(entry.layer for entry in read if type(entry).__name__ == "NotTold")
    withheld = sections.get(words.phrases.withheld)
    assert sorted(() if withheld is None else withheld.paragraphs) == sorted(
        (words.phrases.withheld_once if count == 1 else words.phrases.withheld_count).replace("{count}", str(count))
        .replace("{reason}", words.layers[layer])
        for layer, count in layers.items()
    )  # fmt: skip

    recalls = {entry.recall_id for entry in read if isinstance(entry, TakenBack | Settled)}
    back = sections.get(words.phrases.taken_back)
    items = [item for group in (() if back is None else back.groups) for item in group.items]
    assert len(items) == len(recalls)
    answers = Counter(value for item in items for label, value in item.lines if label == words.phrases.answer)
    assert sum(answers.values()) - answers[words.phrases.no_answer_yet] == sum(isinstance(e, Settled) for e in read)

    other = sections.get(words.phrases.others)
    assert sum(len(group.items) for group in (() if other is None else other.groups)) == sum(
        type(entry).__name__ == "Other" for entry in read
    )


@given(ledgers, st.sampled_from(LANGUAGES))
def test_no_id_of_anybody_or_anything_is_on_it_but_the_beginning_of_a_consents(entries, language):
    one = paper(*entries, language=language)
    for written in (as_text(one), as_html(one)):
        assert not re.search(r"(per|ref|msg|rec|off)-[0-9a-f]", written)
        assert not re.search(r"con-[0-9a-f]{9}", written)
        for entry in entries:
            assert entry.event_id not in written


class Words(HTMLParser):
    """All words of a page, and its tags."""

    def __init__(self):
        super().__init__()
        self.words, self.tags = [], []

    def handle_data(self, data):
        self.words.append(data)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))


@given(ledgers, st.sampled_from(LANGUAGES))
def test_text_and_html_say_the_same_words(entries, language):
    one = paper(*entries, language=language)
    plain, html = " ".join(as_text(one).split()).lower(), Words()
    html.feed(as_html(one))
    on_the_page = " ".join(" ".join(html.words).split())
    for section in one.sections:
        for group in section.groups:
            for item in group.items:
                for words in (item.heading, *(word for line in item.lines for word in line), *item.remarks):
                    assert words in on_the_page
                    assert words.lower() in plain


def test_html_is_one_page_in_its_language_that_needs_nothing_else_and_runs_nothing():
    html = Words()
    html.feed(as_html(paper(x.made(), x.withheld(), x.recalled(), language="es")))
    tags = [tag for tag, _ in html.tags]
    assert ("html", {"lang": "es"}) in html.tags
    assert not set(tags) & {"script", "link", "img", "iframe", "object"}
    assert not [attrs for _, attrs in html.tags if "style" in attrs or any(name.startswith("on") for name in attrs)]
    assert not [value for _, attrs in html.tags for value in attrs.values() if value and "//" in value]
    assert tags.count("h1") == 1
    levels = [int(tag[1]) for tag in tags if re.fullmatch("h[1-6]", tag)]
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_what_stands_in_html_is_escaped():
    html = as_html(paper(x.unknown("<script>")))
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_relative_who_phoned_and_the_person_themselves_leave_the_same_receipt(language):
    """The program office enters both, and so may a neighbour's; it is the same entry, and no office is named as one."""
    words = SITE.receipts.words[language].phrases
    one = paper(x.made(agency=x.OFFICE, message="referral.acknowledged", purpose=Purpose.ACKNOWLEDGEMENT,
                       categories=(Category.REFERRAL_STATUS,), by="permission/receipt"), language=language)  # fmt: skip
    assert [group.heading for group in one.sections[0].groups] == [words.referrer]
    said = as_text(one).lower()
    assert not re.search(r"family|relative|familia|pariente|mother|madre|phone(d| call)", said)


def test_an_agency_whose_own_staff_refer_is_named():
    one = paper(x.made(agency=x.POLICE, message="referral.acknowledged", purpose=Purpose.ACKNOWLEDGEMENT))
    assert [group.heading for group in one.sections[0].groups] == ["Bellingham Police Department"]


def test_what_was_told_under_a_consent_says_so_with_the_beginning_of_its_number():
    assert "Why this was allowed: your consent, number con-cccccccc" in text(x.made())
    assert "the program's rule: you said yes to meeting a case manager after an arrest" in text(
        x.made(by="permission/agreed-arrest-diversion")
    )


def test_an_answer_that_came_after_the_silence_is_there_with_the_silence():
    said = text(x.made(), x.recalled(), x.settled(how=RecallEnd.SILENT), x.settled(after=30))
    assert "12:20 pm: they did not answer, and the program office takes it up" in said
    assert "12:30 pm: they say that they forgot it" in said
    assert "They have not answered yet" in text(x.recalled())


def test_what_may_not_have_arrived_counts_as_told_and_says_so():
    assert "We are not sure that it arrived." in text(x.made(certain=False))
    assert "We are not sure" not in text(x.made())


def test_a_person_of_whom_nobody_was_told_gets_a_receipt_that_says_so():
    assert "Nobody was told anything about you." in text()
    assert "No se le dijo a nadie nada sobre usted." in text(language="es")


def test_what_an_old_ledger_holds_and_nobody_has_words_for_is_named_by_its_code():
    said = text(x.made(agency="gone-agency", message="old.message", by="permission/old-rule"), x.unknown("looked_up"))
    for code in ("gone-agency", "(old.message)", "(old-rule)", "(looked_up)"):
        assert code in said


def test_every_line_of_text_fits_a_narrow_page():
    assert max(map(len, as_text(paper(x.made(), x.withheld(), x.recalled(), x.unknown())).splitlines())) <= 76


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_an_operator_was_shown_is_there_with_why_and_neither_operator_nor_reason(language):
    words, said = SITE.receipts.words[language], text(x.revealed(), language=language)
    assert f"{words.phrases.happened}: {words.kinds['revealed']}" in said
    assert f"{words.phrases.about}: {words.categories['identity']}" in said
    assert f"{words.phrases.why}: {words.purposes['operation']}" in said
    assert "juno" not in said
    assert "c2VhbGVk" not in said
