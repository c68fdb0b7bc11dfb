"""What stands in the way of a rebuild, each with what to do."""

from __future__ import annotations

import inspect


class RebuildTrouble(Exception):
    """Something about a rebuild is not as it should be."""

    def __init__(self, **known: object) -> None:
        """The docstring is the message; `known` fills its gaps."""
        super().__init__(inspect.cleandoc(self.__doc__ or "").format(**known))


class NotLaid(RebuildTrouble):
    """The database has no tables of {service} yet.

    Next: `hub up` or `hub migrate` makes them.
    """


class NothingBuilt(RebuildTrouble):
    """Nothing was built beside {service}.

    Next: `hub replay rebuild {service}` builds it.
    """


class HalfBuilt(RebuildTrouble):
    """What is built beside {service} is not finished: {done} of {all} records are read.

    Next: `hub replay rebuild {service}` goes on where it stopped.
    """


class OtherTables(RebuildTrouble):
    """The tables of {service} have changed since this was built beside them.

    Next: `hub replay rebuild {service} --anew` begins again.
    """


class AnotherBuilds(RebuildTrouble):
    """Somebody else is rebuilding {service} just now.

    Next: wait for its end; `hub replay rebuild {service} --status` shows how far it is.
    """


class Unexplained(RebuildTrouble):
    """The rebuilt {service} differs from the live one: {differences}. Nothing was swapped.

    Next: look with `hub replay rebuild {service} --compare`; where the log is right, swap with --despite CODE.
    """


class NothingOld(RebuildTrouble):
    """There is no former {service} to drop.

    Next: `hub replay rebuild {service} --status` shows what is there.
    """


class Busy(RebuildTrouble):
    """The tables of {service} could not be had alone within {seconds} seconds. Nothing was changed.

    Next: see with `hub status` what it is busy with, and try again.
    """


class Shortened(RebuildTrouble):
    """The topic {topic} no longer begins at its beginning: what {service} heard of it cannot be folded again.

    Next: bring the log back (`hub restore`); without it nothing can be rebuilt.
    """


class TopicMissing(RebuildTrouble):
    """There is no topic {topic}.

    Next: `hub topics apply` makes what is missing; what a lost topic held cannot be rebuilt.
    """
