"""Texts that go out word for word, as a site dates them, and the test that tells stale wording of 42 CFR 2.32."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from contracts.words import Code, Day

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class TextKind(StrEnum):
    """Which text is meant. Source: 42 CFR 2.32(a)(1) and (a)(2), either of which goes with a disclosure."""

    LONG = "redisclosure-long"
    SHORT = "redisclosure-short"


class Text(BaseModel):
    """One dated wording. Another wording is another entry with its own day; one that is in force never changes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Code
    in_force_from: Day
    text: Annotated[str, Field(min_length=1, max_length=4_000)]
    citation: Annotated[str, Field(min_length=1, max_length=300)]


EFFECTIVE: Final = date(2024, 4, 16)
"""From this day the wording of the final rule of 2024 may be used, and since 2026-02-16 it must be (89 FR 12472)."""
_USE: Final[Mapping[TextKind, tuple[str, ...]]] = {
    TextKind.LONG: ("prohibit you from using or disclosing this record", "any other use or disclosure of this record"),
    TextKind.SHORT: ("prohibits unauthorized use or disclosure of these records",),
}
"""Words that the texts of 2018 and 2020 lack: those forbid disclosure alone."""


def in_force_on(texts: tuple[Text, ...], day: date) -> Text:
    """Return the newest text that is in force on that day; before the first, the first."""
    return max((one for one in texts if one.in_force_from <= day), key=lambda one: one.in_force_from, default=texts[0])


def problems_of_texts(texts: Mapping[TextKind, tuple[Text, ...]]) -> Iterator[str]:
    """Yield what is wrong with a site's texts: one that is missing, twice the same day or version, stale wording."""
    for kind in TextKind:
        dated = texts.get(kind, ())
        here = f"texts.toml: {kind}"
        if not dated or dated[0].in_force_from > EFFECTIVE:
            yield f"{here}: A site has the text that is in force since {EFFECTIVE} (42 CFR 2.32, 89 FR 12472)."
        for name in ("version", "in_force_from"):
            if len({getattr(one, name) for one in dated}) < len(dated):
                yield f"{here}.{name}: Each text has its own."
        for one in dated:
            words = " ".join(one.text.split())
            for phrase in _USE[kind]:
                if phrase not in words:
                    yield f'{here}: {one.version}: It is the text of 42 CFR 2.32(a) of 2024, with "{phrase}".'
