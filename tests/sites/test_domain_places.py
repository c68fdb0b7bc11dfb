"""Areas on the map: a point is in one area, always the same; what is wrong with a map is refused by name."""

import shutil
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sites import SiteUnreadable, load_site
from services.sites.loading import SITES, sites_in
from services.sites.places import OUTSIDE, Map, problems_of_places, shapes_of
from tests.sites.sample_map import HILLS, MEADOW, RIVERSIDE, feature, in_file, square

TODAY = date(2026, 6, 1)
NAMES = {code: f"{code} of the sample" for code in ("riverside", "hills", "meadow")}
WITHIN = st.floats(0.01, 0.99)


def mapped(*features, codes=NAMES):
    return Map(shapes_of(in_file(*features)), codes)


WHOLE = mapped(RIVERSIDE, HILLS, MEADOW)


@given(WITHIN, WITHIN)
def test_a_point_inside_is_inside(east, north):
    assert WHOLE.area_of(10 + east, 50 + north, TODAY) == "riverside"
    assert WHOLE.area_of(11 + east, 50 + north, TODAY) == "hills"


@given(WITHIN, WITHIN, st.integers(-90, 90), st.integers(-80, 30))
def test_where_the_map_is_moved_with_the_point_the_answer_is_the_same(east, north, along, up):
    moved = mapped(
        feature("riverside", square(10 + along, 50 + up)), feature("hills", square(11 + along, 50 + up)),
        feature("meadow", square(13 + along, 50 + up)),
    )  # fmt: skip
    assert moved.area_of(10 + along + east, 50 + up + north, TODAY) == "riverside"
    assert moved.area_of(12.5 + along, 50 + up + north, TODAY) == OUTSIDE


@given(st.floats(0, 1), st.floats(0, 1))
def test_what_lies_in_a_hole_is_outside_and_the_rim_of_the_hole_is_not(east, north):
    in_hole = 0.25 < east < 0.75 and 0.25 < north < 0.75
    assert WHOLE.area_of(13 + east, 50 + north, TODAY) == (OUTSIDE if in_hole else "meadow")


@given(st.floats(0, 1))
def test_a_shared_border_is_of_whichever_stands_first_in_the_file(north):
    assert WHOLE.area_of(11, 50 + north, TODAY) == "riverside"
    assert mapped(HILLS, RIVERSIDE, MEADOW).area_of(11, 50 + north, TODAY) == "hills"


def test_outside_is_said_only_where_every_area_is_on_the_map():
    assert WHOLE.area_of(0, 0, TODAY) == OUTSIDE
    assert mapped(RIVERSIDE, HILLS).area_of(0, 0, TODAY) is None
    assert mapped(codes=()).area_of(0, 0, TODAY) is None


def test_a_drawing_that_nobody_published_decides_nothing():
    own = feature("meadow", square(13, 50), published=False, citation="not published: drawn for a sample")
    drawn = mapped(RIVERSIDE, HILLS, own)
    assert drawn.area_of(13.5, 50.5, TODAY) is None
    assert drawn.area_of(0, 0, TODAY) is None
    assert not drawn.contradicts("riverside", 10.5, 50.5, TODAY)
    assert drawn.nearest("meadow", TODAY) == {}


def test_a_border_that_moved_is_read_by_the_day():
    small = feature("riverside", square(10, 50, 0.5), until="2025-12-31")
    large = feature("riverside", square(10, 50), **{"from": "2026-01-01"})
    moved = mapped(small, large, HILLS, MEADOW)
    assert moved.area_of(10.75, 50.75, date(2025, 12, 31)) == OUTSIDE
    assert moved.area_of(10.75, 50.75, date(2026, 1, 1)) == "riverside"


def test_two_parts_are_one_area():
    parts = feature("riverside")
    parts["geometry"] = {"type": "MultiPolygon", "coordinates": [[square(10, 50)], [square(20, 50)]]}
    assert mapped(parts, HILLS, MEADOW).area_of(20.5, 50.5, TODAY) == "riverside"


