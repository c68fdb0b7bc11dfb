"""Which files of tests share a worker: each file stays whole, and those that share servers follow one another."""

from xdist.scheduler import LoadFileScheduling

TOGETHER = {
    f"tests/{folder}/{file}.py": f"tests/{folder}"
    for folder, files in {
        "chaos": ("test_instances", "test_kills", "test_outages", "test_replays", "test_stops"),
        "journeys": ("test_an_independent_client", "test_bad_input", "test_bad_input_answers"),
        "plumbing": ("test_a_service_on_real_servers", "test_backlog", "test_faults", "test_the_clock"),
    }.items()
    for file in files
}
"""A file, and the folder whose servers it shares with the others. They go when the last of these is through."""


class Together(LoadFileScheduling):  # type: ignore[misc]  # xdist is not typed
    """As `--dist loadfile`, but for those files."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return TOGETHER.get(file, file)
