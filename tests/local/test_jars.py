"""Kafka's jars: only those we know, from whichever mirror, and without the network once they are here."""

import hashlib
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from services.local import jars
from services.local.errors import JarHashDiffers, JarNotInRepository, JarsOutOfReach
from services.local.jars import Jar

CONTENT = b"what the jar holds"
BREW = Jar(hashlib.sha256(CONTENT).hexdigest(), "org.example", "brew", "1.0")
NOBODY_LISTENS = "http://127.0.0.1:1"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_words):
        """Say nothing on standard error."""


@pytest.fixture
def mirror(tmp_path):
    """A Maven repository on this machine: its folder, and its address."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield folder, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def offer(folder, content):
    place = folder / "org" / "example" / "brew" / "1.0"
    place.mkdir(parents=True)
    (place / BREW.name).write_bytes(content)


def test_a_jar_is_fetched_from_the_mirror_and_progress_is_told(tmp_path, mirror):
    folder, address = mirror
    offer(folder, CONTENT)
    heard = []
    [file] = jars.ready(
        tmp_path / "cache", repository=address, jars=[BREW], progress=lambda _step, done, of: heard.append((done, of))
    )
    assert file.read_bytes() == CONTENT
    assert heard == [(0, 1), (1, 1)]


def test_the_second_time_needs_no_network(tmp_path, mirror):
    folder, address = mirror
    offer(folder, CONTENT)
    first = jars.ready(tmp_path / "cache", repository=address, jars=[BREW])
    assert jars.ready(tmp_path / "cache", repository=NOBODY_LISTENS, jars=[BREW]) == first


def test_a_mirror_that_gives_another_jar_is_refused_and_the_jar_is_not_kept(tmp_path, mirror):
    folder, address = mirror
    offer(folder, b"something else")
    with pytest.raises(JarHashDiffers, match=r"brew-1\.0\.jar"):
        jars.ready(tmp_path / "cache", repository=address, jars=[BREW])
    assert list((tmp_path / "cache" / "jars").iterdir()) == []


def test_a_jar_that_was_changed_in_the_cache_is_refused_by_name(tmp_path, mirror):
    folder, address = mirror
    offer(folder, CONTENT)
    [file] = jars.ready(tmp_path / "cache", repository=address, jars=[BREW])
    file.write_bytes(b"changed")
    with pytest.raises(JarHashDiffers) as refusal:
        jars.ready(tmp_path / "cache", repository=address, jars=[BREW])
    assert "brew-1.0.jar" in str(refusal.value)
    assert str(file) in str(refusal.value)


def test_without_network_and_cache_a_person_is_told_what_to_do(tmp_path):
    with pytest.raises(JarsOutOfReach, match="HUB_MAVEN_REPOSITORY"):
        jars.ready(tmp_path / "cache", repository=NOBODY_LISTENS, jars=[BREW])


def test_a_repository_without_the_jar_is_told_from_one_out_of_reach(tmp_path, mirror):
    _, address = mirror
    with pytest.raises(JarNotInRepository, match=r"brew-1\.0\.jar"):
        jars.ready(tmp_path / "cache", repository=address, jars=[BREW])


def test_every_jar_of_kafka_is_pinned_once_by_a_whole_hash():
    listed = jars.listed()
    assert {"kafka_2.13", "kafka-clients", "log4j-slf4j-impl"} <= {jar.artifact for jar in listed}
    assert len({jar.name for jar in listed}) == len(listed)
    assert all(len(bytes.fromhex(jar.sha256)) == 32 for jar in listed)