def test_a_code_beside_a_point_is_contradicted_only_for_sure():
    assert WHOLE.contradicts("riverside", 11.5, 50.5, TODAY)
    assert not WHOLE.contradicts("riverside", 11, 50.5, TODAY)
    assert not WHOLE.contradicts("hills", 11, 50.5, TODAY)
    partly = mapped(RIVERSIDE)
    assert partly.contradicts("hills", 10.5, 50.5, TODAY)
    assert not partly.contradicts("hills", 0, 0, TODAY)


def test_who_shares_a_border_is_nearer_than_who_does_not():
    far = feature("riverside", square(10, 50), square(10.5, 50.5, 0.1))
    long_ = [[11, 50], [40, 50], [40, 51], [11, 51], [11, 50]]
    drawn = mapped(far, feature("hills", long_), feature("meadow", square(8, 50)))
    assert list(drawn.nearest("riverside", TODAY)) == ["riverside", "hills", "meadow"]
    assert list(WHOLE.nearest("hills", TODAY)) == ["hills", "riverside", "meadow"]


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (feature("riverside", square(10, 50)[:-1]), "riverside: Each ring has at least four positions, and"),
        (feature("riverside", square(50, 100)), "is it the other way round?"),
        (feature("riverside", [[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]), "Its rings do not cross"),
        (feature("riverside", square(0, 0), square(5, 5)), "Its rings do not cross, and holes lie within"),
        (feature("riverside", square(0, 0), citation=""), "areas.geojson: riverside.citation: "),
        (feature("riverside", square(0, 0), publiched=True), "areas.geojson: riverside.publiched: "),
        (feature("riverside", square(0, 0), until="2020-01-01", **{"from": "2021-01-01"}), "until is not before from"),
        ({"type": "Feature", "properties": {}, "geometry": {"type": "Point"}}, "features.0.geometry: It is a Polygon"),
        ({"type": "Feature"}, "features.0.properties: Each feature has its code"),
        (feature("riverside", [["a", 1]]), "areas.geojson: riverside.polygons.0.0.0.0: "),
    ],
    ids=["open ring", "latitude first", "crossing", "hole outside", "no source", "typo", "dates", "a point", "nothing",
         "words"],
)  # fmt: skip
def test_a_map_that_is_wrong_is_refused_with_its_area_and_rule(made, said):
    with pytest.raises(SiteUnreadable) as refused:
        shapes_of(in_file(made))
    assert said in str(refused.value).replace("Value error, ", "")
    assert str(refused.value).startswith("areas.geojson: ")


@pytest.mark.parametrize(
    ("text", "said"),
    [("{\n nothing", "areas.geojson:2: file: It is JSON."), ("[]", "areas.geojson: type: It is a FeatureCollection")],
)
def test_a_file_that_is_no_map_is_refused(text, said):
    with pytest.raises(SiteUnreadable, match=said):
        shapes_of(text)


def test_areas_of_one_kind_that_overlap_are_refused_by_name_and_those_of_two_kinds_or_times_are_not():
    def said(**more):
        return list(
            problems_of_places(shapes_of(in_file(RIVERSIDE, feature("hills", square(10.5, 50), **more))), NAMES)
        )

    (overlap,) = said()
    assert overlap.startswith("areas.geojson: riverside: It overlaps hills, which is of the same kind (area). Draw")
    assert said(kind="district") == []
    assert list(problems_of_places(shapes_of(in_file(RIVERSIDE, HILLS)), NAMES)) == []
    old, new = feature("riverside", square(10, 50), until="2025-12-31"), {"from": "2026-01-01"}
    apart = shapes_of(in_file(old, feature("hills", square(10, 50), **new)))
    assert list(problems_of_places(apart, NAMES)) == []


