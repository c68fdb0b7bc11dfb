"""What can be wrong with a site's files, said so that the person who wrote them can mend it."""

from __future__ import annotations


class SiteUnreadable(ValueError):
    """A site's data cannot be used. The message names the file, the key and the rule, one problem a line."""

    def __init__(self, *problems: str) -> None:
        """Keep every problem, each as `file: key: rule`."""
        super().__init__("\n".join(problems))
        self.problems = problems
