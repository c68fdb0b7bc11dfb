"""What a site says to the person, word for word, in each of its languages."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from services.sites.forms import FormText

LANGUAGES: Final = frozenset({"en", "es"})
"""In which every text is there; a site may have more."""


class Words(StrEnum):
    """What a person is told, by whoever meets them first and whenever they ask."""

    FIRST_CONTACT = "first-contact"
    YOUR_RIGHTS = "your-rights"
    IF_YOU_SAY_NO = "if-you-say-no"
    HOW_TO_STOP = "how-to-stop"
    HOW_TO_CORRECT = "how-to-correct"
    HOW_TO_GET_YOUR_RECEIPT = "how-to-get-your-receipt"


def problems_of_words(texts: Iterable[FormText]) -> Iterator[str]:
    """Yield what is wrong with a site's words for the person: one that is missing, or not there in a language."""
    here = "words-for-the-person.toml"
    known: dict[str, dict[str, set[str]]] = {}
    for one in texts:
        known.setdefault(one.id, {}).setdefault(one.version, set()).add(one.language)
    for text in Words:
        if text not in known:
            yield f"{here}: text: A site has the text {text}."
    for text_id, versions in known.items():
        for version, languages in versions.items():
            if missing := LANGUAGES - languages:
                yield f"{here}: {text_id} {version}: Every text is in each language, and not in: {_listed(missing)}."


def _listed(names: set[str] | frozenset[str]) -> str:
    return ", ".join(sorted(names))
