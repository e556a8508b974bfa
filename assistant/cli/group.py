"""The commands by name; each one's file is imported when it is called, because some take seconds to import."""

from __future__ import annotations

import importlib
from dataclasses import dataclass

import click


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a command is and what the list of commands says of it."""

    module: str  # in assistant/cli/
    says: str


COMMANDS = {
    "ask": Entry("ask", "Answer QUESTION from the notes."),
    "search": Entry("search", "Find the passages that answer QUESTION, without a model."),
    "index": Entry("index", "Build or refresh the index of the notes."),
    "notes": Entry("notes", "Check the form of the notes, and list what must be read again."),
    "models": Entry("models", "Show each model that could be used and which is chosen here."),
    "fetch": Entry("fetch", "Download a model from the hub and convert it."),
    "convert": Entry("convert", "Convert a GPT-2 checkpoint folder for the CPU engine."),
    "finetune": Entry("finetune", "Train a model on the notes."),
    "train": Entry("train", "Tune the embedder on the question book."),
    "serve": Entry("serve", "Serve the model alone, with OpenAI's interface."),
    "evaluate": Entry("evaluate", "Measure retrieval and answers on labelled questions."),
    "bench": Entry("bench", "Measure the engines on this machine."),
}


class CommandGroup(click.Group):
    """A group that lists its commands without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order in which people need them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now; None when there is none of this name."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        command: click.Command = getattr(importlib.import_module(f"assistant.cli.{entry.module}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.says) for name, entry in COMMANDS.items()])
