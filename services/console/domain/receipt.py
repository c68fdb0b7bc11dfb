"""The receipt for the person: who was told what about them, when, why and under what, from the ledger alone.

Nobody's name is on it: the ledger has none. Agencies are named in full, but for one case: the receipt for a referral
goes to whoever sent it, and where that is no police, court or hospital, a relative or a neighbour may stand behind it
(the program office enters what was phoned). Then it says "whoever referred you", and nothing tells one from another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from contracts.words import Purpose, Role
from services.console.domain.entries import NotTold, Other, Settled, TakenBack, Told
from services.console.domain.paper import Group, Item, Paper, Section
from services.sites import ReceiptWords, Site

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from services.console.domain.entries import Entry

SPEAKS_FOR_ITSELF: Final = frozenset(
    {
        Role.LAW_ENFORCEMENT,
        Role.PROSECUTOR,
        Role.PUBLIC_DEFENDER,
        Role.COURT,
        Role.PROBATION,
        Role.JAIL,
        Role.HOSPITAL,
    }
)
"""Whose own staff refer: naming them names nobody's family."""
_NUMBER: Final = 12
"""How much of a consent's id stands on paper: `con-` and eight digits."""
_NOON: Final = 12


def paper_of(entries: Sequence[Entry], site: Site, language: str, at: datetime) -> Paper:
    """Return the receipt in one of the site's languages; `entries` are all of one person, `at` is when it is made.

    Raises:
        KeyError: the site has no words in this language.
    """
    writer = _Writer(site, site.receipts.words[language])
    phrases = writer.words.phrases
    office = writer.agency(site.program_office)
    sections = [
        _told(entries, writer),
        _withheld(entries, writer),
        _taken_back(entries, writer),
        _others(entries, writer),
        Section(phrases.rights, (phrases.revoke.format(office=office), phrases.questions.format(office=office),
                                 phrases.keep)),
    ]  # fmt: skip
    opening = phrases.opening.format(site=site.name), phrases.made.format(moment=writer.moment(at))
    return Paper(language, phrases.title, opening, tuple(one for one in sections if one is not None))


@dataclass(frozen=True, slots=True)
class _Writer:
    """Puts codes into words."""

    site: Site
    words: ReceiptWords

    def agency(self, slug: str) -> str:
        known = self.site.agencies.get(slug)
        return slug if known is None else known.name

    def moment(self, at: datetime) -> str:
        """Return the time of day at the site."""
        here, words = at.astimezone(ZoneInfo(self.site.timezone)), self.words
        return words.moment.format(
            month=words.months[here.month - 1],
            day=here.day,
            year=here.year,
            hour=here.hour % _NOON or _NOON,
            minute=f"{here.minute:02}",
            half=words.before_noon if here.hour < _NOON else words.after_noon,
        )

    def of(self, known: Mapping[str, str], code: str) -> str:
        return known.get(code) or self.words.phrases.no_words.format(code=code)

    def categories(self, codes: Iterable[str]) -> str:
        return "; ".join(self.of(self.words.categories, code) for code in codes) or self.words.phrases.said_nothing

    def basis(self, told: Told) -> str:
        """Return under what it was told: the consents where there are any, else the program's rules."""
        phrases = self.words.phrases
        consents = [phrases.your_consent.format(number=one[:_NUMBER]) for one in told.consents]
        rules = [phrases.the_rule.format(rule=self.of(self.words.permissions, one)) for one in told.permissions]
        return "; ".join(consents or rules)

    def recipient(self, told: Told) -> str:
        """Return who was told; of who may have written down a relative's word, only that they referred."""
        known = self.site.agencies.get(told.agency)
        if told.purpose == Purpose.ACKNOWLEDGEMENT and (known is None or known.role not in SPEAKS_FOR_ITSELF):
            return self.words.phrases.referrer
        return self.agency(told.agency)


