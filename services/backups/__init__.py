"""Backups that cannot bring back what was erased: the log and the tables in one folder, all that opens in another.

A backup is a folder of files that never change, as many of them as one likes: the hub's topics, and a dump of the
database without keys. What can be destroyed stands in one place only, the *key copy* (HUB_KEY_COPY), which the hub
keeps in step: a key destroyed in the hub is destroyed there, too. A restore takes the log from the backup and the keys
from the key copy, and says `referral.erased` again for every record whose key went after the backup was made.
"""

from services.backups.errors import BackupTrouble
from services.backups.keycopy import KeyCopy
from services.backups.making import Ground, made
from services.backups.manifest import Manifest
from services.backups.restoring import restored

__all__ = ["BackupTrouble", "Ground", "KeyCopy", "Manifest", "made", "restored"]
