"""The command line: parse, call, print. No law and no SQL; every group is loaded when it is
used."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from typing import Any

import click

import portability
from portability.errors import (
    BAD_INPUT,
    INTERRUPTED,
    OUR_DEFECT,
    InputError,
    LedgerError,
    PortabilityError,
)

LAZY = {
    "determine": (
        "determine:determine",
        "Answer a request: what each country owes, from when, and why.",
    ),
    "cases": ("cases:cases", "Run official worked examples and compare every figure they print."),
    "schemes": (
        "schemes:schemes",
        "National schemes: what is known, the steps they compute, their tables.",
    ),
    "agreements": (
        "agreements:agreements",
        "Agreements: list them, show one, explain a rule with its article.",
    ),
    "compare": (
        "compare:compare",
        "Drafts and agreements side by side, clause by clause, with the words that changed.",
    ),
    "estimate": (
        "estimate:estimate",
        "Estimate for a whole register: one person or ten million, the same law.",
    ),
    "explain": (
        "agreements:explain",
        "Show the rules of an agreement side by side with their articles.",
    ),
    "tables": (
        "tables:tables",
        "Dated parameters: where they end, which gaps blank the most results.",
    ),
    "schema": (
        "schema:schema",
        "Print the JSON Schema of a document (case, example, agreement, scheme, determination).",
    ),
    "ledger": (
        "ledger:ledger",
        "The append-only record of determinations: log, show, verify, replay, checkpoint.",
    ),
    "new": ("new:new", "Write the files of a new country's scheme, ready to fill in."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported only when they run; their one-line help stands here."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(LAZY)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in LAZY:
            return None
        module, _, attribute = LAZY[name][0].partition(":")
        command: click.Command = getattr(
            importlib.import_module(f"portability.commands.{module}"), attribute
        )
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in LAZY.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from portability.errors import nearest

            hint = nearest(args[0], LAZY)
            raise click.UsageError(f"{error.message} {hint}".strip(), ctx) from None


EPILOG = """Exit codes: 0 answered (also "not entitled") · 1 a check found something · 2 bad usage
or bad input ·
3 the ledger refused or failed verification · 70 our own defect · 130 interrupted.

Try: portability determine examples/us-de.yaml"""


@click.group(cls=LazyGroup, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(portability.__version__, "--version")
@click.option("--debug", is_flag=True, help="Show a traceback when the program itself fails.")
def cli(debug: bool) -> None:
    """What several countries owe one person under their social security agreements, why, and
    who can check it later.

    No command opens a network connection. Names never reach messages or logs.
    """


def main(args: Sequence[str] | None = None) -> None:
    """Entry point: turns every error into one clear message and an exit code, never a traceback."""
    arguments = list(sys.argv[1:] if args is None else args)
    sys.exit(run(arguments))


def run(arguments: list[str]) -> int:
    reopen_closed_streams()
    try:
        result: Any = cli.main(args=arguments, prog_name="portability", standalone_mode=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.Abort:
        return INTERRUPTED
    except click.ClickException as error:
        error.show()
        return BAD_INPUT
    except InputError as error:
        return told(error.faults_text(), error.exit_code)
    except LedgerError as error:
        return told(f"ledger: {error}", error.exit_code)
    except PortabilityError as error:
        return told(str(error), error.exit_code)
    except KeyboardInterrupt:
        return INTERRUPTED
    except SystemExit:  # click's answer to a reader who closed the pipe; its 1 would mean "found"
        return 0
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        return told(
            f"cannot write or read {error.filename or 'the output'}: {error.strerror}", BAD_INPUT
        )
    except Exception as error:
        if "--debug" in arguments:
            raise
        return told(
            f"portability failed on something it should handle ({type(error).__name__}). This is "
            "our defect, not yours; nothing was recorded. Run again with `portability --debug …` "
            "and report what it shows.",
            OUR_DEFECT,
        )


def reopen_closed_streams() -> None:
    """A caller may start a program with a standard stream closed: what is read is then empty, what
    is written is lost, as the caller asked."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))


def told(message: str, code: int) -> int:
    click.echo(message, err=True)
    return code
