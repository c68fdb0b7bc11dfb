"""What a site says of replays: when a second person approves one, how long that holds, and how fast one may go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.sites.site import Site

FILE: Final = "replay.toml"
_Rate = Annotated[int, Field(ge=1, le=100_000)]


class Replaying(BaseModel):
    """The site's settings of replays. A record under 42 CFR part 2 needs a second person whatever they say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    second_person_above: Annotated[int, Field(ge=0, le=1_000_000)] = 50
    """A plan of more items than these needs one."""
    approval_hours: Annotated[int, Field(ge=1, le=8_760)] = 24
    """How long a plan waits to be begun or approved, and an approval to be used."""
    per_second: _Rate = 50
    """How many items a second are asked for, where the operator says nothing else."""
    most_per_second: _Rate = 500


def problems_of_replaying(site: Site) -> Iterator[str]:
    """Yield what is wrong with the settings, each as `file: key: rule`."""
    if site.replay.per_second > site.replay.most_per_second:
        yield f"{FILE}: per_second: It is not more than most_per_second. Next: lower it, or raise the other."