def _told(entries: Iterable[Entry], writer: _Writer) -> Section:
    phrases = writer.words.phrases
    by_recipient: dict[str, list[Item]] = {}
    for entry in entries:
        if isinstance(entry, Told):
            by_recipient.setdefault(writer.recipient(entry), []).append(_item(entry, writer))
    groups = tuple(Group(name, tuple(items)) for name, items in sorted(by_recipient.items()))
    return Section(phrases.told, () if groups else (phrases.nobody,), groups)


def _item(told: Told, writer: _Writer) -> Item:
    words, phrases = writer.words, writer.words.phrases
    lines = (
        (phrases.what, writer.of(words.messages, told.message)),
        (phrases.said, writer.categories(told.categories)),
        (phrases.why, writer.of(words.purposes, told.purpose)),
        (phrases.allowed_by, writer.basis(told)),
    )
    return Item(writer.moment(told.at), lines, () if told.certain else (phrases.uncertain,))


def _withheld(entries: Iterable[Entry], writer: _Writer) -> Section | None:
    """A short count by reason is enough: how often the hub kept something back, and not from whom."""
    phrases, counts = writer.words.phrases, dict[str, int]()
    for entry in entries:
        if isinstance(entry, NotTold):
            counts[entry.layer] = counts.get(entry.layer, 0) + 1
    told = (
        (phrases.withheld_once if count == 1 else phrases.withheld_count).format_map(
            {"count": count, "reason": writer.of(writer.words.layers, layer)}
        )
        for layer, count in sorted(counts.items())
    )
    return Section(phrases.withheld, tuple(told)) if counts else None


def _taken_back(entries: Sequence[Entry], writer: _Writer) -> Section | None:
    recalls = {entry.recall_id: entry for entry in entries if isinstance(entry, TakenBack)}
    ends: dict[str, list[Settled]] = {}
    for entry in entries:
        if isinstance(entry, Settled):
            ends.setdefault(entry.recall_id, []).append(entry)
    by_agency: dict[str, list[Item]] = {}
    for recall_id in [*recalls, *(one for one in ends if one not in recalls)]:
        settled, recall = ends.get(recall_id, []), recalls.get(recall_id)
        agency = settled[0].agency if recall is None else recall.agency
        by_agency.setdefault(writer.agency(agency), []).append(_recall(recall, settled, writer))
    groups = tuple(Group(name, tuple(items)) for name, items in sorted(by_agency.items()))
    return Section(writer.words.phrases.taken_back, (), groups) if groups else None


def _recall(recall: TakenBack | None, ends: Sequence[Settled], writer: _Writer) -> Item:
    words, phrases = writer.words, writer.words.phrases
    asked: tuple[tuple[str, str], ...] = ()
    if recall is not None:
        reason, (basis, _, number) = writer.of(words.reasons, recall.because), recall.basis.partition("/")
        if basis == "consent":
            reason = phrases.consent_number.format(reason=reason, number=number[:_NUMBER])
        asked = (phrases.asked_to_forget, writer.categories(recall.categories)), (phrases.asked_because, reason)
    answers = [
        (
            phrases.answer,
            phrases.answer_of.format(moment=writer.moment(end.at), answer=writer.of(words.answers, end.how)),
        )
        for end in ends
    ]
    begun = ends[0].at if recall is None else recall.at
    return Item(writer.moment(begun), (*asked, *(answers or [(phrases.answer, phrases.no_answer_yet)])))


def _others(entries: Iterable[Entry], writer: _Writer) -> Section | None:
    items = tuple(_other(entry, writer) for entry in entries if isinstance(entry, Other))
    phrases = writer.words.phrases
    return Section(phrases.others, (), (Group(phrases.other, items),)) if items else None


def _other(entry: Other, writer: _Writer) -> Item:
    lines = [(writer.words.phrases.happened, writer.of(writer.words.kinds, entry.kind))]
    if entry.categories:
        lines.append((writer.words.phrases.about, writer.categories(entry.categories)))
    if entry.purpose is not None:
        lines.append((writer.words.phrases.why, writer.of(writer.words.purposes, entry.purpose)))
    return Item(writer.moment(entry.at), tuple(lines))
