"""How a recorded case is decided again: by this installation where its law is the recorded one,
else by a child process over the texts that the ledger stored."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from portability.errors import InputError, LedgerError, PortabilityError
from portability.lineage import is_path, leads_out

if TYPE_CHECKING:
    from portability.ledger.replay import Recorded

Json = dict[str, Any]
UPON = "upon-drafts"  # a folder for each draft that stands on another one
PLACE = re.compile(r"([a-z]{2}_?/)?[a-z0-9_-]+\.(py|yaml)\Z")


class Replayer:
    """Decides recorded cases again.

    current   under the rules of this installation, whatever was recorded
    run_code  also run calculators as stored in the ledger where they differ from the installed
              ones. Off by default: a ledger from elsewhere must not run programs here.
    """

    def __init__(self, current: bool = False, run_code: bool = False):
        self.current = current
        self.run_code = run_code
        self.children: dict[str, Child] = {}

    def __enter__(self) -> Replayer:
        return self

    def __exit__(self, *_: object) -> None:
        for child in self.children.values():
            child.close()

    def __call__(self, then: Recorded) -> Json:
        if self.current:
            return decided(then.case, ahead(then))
        if law_is_installed(then):
            made = decided(then.case, ahead(then))
            if same(made, then.determination):
                return made
        # An agreement may have come since: the recorded ones alone were known then.
        return self.child(then).decide(then.case, ahead(then))

    def child(self, then: Recorded) -> Child:
        law = sha256("".join(sorted(then.determination["rules"].values())).encode()).hexdigest()
        if law not in self.children:
            self.children[law] = Child(then.texts, self.run_code)
        return self.children[law]


def ahead(then: Recorded) -> bool:
    """A batch is recorded without what would change the answer; it is compared without it."""
    return bool(then.determination.get("next"))


def same(made: Json, then: Json) -> bool:
    from portability.ledger.canonical import canonical, plain

    return canonical(plain(made)) == canonical(then)


def decided(case_document: Json, tell: bool, agreements: list[Any] | None = None) -> Json:
    """The determination of a case document, under these agreements or the whole catalogue."""
    from portability import case as case_module
    from portability.answer import answer
    from portability.commands.determine import agreements_for
    from portability.yamlsource import json_source

    source = json_source(json.dumps(case_document, ensure_ascii=False), "recorded case")
    case = case_module.load(source)
    chosen = agreements_for(())(case) if agreements is None else agreements
    return answer(case, chosen, ahead=tell)


def law_is_installed(then: Recorded) -> bool:
    """Whether every rule the entry applied is the installed one."""
    from portability import catalogue, registry

    try:
        for name, digest in then.determination["rules"].items():
            if name == "engine":
                continue
            own = name in registry.ids()
            if digest != (registry.digest(name) if own else catalogue.find(name).digest):
                return False
    except InputError:
        return False
    return True


class Child:
    """A process whose calculators and agreements are those stored in the ledger."""

    def __init__(self, texts: Mapping[str, bytes], run_code: bool):
        self.folder = Path(tempfile.mkdtemp(prefix="portability-replay-"))
        lay_out(self.folder, texts, run_code)
        import portability

        home = str(Path(portability.__file__).resolve().parent.parent)
        paths = [str(self.folder), home, *filter(None, [os.environ.get("PYTHONPATH")])]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "portability.commands.replaying", str(self.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            cwd=self.folder,
            text=True,
            encoding="utf-8",
        )

    def decide(self, case: Json, tell: bool) -> Json:
        assert self.process.stdin is not None and self.process.stdout is not None
        try:
            self.process.stdin.write(json.dumps({"case": case, "ahead": tell}) + "\n")
            self.process.stdin.flush()
            answered = json.loads(self.process.stdout.readline())
        except (OSError, ValueError):
            raise LedgerError("the recorded law cannot be run by this program") from None
        if "refused" in answered:
            raise LedgerError(
                f"the recorded law cannot be run by this program: {answered['refused']}"
            )
        determination: Json = answered["determination"]
        return determination

    def close(self) -> None:
        if self.process.stdin is not None:
            self.process.stdin.close()
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def lay_out(folder: Path, texts: Mapping[str, bytes], run_code: bool) -> None:
    """Write the installed calculators, with the recorded texts in their places."""
    installed = Path(str(import_module("calculators").__file__)).parent
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(installed, folder / "calculators", ignore=ignore)
    (folder / "agreements").mkdir()
    for name, data in texts.items():
        files = bundle(data)
        if files:
            lay_scheme(folder / "calculators", name, files, run_code)
        else:
            lay_agreement(folder / "agreements", name, data)


def bundle(data: bytes) -> dict[str, str]:
    """The files of a scheme's bundle; empty if the text is that of an agreement."""
    try:
        files = json.loads(data)
    except ValueError:
        return {}
    texts = isinstance(files, dict) and all(isinstance(text, str) for text in files.values())
    return files if texts and any(name.endswith(".yaml") for name in files) else {}


