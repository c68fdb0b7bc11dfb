"""What it takes to seal and to open a short text under a key that is at hand, and what AES-256-GCM alone takes."""

from __future__ import annotations

import secrets
import statistics
import time
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.plumbing.sealing import Opener, Seals
from services.plumbing.tokens import Place

if TYPE_CHECKING:
    from collections.abc import Callable

TEXT_BYTES = 200
RECORD, PERSON, EVENT = "ref-" + "1" * 32, "per-" + "2" * 32, "3" * 32
ROUNDS = 7


def sealing(quick: bool) -> dict[str, Any]:
    """Return microseconds each, as medians of rounds in which all four take turns, and the ratios to the raw cost."""
    count = 2_000 if quick else 20_000
    cipher, text, place = AESGCM(AESGCM.generate_key(256)), secrets.token_bytes(TEXT_BYTES), secrets.token_bytes(120)
    nonce = secrets.token_bytes(12)
    raw = cipher.encrypt(nonce, text, place)
    seals, opener, here = Seals({RECORD: cipher}), Opener({RECORD: cipher}), Place(PERSON, "identity", RECORD, EVENT)
    token = seals.seal(RECORD, "identity", PERSON, EVENT, text)
    rounds = [
        (
            _microseconds(lambda: seals.seal(RECORD, "identity", PERSON, EVENT, text), count),
            _microseconds(lambda: opener.open(token, here), count),
            _microseconds(lambda: cipher.encrypt(nonce, text, place), count),
            _microseconds(lambda: cipher.decrypt(nonce, raw, place), count),
        )
        for _ in range(ROUNDS)
    ]
    seal, open_, encrypt, decrypt = (statistics.median(column) for column in zip(*rounds, strict=True))
    return {
        "seal_us": round(seal, 1),
        "open_us": round(open_, 1),
        "seal_to_raw": round(seal / encrypt, 1),
        "open_to_raw": round(open_ / decrypt, 1),
    }


def _microseconds(once: Callable[[], Any], count: int) -> float:
    began = time.perf_counter()
    for _ in range(count):
        once()
    return (time.perf_counter() - began) / count * 1_000_000