def test_a_map_and_the_list_of_areas_name_the_same():
    drawn = shapes_of(in_file(feature("atlantis", square(0, 0)), feature("hills", square(5, 5), name="Hills")))
    assert list(problems_of_places(drawn, NAMES | {OUTSIDE: "x"})) == [
        "areas.toml: area: outside is the code of what is in no area. Give this one another.",
        "areas.geojson: atlantis: No such area: atlantis. Name areas of areas.toml.",
        "areas.geojson: hills.name: It is the name in areas.toml: hills of the sample.",
    ]


@pytest.fixture
def whatcom(tmp_path):
    for slug in ("standard", "washington", "whatcom"):
        shutil.copytree(SITES / slug, tmp_path / slug, ignore=shutil.ignore_patterns("caseload"))
    return tmp_path / "whatcom"


def refused(folder):
    with pytest.raises(SiteUnreadable) as wrong:
        load_site("whatcom", folder.parent)
    return str(wrong.value)


def test_a_site_on_the_map_loads_and_a_broken_map_is_refused_with_the_site(whatcom):
    blaine = feature("blaine", square(0, 0), name="Blaine")
    (whatcom / "areas.geojson").write_text(in_file(blaine))
    site = load_site("whatcom", whatcom.parent)
    assert site.map.area_of(0.5, 0.5, TODAY) == "blaine"
    (whatcom / "areas.geojson").write_text(in_file(blaine, feature("lynden", square(0, 0), name="Lynden")))
    assert refused(whatcom).startswith("areas.geojson: blaine: It overlaps lynden")


@pytest.mark.parametrize(
    ("file", "old", "new", "key"),
    [
        ("agencies/services.toml", "[sea-mar]", '[sea-mar]\nareas = ["atlantis"]', "sea-mar.areas"),
        ("oncall.toml", 'to = "08:00"\n', 'to = "08:00"\nareas = ["atlantis"]\n', "rota.nights.areas"),
    ],
)
def test_an_unknown_area_is_refused_with_its_file_and_line(whatcom, file, old, new, key):
    path = whatcom / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    line = path.read_text()[: path.read_text().index("atlantis")].count("\n") + 1
    said = refused(whatcom)
    assert said.startswith(f"{file}:{line}: ")
    assert said.endswith(f"{key}: No such area: atlantis. Name areas of areas.toml.")


def test_an_unknown_area_in_a_policy_is_refused_with_its_line_and_clause(tmp_path):
    for slug in ("standard", "baltimore"):
        shutil.copytree(SITES / slug, tmp_path / slug, ignore=shutil.ignore_patterns("caseload"))
    policy = tmp_path / "baltimore" / "policies" / "2017.toml"
    policy.write_text(policy.read_text().replace('["pilot-area"]', '["pilot-aera"]'))
    with pytest.raises(
        SiteUnreadable, match=r"^policies/2017.toml:21: pilot-area.with.areas: No such area: pilot-aera"
    ):
        load_site("baltimore", tmp_path)


def test_a_list_of_what_is_near_names_other_areas_of_the_site(whatcom):
    path = whatcom / "areas.toml"
    sound = path.read_text()
    path.write_text(sound.replace('code = "blaine"\n', 'code = "blaine"\nnear = ["birch-bay", "lynden"]\n'))
    site = load_site("whatcom", whatcom.parent)
    assert site.nearest("blaine", TODAY) == {"blaine": 0, "birch-bay": 1, "lynden": 2}
    assert (site.nearest("lynden", TODAY), site.nearest(None, TODAY)) == ({"lynden": 0}, {})
    path.write_text(sound.replace('code = "blaine"\n', 'code = "blaine"\nnear = ["blaine", "atlantis"]\n'))
    assert refused(whatcom) == "areas.toml: blaine.near: No such other area: atlantis, blaine."


@pytest.mark.parametrize("slug", sites_in())
def test_no_site_draws_borders_that_nobody_published(slug):
    assert load_site(slug).shapes == ()