def lay_scheme(folder: Path, name: str, files: Mapping[str, str], run_code: bool) -> None:
    """The parts of a scheme's bundle, each at its path: at most one drawer deep, nowhere else."""
    for file, text in files.items():
        if not PLACE.match(file):
            raise LedgerError(f"the stored text of {name} names a path it may not: {file}")
        if file.endswith(".yaml") or run_code:
            (folder / file).parent.mkdir(exist_ok=True)
            (folder / file).write_text(text, "utf-8")


def lay_agreement(folder: Path, name: str, data: bytes) -> None:
    """An agreement's file; the digest of a draft's base stands before the text and is cut off."""
    if Path(name).name != name:
        raise LedgerError(f"a stored agreement has a path for a name: {name}")
    if draft_on_draft(data) is None:
        (folder / f"{name}.yaml").write_bytes(alone(data))
        return
    home = folder / UPON / name
    home.mkdir(parents=True)
    path, inner = home / f"{name}.yaml", data
    while (texts := draft_on_draft(inner)) is not None:
        below = texts["based_on"]
        if leads_out(below) or not is_path(below) or path.exists():
            raise LedgerError(f"the stored text of {name} names a path it may not")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(texts["text"], "utf-8")
        path, inner = path.parent / below, texts["base"].encode()
    if path.exists():
        raise LedgerError(f"the stored text of {name} names a path it may not")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(alone(inner))


def alone(data: bytes) -> bytes:
    """The text without the digest of its base."""
    head = b"sha256:"
    return data[len(head) + 64 :] if data.startswith(head) else data


def draft_on_draft(data: bytes) -> dict[str, str] | None:
    """The two texts of a draft that is based on another draft's file (`catalogue.text_of`)."""
    try:
        texts = json.loads(data)
    except ValueError:
        return None
    keys = {"based_on", "base", "text"}
    known = isinstance(texts, dict) and set(texts) == keys
    return texts if known and all(isinstance(text, str) for text in texts.values()) else None


def serve(folder: Path) -> None:
    """The child: one case a line on standard input, one determination a line on standard output."""
    from portability import catalogue

    agreements: list[Any] | None = None
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            if agreements is None:
                home = folder / "agreements"
                upon = [path / f"{path.name}.yaml" for path in (home / UPON).glob("*")]
                files = sorted([*home.glob("*.yaml"), *upon], key=lambda path: path.stem)
                found = [catalogue.find(path) for path in files]
                # Drafts stood first when it was decided (`determine --agreement`).
                agreements = sorted(found, key=lambda one: one.kind not in catalogue.UNDECIDED)
            told: Json = {"determination": decided(asked["case"], asked["ahead"], agreements)}
        except PortabilityError as error:
            told = {"refused": str(error)}
        print(json.dumps(told, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
