"""What ``--help`` prints, and what is said of words that are no command, in both languages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from cyclopts import (
    App,
    CoercionError,
    CycloptsError,
    MissingArgumentError,
    UnknownOptionError,
    UnusedCliTokensError,
)
from rich.console import Console
from rich.table import Table

from eduplan.errors import Fault, unknown
from eduplan.messages import Language, catalogue, say


def commands(app: App) -> list[str]:
    """Return the names of the commands."""
    return sorted(name for name in app if not name.startswith("-"))


def print_help(console: Console, app: App, words: Sequence[str], lang: Language) -> None:
    """Print what the words ask help for: a command, or all of them.

    Args:
        console: where to print.
        app: the command line.
        words: the words of the command.
        lang: the language.
    """
    name = next((word for word in words if word in commands(app)), "")
    table = Table.grid(padding=(0, 3))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    if name:
        means, heading, usage = say(f"help-command.{name}", lang), "options", f"eduplan {name}"
        for argument in app[name].assemble_argument_collection():
            option = argument.name.removeprefix("--")
            if argument.show:
                own = f"help-option-of.{name}.{option}"
                told = say(own if own in catalogue() else f"help-option.{option}", lang)
                told = say("help.required", lang, means=told) if argument.required else told
                table.add_row(f"  {argument.name}", told)
                if argument.required:
                    usage += f" {argument.name} ..." if option != argument.name else f" {option}"
    else:
        means, heading, usage = say("help.program", lang), "commands", "eduplan"
        usage += f" {say('help.command', lang)}"
        for command in commands(app):
            table.add_row(f"  {command}", say(f"help-command.{command}", lang))
    console.print(say("help.usage", lang, usage=usage), soft_wrap=True)
    console.print(f"\n{means}\n\n{say(f'help.{heading}', lang)}", soft_wrap=True)
    console.print(table)
    if not name:
        console.print(f"\n{say('help.more', lang)}", soft_wrap=True)


def _options(app: App, command: str) -> list[str]:
    """Return the options of a command."""
    arguments = app[command].assemble_argument_collection()
    return [one.name for one in arguments if one.show and one.name.startswith("-")]


def misused(app: App, words: Sequence[str], error: CycloptsError, lang: Language) -> str:
    """Return what is said of words that are no command.

    Args:
        app: the command line.
        words: the words of the command.
        error: what is wrong with them.
        lang: the language.
    """
    known = commands(app)
    command = f"eduplan {words[0]}" if words[0] in known else "eduplan"
    if words[0] not in known:
        told = unknown("unknown-command", "", words[0], known).message(lang)
    elif isinstance(error, MissingArgumentError) and error.argument is not None:
        what = "missing" if set(words).isdisjoint(error.argument.names) else "no-value"
        told = say(f"misused.{what}", lang, name=error.argument.name)
    elif isinstance(error, UnknownOptionError):
        name = error.token.keyword or error.token.value
        told = unknown("unknown-option", "", name, _options(app, words[0])).message(lang)
    elif isinstance(error, UnusedCliTokensError) and error.unused_tokens:
        told = say("misused.unused", lang, words=" ".join(error.unused_tokens))
    elif isinstance(error, CoercionError) and error.token and get_args(error.target_type):
        place = f"{error.token.keyword or ''} {error.token.value}".strip()
        facts = {"known": ", ".join(map(str, get_args(error.target_type)))}
        told = Fault("not-one-of", place, facts).message(lang)
    else:
        told = say("misused.other", lang, why=" ".join(str(error).split()))
    return f"{told}\n{say('misused.see', lang, command=command)}"
