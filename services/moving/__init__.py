"""A person moves to another program of the same hub: the one asks for help there by name, the other is referred to.

Promise: nothing goes over that the person did not consent to, nothing goes twice, and neither site sees more of the
other than two partners would. At each of the two sites the other one is a partner with a topic, a lane, a password and
consents of its own (`neighbours.toml`); here is who stands between, and is that partner on both sides.
"""

from __future__ import annotations

from services.moving.following import Follower
from services.moving.partners import pairs

__all__ = ["Follower", "pairs"]
