"""How tables look: what is there to be copied is never broken over lines, however narrow the screen."""

import pytest
from rich.console import Console

from services.commands import shown

REFERRAL, REVIEW = "ref-" + "1" * 32, "rev-" + "2" * 32
COLUMNS = ("review", "referral", "urgent", "because")


@pytest.fixture
def screen(monkeypatch):
    """Gives a screen of so many columns to the commands, and returns what stands on it."""

    def of(width):
        console = Console(width=width, highlight=False, record=True, quiet=False)
        monkeypatch.setattr(shown, "screen", console)
        return console

    return of


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_an_id_stands_whole_on_one_line_and_nothing_is_left_out(screen, width):
    console = screen(width)
    shown.show_table("Open reviews", COLUMNS, [(REVIEW, REFERRAL, True, "drug-amount"), (REVIEW, REFERRAL, False, "x")])
    lines = console.export_text().splitlines()
    assert sum(REVIEW in line for line in lines) == 2
    assert sum(REFERRAL in line for line in lines) == 2
    assert all(any(column in line for line in lines) for column in COLUMNS)
    assert any("drug-amount" in line for line in lines)


def test_a_wide_screen_has_a_table_and_a_narrow_one_a_line_for_each_value(screen):
    console = screen(120)
    shown.show_table("Open reviews", COLUMNS, [(REVIEW, REFERRAL, True, "x")])
    assert len(console.export_text().splitlines()) == 3
    console = screen(60)
    shown.show_table("Open reviews", COLUMNS, [(REVIEW, REFERRAL, True, "x")])
    assert [line.split()[0] for line in console.export_text().splitlines()] == ["Open", *COLUMNS]


def test_an_address_stands_whole_on_one_line(screen):
    address = "postgresql://" + "a" * 100
    console = screen(60)
    shown.show_facts("The hub is up", [("PostgreSQL", address), ("state", "here")])
    assert any(address in line for line in console.export_text().splitlines())
