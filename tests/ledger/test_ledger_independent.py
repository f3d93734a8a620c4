"""A second verifier that shares no code with the first, and the vectors of
docs/ledger-format.md."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
import shutil
from hashlib import sha256
from pathlib import Path
from types import ModuleType

import pytest
import test_ledger_attacks as attacks
from invented_ledger import record

from portability.ledger import Ledger
from portability.ledger.canonical import canonical, parse
from portability.ledger.checkpoint import SigningKey, read_checkpoint, read_key, read_note, signed
from portability.ledger.creation import expected, schema_hash
from portability.ledger.merkle import leaf_hash, root_of
from portability.ledger.persons import erase
from portability.ledger.proof import checkpoint
from portability.ledger.seal import Person, unseal
from portability.ledger.verify import verify

ROOT = Path(__file__).resolve().parent.parent.parent
SCRIPT = ROOT / "examples" / "verify_ledger.py"
GOLDEN = Path(__file__).with_name("golden")
FORMAT = ROOT / "docs" / "ledger-format.md"


@pytest.fixture(scope="module")
def other() -> ModuleType:
    spec = importlib.util.spec_from_file_location("verify_ledger", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_imports_nothing_of_ours_and_fits_two_screens() -> None:
    tree = ast.parse(SCRIPT.read_text("utf-8"))
    named = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert named == {"json", "sqlite3", "sys", "base64", "hashlib", "pathlib", "cryptography"}
    docstring = ast.get_docstring(tree) or ""
    lines = [line for line in SCRIPT.read_text("utf-8").splitlines() if line.strip()]
    assert len(lines) - len(docstring.splitlines()) <= 66


def test_both_verifiers_agree_on_a_sound_ledger(
    other: ModuleType, filled: Ledger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    erase(filled, "file-1")
    note = tmp_path / "checkpoint.txt"
    note.write_text(checkpoint(filled), "utf-8")
    assert other.main(filled.path) is False
    assert "not proven" in capsys.readouterr().out
    assert other.main(filled.path, note) is False
    assert capsys.readouterr().out == "15 entries, no fault\n"


OUT_OF_REACH = {
    # What only the program itself knows: its own structure, stored nodes and checkpoints.
    "a node",
    "a node deleted",
    "a node too many",
    "a node of no entries",
    "a node of no level",
    "a node below the leaves",
    "a node before the first",
    "a cosignature that is none",
    "a stored checkpoint",
    "a view",
    "a trigger of his own",
    "a table of his own",
    "an index dropped",
    "a table rebuilt",
}


@pytest.mark.parametrize(
    "name", [*sorted(attacks.SEEN_ALONE.keys() - OUT_OF_REACH), *attacks.SEEN_WITH_CHECKPOINT]
)
def test_the_other_verifier_sees_the_attacks(
    other: ModuleType, filled: Ledger, place: Path, tmp_path: Path, name: str
) -> None:
    note = tmp_path / "checkpoint.txt"
    note.write_text(checkpoint(filled), "utf-8")
    attacks.attacked(place, (attacks.SEEN_ALONE | attacks.SEEN_WITH_CHECKPOINT)[name])
    try:
        assert other.main(place, note)
    except (IndexError, KeyError):
        assert name in ("all deleted", "the first deleted", "an entry before all")


# The golden ledger: made once, verified by every later version.


@pytest.fixture
def golden(tmp_path: Path) -> Path:
    for path in GOLDEN.iterdir():
        shutil.copy(path, tmp_path / path.name)
    return tmp_path / "ledger.db"


def test_the_golden_ledger_verifies_against_all_its_checkpoints(golden: Path) -> None:
    notes = [path.read_text("utf-8") for path in sorted(golden.parent.glob("checkpoint-*.txt"))]
    assert len(notes) == 4
    with Ledger.open(golden, readonly=True) as ledger:
        report = verify(ledger, notes)
        assert report.ok, report.text()
        assert ledger.entry(0).body["schema"] == schema_hash(expected(1))
        assert parse(ledger.unsealed(1)["case"])["reference"] == "PH-2027-00123"
        assert set(ledger.texts(1)) == {"us-oasdi", "us-de"}


def test_the_golden_ledger_can_be_continued(golden: Path) -> None:
    with Ledger.open(golden) as ledger:
        count = len(ledger)
        assert record(ledger).entry == count
        assert verify(ledger, [checkpoint(ledger)]).ok


# The specification


def vectors() -> dict[str, dict[str, str]]:
    """The JSON blocks of the specification, by their `vector` name."""
    blocks = re.findall(r"^```json vector\n(.*?)^```", FORMAT.read_text("utf-8"), re.M | re.S)
    found = [json.loads(block) for block in blocks]
    return {block["vector"]: block for block in found}


def test_vectors_of_the_specification() -> None:
    given = vectors()
    assert set(given) == {"body", "tree", "checkpoint", "sealed"}
    body = given["body"]
    assert canonical(json.loads(body["value"])).decode() == body["canonical"]
    leaf = leaf_hash(body["canonical"].encode())
    assert leaf.hex() == body["leaf"]
    assert sha256(bytes(32) + leaf).hexdigest() == body["chain"]

    tree = given["tree"]
    leaves = [leaf_hash(text.encode()) for text in tree["leaves"]]
    for size, root in enumerate(tree["roots"]):
        assert root_of(leaves[:size]).hex() == root

    note = given["checkpoint"]
    key = SigningKey(note["name"], bytes.fromhex(note["seed"]))
    assert str(key.public) == note["vkey"]
    assert signed(read_checkpoint(read_note(note["note"])), [key]) == note["note"]
    assert read_note(note["note"]).signed_by(read_key(note["vkey"]))

    box = given["sealed"]
    nonce, ciphertext = bytes.fromhex(box["nonce"]), bytes.fromhex(box["ciphertext"])
    person = Person(box["person"], bytes.fromhex(box["key"]))
    assert unseal(person, box["name"], nonce, ciphertext).decode() == box["document"]
    assert sha256(nonce + ciphertext).hexdigest() == box["sha256"]


def test_the_specification_shows_the_schema_as_it_is() -> None:
    said = FORMAT.read_text("utf-8")
    for kind, name in expected():
        if kind in ("table", "view"):
            assert f"`{name}`" in said, f"{kind} {name} is not described"
    for version in (1, 2):
        assert schema_hash(expected(version)) in said
