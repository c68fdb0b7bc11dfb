"""The words of correcting: who says that something is otherwise, and what people may say of themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.word import Word

if TYPE_CHECKING:
    from contracts.words import Category


class SaidBy(Word):
    """Whose word a correction is."""

    SENDER = "sender"
    PERSON = "person"


class OwnFact(Word):
    """What people say of themselves, and nobody knows better. Police data are not among it."""

    LEGAL_NAME = "legal_name"
    PREFERRED_NAME = "preferred_name"
    ALIASES = "aliases"
    PRONOUNS = "pronouns"
    BIRTH_DATE = "birth_date"
    PHONES = "phones"
    USUAL_PLACES = "usual_places"
    THROUGH = "through"
    MESSAGE_IS_SAFE = "message_is_safe"
    LANGUAGE = "language"
    INTERPRETER = "interpreter"
    AREA = "area"
    RESIDENCE_AREA = "residence_area"
    NEEDS = "needs"


def own_field(category: Category) -> str:
    """Return the field in which a person's own word of this category is sealed, beside the sender's."""
    return f"own-{category.value}"
