import base64
import stat

import pytest

from services.plumbing.keystore import SiteKeys, ensure_keys
from services.plumbing.ring import NotAKey


def test_the_keys_of_a_site_are_made_once_and_only_their_owner_reads_them(tmp_path):
    keys = ensure_keys(tmp_path / "secrets")
    (site,) = keys.site.keys
    assert [len(site.raw), len(keys.pseudonym), len(keys.matching)] == [32, 64, 32]
    assert ensure_keys(tmp_path / "secrets") == keys
    for name in ("site.key", "pseudonym.key", "matching.key"):
        assert stat.S_IMODE((tmp_path / "secrets" / name).stat().st_mode) == 0o600
    assert len(list((tmp_path / "secrets").iterdir())) == 3


def test_a_damaged_key_is_never_replaced(tmp_path):
    ensure_keys(tmp_path)
    (tmp_path / "site.key").write_text("not a key")
    with pytest.raises(NotAKey):
        ensure_keys(tmp_path)
    assert (tmp_path / "site.key").read_text() == "not a key"


def test_servers_get_their_keys_as_settings(tmp_path):
    keys = ensure_keys(tmp_path)
    raw = {"site": keys.site.keys[0].raw, "pseudonym": keys.pseudonym, "matching": keys.matching}
    texts = {name: base64.b64encode(key).decode() for name, key in raw.items()}
    assert SiteKeys.from_texts(**texts) == keys
    with pytest.raises(NotAKey):
        SiteKeys.from_texts(**texts | {"matching": texts["pseudonym"]})


def test_keys_never_show(tmp_path):
    assert "bytes" not in repr(ensure_keys(tmp_path))
    assert repr(ensure_keys(tmp_path)) == "SiteKeys()"
