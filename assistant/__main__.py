"""The command line: ``python -m assistant COMMAND``. Each command is a file in ``assistant/cli/``."""

from __future__ import annotations

import os
import sys

import click

from assistant.cli.group import CommandGroup
from assistant.core.errors import AssistantError
from assistant.core.logs import set_up_command_logs


@click.group(cls=CommandGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def cli() -> None:
    """Ask a folder of deep-learning notes; GPT-2 XL writes, every source is shown.

    \b
    python -m assistant ask "What is dropout and what happens at test time?"
    python -m assistant search --k 5 --json "adam or sgd"
    python -m assistant ask < questions.txt > answers.jsonl

    Settings come from ASSISTANT_... environment variables; docs/configuration.md lists them.
    """  # noqa: D301 - click wants the character that keeps lines apart, not its name


def main() -> int:
    """Run a command; every failure is one line on standard error and exit status 1."""
    set_up_command_logs()
    try:
        result = cli.main(standalone_mode=False)
        return result if isinstance(result, int) else 0
    except AssistantError as fault:
        return _say(str(fault))
    except click.exceptions.NoArgsIsHelpError as fault:
        click.echo(fault.ctx.get_help() if fault.ctx else "")
        return 0
    except click.ClickException as fault:
        return _say(fault.format_message())
    except (click.Abort, KeyboardInterrupt):
        return _say("Interrupted.")
    except BrokenPipeError:  # whoever read our output, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _say(message: str) -> int:
    click.echo("error: " + " ".join(message.split()), err=True)
    return 1


if __name__ == "__main__":
    sys.exit(main())
