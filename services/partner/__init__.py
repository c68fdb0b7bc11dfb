"""An agency's own side of the hub: it speaks on its topic and listens on its lane, with its own user and password.

Promise: nothing here knows more than an agency does. The command line and the demonstration use it; an agency may copy
it.
"""

from __future__ import annotations

from services.partner.client import Heard, NotLetIn, Partner, Sent

__all__ = ["Heard", "NotLetIn", "Partner", "Sent"]
