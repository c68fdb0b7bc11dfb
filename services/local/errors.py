"""What can go wrong on one machine, and what the person in front of it can do next.

The docstring of each class is its message; names in braces are filled in where it is raised.
"""

from inspect import cleandoc


class LocalTrouble(Exception):
    """The embedded hub cannot go on."""

    def __init__(self, **facts: object) -> None:
        """Fill the situation's sentence with its facts; they stay readable as `facts`."""
        self.facts = facts
        super().__init__(cleandoc(type(self).__doc__ or "").replace("\n\n", "\n").format(**facts))


class HubAlreadyRunning(LocalTrouble):
    """Another hub (process {pid}) already uses {state}.

    Next: stop that one with Ctrl-C where it runs, or choose another folder with --state.
    """


class BegunForAnother(LocalTrouble):
    """The hub in {state} was begun for {site}, which is not among the sites named now ({named}).

    Next: name it, too: --site {site} {named}; or choose another folder with --state.
    """


class NotARealm(LocalTrouble):
    """A site called {site} cannot be a further site of a hub: its names in Kafka could be taken for the first site's.

    Next: rename its folder, or let it be the first.
    """


class NotWithinAHub(LocalTrouble):
    """The site {site} is a further one of a hub, so that its folder is within that hub's.

    Next: name it with --state, as the hub's folder and /sites/{site}.
    """


class StateNotWritable(LocalTrouble):
    """The state folder {state} cannot be written: {reason}.

    Next: give yourself the right to write there, or choose another folder with --state.
    """


class DiskFull(LocalTrouble):
    """The disk that holds {folder} is full: {free} MB are free, {needed} MB are needed.

    Next: free some space, or choose a folder on another disk with --state.
    """


class SecretLost(LocalTrouble):
    """The password file {file} is missing, but Kafka's data in {data} was made with it.

    Next: bring the file back, or remove the folder {state} to begin anew.
    """


class JarHashDiffers(LocalTrouble):
    """{jar} is not the file that the hub was made with: its SHA-256 is {found}, but {expected} was expected.

    Next: remove {file} if it is there and try again; if the hash differs again, distrust the repository it came from.
    """


class JarsOutOfReach(LocalTrouble):
    """Apache Kafka is not in {cache} yet, and {jar} could not be fetched: {reason}.

    Next: connect to the network once, name a Maven mirror in HUB_MAVEN_REPOSITORY, or copy a filled cache there.
    """


class JarNotInRepository(LocalTrouble):
    """The Maven repository does not offer {jar}.

    Next: correct HUB_MAVEN_REPOSITORY, or unset it to use Maven Central.
    """


class PortsBusy(LocalTrouble):
    """No free ports were found for Kafka after {tries} tries; the last were {ports}.

    Next: see what listens there, stop it, and start again; {log} says more.
    """


class AgencyPortBusy(LocalTrouble):
    """Another program listens on port {port}, at which this hub's agencies reach Kafka.

    Next: stop that program and start again. Should the agencies come in at another port from now on, remove {file}
    first, and give them the new address: `hub agency credentials` shows it.
    """


class KafkaDidNotStart(LocalTrouble):
    """Apache Kafka did not become ready: {reason}.

    Next: read {log}; if its data is damaged, removing the folder {state} begins anew.
    """


class PostgresDidNotStart(LocalTrouble):
    """PostgreSQL did not become ready: {reason}.

    Next: read {log}; if its data is damaged, removing the folder {state} begins anew.
    """


class PostgresNotInstalled(LocalTrouble):
    """The PostgreSQL wheel has no programs for this machine in {folder}.

    Next: install the hub's requirements again, or point HUB_POSTGRES at a server of your own.
    """


class PostgresRefusesRoot(LocalTrouble):
    """PostgreSQL refuses to run as root, and this machine has none of the users {tried} to run it as.

    Next: start the hub as an ordinary user.
    """
