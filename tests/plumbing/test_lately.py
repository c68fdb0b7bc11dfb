"""A short memory of what was written down lately."""

from __future__ import annotations

from services.plumbing.lately import Lately


class Shelf:
    """Writes numbers as text, and counts how often a text had to be read."""

    def __init__(self) -> None:
        """Nothing is read yet."""
        self.reads: list[str] = []

    def write(self, number: float) -> str:
        """Return the number as text."""
        return str(number)

    def read(self, text: str) -> float:
        """Return the number again."""
        self.reads.append(text)
        return float(text)


def test_what_was_just_written_is_not_read_again():
    shelf = Shelf()
    lately = Lately(shelf.write, shelf.read)
    assert lately.read(lately.written(1.5)) == 1.5
    assert shelf.reads == []


def test_what_somebody_else_wrote_is_read_as_it_is():
    shelf = Shelf()
    lately = Lately(shelf.write, shelf.read)
    lately.written(1.5)
    assert lately.read("2.5") == 2.5
    assert shelf.reads == ["2.5"]


def test_only_the_newest_are_remembered():
    shelf = Shelf()
    lately = Lately(shelf.write, shelf.read, most=2)
    for number in (1.0, 2.0, 1.0, 3.0):
        lately.written(number)
    assert [lately.read(text) for text in ("1.0", "2.0", "3.0")] == [1.0, 2.0, 3.0]
    assert shelf.reads == ["2.0"]
