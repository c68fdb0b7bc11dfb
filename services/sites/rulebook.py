"""The catalogue of rules that programs of this kind publish: a policy names one and gives its years, grams, areas."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from contracts.words import Slug
from services.sites.errors import SiteUnreadable

RULES: Final = "rules.toml"
_GIVEN: Final = re.compile(r"\$([a-z_]+)")


class Rule(BaseModel):
    """One rule of the catalogue, in CEL with places for what a policy gives: `$years`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Slug
    text: Annotated[str, Field(min_length=1, max_length=600)]
    asks: Mapping[Slug, str]
    """What a policy gives it, each in words."""
    otherwise: Mapping[Slug, JsonValue] = {}
    """What is taken where a policy gives nothing."""
    applies: Annotated[str, Field(min_length=1)] = "true"
    expression: Annotated[str, Field(min_length=1)]

    def filled(self, given: Mapping[str, Any]) -> tuple[str, str]:
        """Return `applies` and `expression` with what is given in its places.

        Raises:
            ValueError: something is given that it does not ask for, or is missing.
        """
        if unknown := sorted(set(given) - set(self.asks)):
            message = f"The rule {self.id} asks for no {', '.join(unknown)}; it asks for: {', '.join(self.asks)}."
            raise ValueError(message)
        values = {**self.otherwise, **given}
        if missing := sorted(set(self.asks) - set(values)):
            message = f"The rule {self.id} asks for {', '.join(f'{name} ({self.asks[name]})' for name in missing)}."
            raise ValueError(message)
        written = {name: json.dumps(value, ensure_ascii=False) for name, value in values.items()}
        return _GIVEN.sub(lambda place: written[place[1]], self.applies), _GIVEN.sub(
            lambda place: written[place[1]], self.expression
        )


Rulebook = Mapping[str, Rule]


def rulebook(said: Mapping[str, Any]) -> Rulebook:
    """Return the rules that the file of the catalogue says, by their ids.

    Raises:
        SiteUnreadable: a rule breaks the rule of its form, or asks in its words for what it does not name.
    """
    rules: dict[str, Rule] = {}
    for place, one in enumerate(said.get("rule", [])):
        try:
            rule = Rule.model_validate(one)
        except ValidationError as error:
            problems = (f"{RULES}: rule.{place}.{_key(one['loc'])}: {one['msg']}" for one in error.errors())
            raise SiteUnreadable(*problems) from None
        named = set(_GIVEN.findall(f"{rule.applies} {rule.expression}"))
        if named != set(rule.asks):
            raise SiteUnreadable(f"{RULES}: {rule.id}.asks: It names exactly what its words have places for.")
        rules[rule.id] = rule
    return rules


def all_spelled_out(clauses: Any, rules: Rulebook, file: str, lines: Sequence[int]) -> list[dict[str, Any]]:
    """Return the clauses of a policy's file, each with its CEL and the line on which it begins.

    Raises:
        SiteUnreadable: they are no tables, there is no such rule, or it is not given what it asks for.
    """
    if not isinstance(clauses, list) or not all(isinstance(one, dict) for one in clauses):
        raise SiteUnreadable(f"{file}: clause: Each is a table of its own. Next: begin each with [[clause]].")
    begun = [*lines, *[0] * len(clauses)][: len(clauses)]
    return [
        _spelled_out(one, rules, f"{file}:{line}" if line else file) | {"line": line}
        for one, line in zip(clauses, begun, strict=True)
    ]


def _spelled_out(clause: Mapping[str, Any], rules: Rulebook, file: str) -> dict[str, Any]:
    """Return a clause with its CEL: its own, or that of the rule that it names."""
    said = dict(clause)
    given = said.pop("with", {})
    name = said.get("rule")
    here = f"{file}: {said.get('id', '?')}"
    if name is None:
        if given:
            raise SiteUnreadable(f"{here}.with: Only a rule of the catalogue is given something. Next: name the rule.")
        return said
    if name not in rules:
        raise SiteUnreadable(f"{here}.rule: The catalogue has no such rule. Next: name one of {', '.join(rules)}.")
    try:
        applies, expression = rules[name].filled(given)
    except ValueError as error:
        raise SiteUnreadable(f"{here}.with: {error}") from None
    told = "; ".join(f"{one} = {json.dumps(value, ensure_ascii=False)}" for one, value in given.items())
    return {"applies": applies} | said | {"expression": expression, "given": told}


def _key(location: tuple[int | str, ...]) -> str:
    return ".".join(map(str, location))
