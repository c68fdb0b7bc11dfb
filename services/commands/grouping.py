"""How a group of commands reads its words: an option that stands before the command is the command's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typer.core import TyperGroup, TyperOption

if TYPE_CHECKING:
    from collections.abc import Sequence


class OptionsAnywhere(TyperGroup):
    """Reads `hub keys --state X rotate` as `hub keys rotate --state X`, so that no option is passed over in silence.

    Options that the command does not know stay where they are, and are refused there.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the command before the options that stand before it."""
        return super().parse_args(ctx, self.command_first(ctx, args))

    def command_first(self, ctx: Any, args: Sequence[str]) -> list[str]:
        """Return the words with the command that they name in front; as they are, where none is named."""
        for place, word in enumerate(args):
            if word not in self.list_commands(ctx):
                continue
            command = self.get_command(ctx, word)
            if command is not None and _are_options(args[:place], command.params):
                return [word, *args[:place], *args[place + 1 :]]
        return list(args)


def _are_options(words: Sequence[str], params: Sequence[Any]) -> bool:
    """Whether these words are options of such a command and their values, and nothing else."""
    flags = {name: one.is_flag for one in params if isinstance(one, TyperOption) for name in one.opts}
    ahead = list(words)
    while ahead:
        name, given, _ = ahead.pop(0).partition("=")
        if name not in flags:
            return False
        if not flags[name] and not given:
            if not ahead:
                return False
            ahead.pop(0)
    return True
