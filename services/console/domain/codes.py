"""One-time codes that print a receipt without a login: short enough to say over the phone, and kept only as a hash."""

from __future__ import annotations

import hmac
from typing import Final

ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""No 0 and O, no 1, I and L: nothing that looks like something else."""
LENGTH: Final = 10
"""About 49 bits, each of which costs a guesser a try that is counted."""
_SPACES: Final = str.maketrans("", "", " -\t")


def read(typed: str) -> str | None:
    """Return the code that was typed, in capitals and without spaces and hyphens; None where it can be none."""
    code = typed.translate(_SPACES).upper()
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else None


def written(code: str) -> str:
    """Return the code as people read it: two halves joined by a hyphen."""
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"


def mark_of(key: bytes, text: str) -> str:
    """Return the keyed hash under which a code, or a caller, is kept: HMAC-SHA-256 in hexadecimal."""
    return hmac.digest(key, text.encode("utf-8", "surrogatepass"), "sha256").hex()


def same(one: str, other: str) -> bool:
    """Whether two hashes are the same, in a time that tells nothing of how much of them is."""
    return hmac.compare_digest(one, other)
