"""Errors are data: every fault says where, what was found, what is allowed; all are shown at
once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from attrs import frozen

ANSWERED, FOUND, BAD_INPUT, LEDGER_REFUSED, OUR_DEFECT, INTERRUPTED = 0, 1, 2, 3, 70, 130


@frozen
class Fault:
    """One thing wrong with an input.

    where     "file:line:column" (or "file" where a format has no positions)
    path      the field, e.g. "periods[2].start"
    found     what stands there, shortened; never a person's name
    expected  what is allowed
    hint      the nearest valid spelling, or what to do; may be empty
    code      stable word for programs, e.g. "unknown_scheme"
    """

    where: str
    path: str
    found: str
    expected: str
    hint: str = ""
    code: str = "invalid"

    def __str__(self) -> str:
        text = f"{self.where}: {self.path}: found {self.found}; expected {self.expected}"
        return f"{text} ({self.hint})" if self.hint else text


class PortabilityError(Exception):
    """Base of the errors the command line turns into a message and an exit code."""

    exit_code = OUR_DEFECT


class InputError(PortabilityError):
    """Bad input: carries every fault found; exit code 2."""

    exit_code = BAD_INPUT

    def __init__(self, faults: Iterable[Fault]):
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))

    def faults_text(self, most: int = 200) -> str:
        """Every fault on a line of its own, with a count; beyond `most` only their number."""
        lines = [str(fault) for fault in self.faults[:most]]
        if len(self.faults) > most:
            lines.append(f"… and {len(self.faults) - most:,} more")
        count = len(self.faults)
        return "\n".join(
            [
                *lines,
                f"{count:,} fault{'s' if count != 1 else ''}; nothing was computed or written.",
            ]
        )


class LedgerError(PortabilityError):
    """The ledger refused or failed verification; exit code 3."""

    exit_code = LEDGER_REFUSED


def nearest(word: str, allowed: Iterable[str]) -> str:
    """A hint naming the nearest valid spelling, or an empty text."""
    close = difflib.get_close_matches(word.lower(), list(allowed), n=1, cutoff=0.5)
    return f"did you mean {close[0]}?" if close else ""


def shown(value: object, limit: int = 60) -> str:
    """A value as it may stand in a message: quoted, one line, shortened."""
    text = repr(value) if isinstance(value, str) else str(value)
    text = text.replace("\n", " ")
    return text if len(text) <= limit else text[: limit - 1] + "…"
