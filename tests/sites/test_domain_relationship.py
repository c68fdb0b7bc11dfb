"""What a site publishes of the long relationship: every word with its source, and nobody decides who may not."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from contracts.words import Door
from services.sites import SiteUnreadable, load_site
from services.sites.loading import SITES, sites_in
from services.sites.relationship import DECIDE

CONDITION = {
    "id": "meet-weekly", "doors": ["community"], "in_force_from": date(2026, 1, 1), "asked_by": "court",
    "text": "Meet every week.", "until": "a year", "may_follow": "The court may look again.", "decided_by": "court",
    "citation": "an invented rule",
}  # fmt: skip


def a_site(tmp_path, **changes):
    """Make a site beside the real ones that asks this of people."""
    for name in ("standard", "washington"):
        (tmp_path / name).symlink_to(SITES / name)
    folder = tmp_path / "somewhere"
    folder.mkdir()
    for name in ("policies", "areas.toml"):
        (folder / name).symlink_to(SITES / "washington" / name)
    (folder / "site.toml").write_text('name = "Somewhere"\ntimezone = "America/Los_Angeles"\n')
    said = {name: value for name, value in (CONDITION | changes).items() if value is not None}
    lines = [
        f"{name} = {value.isoformat() if isinstance(value, date) else repr(value)}" for name, value in said.items()
    ]
    (folder / "relationship.toml").write_text("[[condition]]\n" + "\n".join(lines) + "\n")
    return load_site("somewhere", tmp_path)


def test_only_clackamas_and_seattle_publish_a_condition_and_a_prosecutor_decides_it():
    found = {slug: load_site(slug).relationship.condition for slug in sites_in()}
    assert {slug for slug, conditions in found.items() if conditions} == {"clackamas", "seattle"}
    assert {one.decided_by for conditions in found.values() for one in conditions} <= DECIDE
    assert all(one.citation and one.doors == {Door.ARREST_DIVERSION} for some in found.values() for one in some)


def test_no_site_publishes_after_how_many_attempts_somebody_counts_as_not_found():
    for slug in sites_in():
        site = load_site(slug)
        assert site.relationship.unable_to_locate is None
        assert site.basis["relationship.unable_to_locate"].startswith("not published")


def test_a_condition_is_told_at_its_door_from_its_day_on(tmp_path):
    relationship, day = a_site(tmp_path).relationship, date(2026, 1, 1)
    (told,) = relationship.conditions(Door.COMMUNITY, day)
    assert (told.text, told.decided_by, told.citation) == ("Meet every week.", "court", "an invented rule")
    assert relationship.conditions(Door.COMMUNITY, day - timedelta(days=1)) == ()
    assert relationship.conditions(Door.SOCIAL_CONTACT, day) == ()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"citation": None}, "relationship.toml: condition.0.citation: Field required"),
        ({"citation": ""}, "relationship.toml: condition.0.citation:"),
        ({"decided_by": "program_office"}, "relationship.toml: condition.0.decided_by: A prosecutor, a court"),
        ({"decided_by": "case_management"}, "relationship.toml: condition.0.decided_by: A prosecutor, a court"),
    ],
)
def test_a_condition_without_its_source_or_that_the_hub_would_decide_is_refused(tmp_path, changes, says):
    with pytest.raises(SiteUnreadable) as refused:
        a_site(tmp_path, **changes)
    assert says in str(refused.value)
