"""The words of a verdict's grounds: a screening names clauses, and the site's policies say what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.console.domain.timeline import Step
    from services.sites import Site


def worded(step: Step, site: Site) -> Step:
    """Return the step with the words and the source of each clause that it names.

    They are those of the very policy that decided, by id, version and hash. Where the site has it no more as it was,
    the clauses stay as they are, and so do those that brought their words along.
    """
    said = step.details
    if "rules" not in said:
        return step
    words = site.words_of(*(str(said.get(name)) for name in ("policy", "policy_version", "policy_hash")))
    rules = [(words[rule["clause"]]._asdict() if rule["clause"] in words else {}) | rule for rule in said["rules"]]
    return step.model_copy(update={"details": said | {"rules": rules}})
