"""Attacks by somebody who has the file, knows SQL and this program, and drops every guard first.

Each is seen without any help, or at the latest against a checkpoint kept outside.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from invented_ledger import drop_guards, record

from portability.errors import LedgerError
from portability.ledger import Ledger, entries, merkle, recount
from portability.ledger.canonical import canonical
from portability.ledger.checkpoint import SigningKey
from portability.ledger.creation import expected, first_body
from portability.ledger.proof import checkpoint
from portability.ledger.verify import Report, verify

Attack = Callable[[sqlite3.Connection], None]


def sql(*statements: str) -> Attack:
    def attack(connection: sqlite3.Connection) -> None:
        for statement in statements:
            connection.execute(statement)

    return attack


def rehash(connection: sqlite3.Connection) -> None:
    """Recompute every leaf, chain hash and node, as this program would."""
    connection.execute("DELETE FROM node")
    frontier, chain = merkle.Frontier(), bytes(32)
    for number, text in connection.execute("SELECT seq, body FROM entry ORDER BY seq").fetchall():
        leaf = merkle.leaf_hash(text.encode())
        chain = hashlib.sha256(chain + leaf).digest()
        connection.execute(
            "UPDATE entry SET leaf = ?, chain = ? WHERE seq = ?", (leaf, chain, number)
        )
        connection.executemany("INSERT INTO node VALUES (?, ?, ?)", frontier.append(leaf))
    connection.execute("DELETE FROM checkpoint")


def renumber(connection: sqlite3.Connection, above: int, by: int) -> None:
    order = "DESC" if by > 0 else "ASC"
    for table in ("payload", "entry"):
        rows = connection.execute(
            f"SELECT DISTINCT seq FROM {table} WHERE seq > ? ORDER BY seq {order}", (above,)
        ).fetchall()
        for (number,) in rows:
            connection.execute(f"UPDATE {table} SET seq = ? WHERE seq = ?", (number + by, number))


def edit_and_rehash(connection: sqlite3.Connection) -> None:
    edit_body(connection)
    rehash(connection)


def edit_body(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE entry SET body = replace(body, 'entitled', 'unknown') WHERE seq = 5")


def cut_tail(connection: sqlite3.Connection) -> None:
    for table in ("payload", "entry"):
        connection.execute(f"DELETE FROM {table} WHERE seq > 9")
    connection.execute("DELETE FROM node WHERE (idx + 1) << level > 10")
    connection.execute("DELETE FROM checkpoint")


def drop_middle_and_rehash(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM payload WHERE seq = 5")
    connection.execute("DELETE FROM entry WHERE seq = 5")
    renumber(connection, 5, -1)
    rehash(connection)


def insert_and_rehash(connection: sqlite3.Connection) -> None:
    renumber(connection, 5, 1)
    body = '{"at":"2026-11-24T10:00:00Z","kind":"access","v":1}'
    connection.execute(
        "INSERT INTO entry (seq, body, leaf, chain) VALUES (6, ?, zeroblob(32), zeroblob(32))",
        (body,),
    )
    rehash(connection)


def swap(columns: str) -> Attack:
    def attack(connection: sqlite3.Connection) -> None:
        rows = connection.execute(f"SELECT {columns} FROM entry WHERE seq IN (4, 5)").fetchall()
        setting = ", ".join(f"{column} = ?" for column in columns.split(", "))
        for number, row in zip((5, 4), rows, strict=True):
            connection.execute(f"UPDATE entry SET {setting} WHERE seq = ?", (*row, number))

    return attack


def swap_and_rehash(connection: sqlite3.Connection) -> None:
    swap("body")(connection)
    connection.execute("UPDATE payload SET seq = -seq WHERE seq IN (4, 5)")
    connection.execute("UPDATE payload SET seq = 9 + seq WHERE seq < 0")
    rehash(connection)


def another_key(connection: sqlite3.Connection) -> None:
    """The whole ledger again under a new key, with a new first entry of the same name."""
    forger = SigningKey.make("pensions.example/ledger")
    text = canonical(first_body(forger)).decode()
    connection.execute("UPDATE entry SET body = ? WHERE seq = 0", (text,))
    rehash(connection)


def not_canonical(connection: sqlite3.Connection) -> None:
    """Two readings of one body: SQLite takes the first of two equal keys, others the last."""
    connection.execute(
        'UPDATE entry SET body = \'{"kind":"determination",\' || substr(body, 2) WHERE seq = 5'
    )
    rehash(connection)


SEEN_ALONE: dict[str, Attack] = {
    "a body": edit_body,
    "a leaf": sql("UPDATE entry SET leaf = zeroblob(32) WHERE seq = 5"),
    "a chain hash": sql("UPDATE entry SET chain = zeroblob(32) WHERE seq = 5"),
    "the last chain hash": sql("UPDATE entry SET chain = zeroblob(32) WHERE seq = 13"),
    "an entry deleted": sql("DELETE FROM payload WHERE seq = 5", "DELETE FROM entry WHERE seq = 5"),
    "the first deleted": sql("DELETE FROM entry WHERE seq = 0"),
    "the last deleted": sql(
        "DELETE FROM payload WHERE seq = 13", "DELETE FROM entry WHERE seq = 13"
    ),
    "all deleted": sql("DELETE FROM payload", "DELETE FROM entry"),
    "two bodies swapped": swap("body"),
    "two entries swapped": swap("body, leaf, chain"),
    "a body read in two ways": not_canonical,
    "a node": sql("UPDATE node SET hash = zeroblob(32) WHERE level = 2 AND idx = 1"),
    "a node deleted": sql("DELETE FROM node WHERE level = 1 AND idx = 3"),
    "a node too many": sql("INSERT INTO node VALUES (1, 99, zeroblob(32))"),
    "a node of no entries": sql("INSERT INTO node VALUES (70, 0, zeroblob(32))"),
    "a node below the leaves": sql("INSERT INTO node VALUES (0, 3, zeroblob(32))"),
    "a node before the first": sql("INSERT INTO node VALUES (1, -5, zeroblob(32))"),
    "a node of no level": sql("INSERT INTO node VALUES (-1, 3, zeroblob(32))"),
    "an entry before all": sql(
        "INSERT INTO entry (seq, body, leaf, chain) "
        "SELECT -9223372036854775808, body, leaf, chain FROM entry WHERE seq = 3"
    ),
    "an entry beyond all": sql(
        "INSERT INTO entry (seq, body, leaf, chain) "
        "SELECT 9223372036854775807, body, leaf, chain FROM entry WHERE seq = 3"
    ),
    "ciphertext": sql("UPDATE payload SET ciphertext = x'00' WHERE seq = 5 AND name = 'case'"),
    "nonce": sql("UPDATE payload SET nonce = zeroblob(12) WHERE seq = 5 AND name = 'case'"),
    # The hash is over both, one after the other: it stays the same.
    "a byte moved from ciphertext to nonce": sql(
        "UPDATE payload SET nonce = CAST(nonce || substr(ciphertext, 1, 1) AS BLOB), "
        "ciphertext = substr(ciphertext, 2) WHERE seq = 5 AND name = 'case'"
    ),
    "sealed data deleted": sql("DELETE FROM payload WHERE seq = 5"),
    "sealed data added": sql("INSERT INTO payload VALUES (0, 'case', zeroblob(12), x'00')"),
    "sealed data of nobody": sql("INSERT INTO payload VALUES (99, 'case', zeroblob(12), x'00')"),
    "sealed data before all": sql(
        "INSERT INTO payload VALUES (-9223372036854775808, 'case', zeroblob(12), x'00')"
    ),
    "sealed data beyond all": sql(
        "INSERT INTO payload VALUES (9223372036854775807, 'case', zeroblob(12), x'00')"
    ),
    "sealed data of two entries swapped": sql(
        "UPDATE payload SET seq = -4 WHERE seq = 4",
        "UPDATE payload SET seq = 4 WHERE seq = 5",
        "UPDATE payload SET seq = 5 WHERE seq = -4",
    ),
    "a stored rule": sql("UPDATE blob SET data = CAST(data || 'x' AS BLOB)"),
    "a stored rule deleted": sql("DELETE FROM blob WHERE rowid = 1"),
    "a stored rule under another hash": sql(
        f"UPDATE blob SET data = x'00', hash = '{hashlib.sha256(bytes(1)).hexdigest()}' "
        "WHERE rowid = 1"
    ),
    "a stored checkpoint": sql("UPDATE checkpoint SET note = replace(note, char(10)||'14', '15')"),
    "a cosignature that is none": sql("INSERT INTO cosignature VALUES (14, 'x')"),
    "a view": sql("DROP VIEW outcomes", "CREATE VIEW outcomes AS SELECT 1 AS none"),
    "a trigger of his own": sql("CREATE TRIGGER quiet AFTER INSERT ON entry BEGIN SELECT 1; END"),
    "a table of his own": sql("CREATE TABLE extra (x)"),
    "an index dropped": sql("DROP INDEX entry_supersedes"),
    "a table rebuilt": sql(
        "CREATE TABLE rebuilt AS SELECT * FROM node",
        "DROP TABLE node",
        "ALTER TABLE rebuilt RENAME TO node",
    ),
}
SEEN_WITH_CHECKPOINT: dict[str, Attack] = {
    "a body, everything rehashed": edit_and_rehash,
    "the end cut off": cut_tail,
    "an entry removed, everything rehashed": drop_middle_and_rehash,
    "an entry inserted, everything rehashed": insert_and_rehash,
    "two entries swapped, everything rehashed": swap_and_rehash,
    "the whole ledger under another key": another_key,
}


@pytest.fixture
def held(filled: Ledger) -> str:
    """A checkpoint somebody else keeps."""
    return checkpoint(filled)


def attacked(place: Path, attack: Attack) -> None:
    connection = sqlite3.connect(place, isolation_level=None)
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("PRAGMA ignore_check_constraints = ON")
    guards = drop_guards(connection)
    attack(connection)
    for guard in guards:
        connection.execute(guard)
    connection.close()


def seen(place: Path, *notes: str) -> Report:
    with Ledger.open(place, readonly=True) as ledger:
        return verify(ledger, notes)


@pytest.mark.parametrize("name", SEEN_ALONE)
def test_seen_without_help(held: str, place: Path, name: str) -> None:
    attacked(place, SEEN_ALONE[name])
    report = seen(place)
    assert not report.ok
    assert not report.proven
    assert not seen(place, held).ok


@pytest.mark.parametrize("name", SEEN_WITH_CHECKPOINT)
def test_seen_against_a_checkpoint(held: str, place: Path, name: str) -> None:
    attacked(place, SEEN_WITH_CHECKPOINT[name])
    alone = seen(place)
    assert alone.ok, "this test is about attacks that recompute every hash"
    assert any("Completeness is not proven" in line for line in alone.not_proven)
    assert not seen(place, held).ok


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_nodes_are_compared_at_every_level(
    held: str, filled: Ledger, place: Path, monkeypatch: pytest.MonkeyPatch, depth: int
) -> None:
    """With chunks so small that every level above them counts."""
    monkeypatch.setattr(recount, "DEPTH", depth)
    monkeypatch.setattr(recount, "CHUNK", 1 << depth)
    assert verify(filled, [held]).ok
    nodes = filled.query("SELECT level, idx, hash FROM node")
    assert {level for level, _, _ in nodes} == {1, 2, 3}
    for level, index, value in nodes:
        where = f"WHERE level = {level} AND idx = {index}"
        attacked(place, sql(f"UPDATE node SET hash = zeroblob(32) {where}"))
        faults = seen(place).faults
        assert {fault.entry for fault in faults if fault.code == "node"} == {
            ((index + 1) << level) - 1
        }
        attacked(place, sql(f"UPDATE node SET hash = x'{bytes(value).hex()}' {where}"))
    assert seen(place, held).ok


@pytest.mark.parametrize("name", [*SEEN_ALONE, None])
def test_the_same_is_said_however_many_rows_are_read_at_a_time(
    held: str, place: Path, monkeypatch: pytest.MonkeyPatch, name: str | None
) -> None:
    if name is not None:
        attacked(place, SEEN_ALONE[name])
    said = seen(place, held)
    assert said.ok is (name is None)
    for step in (1, 2, 5):
        monkeypatch.setattr(entries, "STEP", step)
        again = seen(place, held)
        assert sorted(map(str, again.faults)) == sorted(map(str, said.faults))
        assert again.proven == said.proven


def test_guards_alone_dropped_is_seen(filled: Ledger, place: Path) -> None:
    connection = sqlite3.connect(place, isolation_level=None)
    drop_guards(connection)
    connection.close()
    faults = seen(place).faults
    triggers = [name for kind, name in expected() if kind == "trigger"]
    assert len(faults) == len(triggers)
    assert all("protection was removed" in str(fault) for fault in faults)


def test_sqlite_utils_transform_is_seen(filled: Ledger, place: Path) -> None:
    """It rebuilds the table and silently drops its guards."""
    from sqlite_utils import Database

    connection = sqlite3.connect(place)
    Database(connection)["checkpoint"].transform(rename={"note": "text"})
    connection.close()
    codes = {fault.code for fault in seen(place).faults}
    assert "schema" in codes


def test_a_generated_column_cannot_be_edited(filled: Ledger, place: Path) -> None:
    connection = sqlite3.connect(place, isolation_level=None)
    drop_guards(connection)
    for column in ("kind", "at", "person", "supersedes"):
        with pytest.raises(sqlite3.OperationalError, match="generated column"):
            connection.execute(f"UPDATE entry SET {column} = 'x'")
    connection.close()


def test_every_fault_is_reported_with_its_entry(filled: Ledger, place: Path) -> None:
    attacked(
        place,
        sql(
            "UPDATE entry SET body = replace(body, 'entitled', 'unknown') WHERE seq IN (2, 7)",
            "UPDATE payload SET ciphertext = x'00' WHERE seq = 4 AND name = 'case'",
            "DELETE FROM payload WHERE seq = 9",
            "DELETE FROM entry WHERE seq = 9",
        ),
    )
    found = {(fault.entry, fault.code) for fault in seen(place).faults}
    assert found >= {(2, "body"), (7, "body"), (4, "sealed"), (9, "missing"), (10, "chain")}
    assert not {entry for entry, _ in found if entry is not None} & {1, 3, 5, 6, 8, 11, 12, 13}


def test_an_older_copy_put_back_is_seen(ledger: Ledger, place: Path, tmp_path: Path) -> None:
    record(ledger)
    ledger.query("PRAGMA wal_checkpoint(TRUNCATE)")
    old = tmp_path / "old.db"
    shutil.copy(place, old)
    record(ledger)
    held = checkpoint(ledger)
    assert seen(old).ok
    (fault,) = seen(old, held).faults
    assert fault.code == "cut"
    assert "covers 3 entries; the file holds 2" in str(fault)


def test_a_checkpoint_of_another_ledger_proves_nothing(filled: Ledger, tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "other.db", create=True, origin="other.example/l") as other:
        foreign = checkpoint(other)
    (fault,) = verify(filled, [foreign]).faults
    assert "of another ledger" in str(fault)


def test_a_forged_checkpoint_is_seen(filled: Ledger) -> None:
    from portability.ledger.checkpoint import Checkpoint, signed

    forger = SigningKey.make("pensions.example/ledger")
    text = signed(Checkpoint(forger.name, len(filled), filled.root()), [forger])
    (fault,) = verify(filled, [text]).faults
    assert fault.code == "key"
    assert verify(filled, [text], key=forger.public).ok  # who names the forger's key trusts him


def test_the_signing_key_swapped_in_the_key_file_signs_nothing(filled: Ledger) -> None:
    keys = sqlite3.connect(filled.keys.path)
    keys.execute("UPDATE signing SET seed = zeroblob(32)")
    keys.commit()
    keys.close()
    with pytest.raises(LedgerError, match="signing key is not in"):
        checkpoint(filled)


def test_nothing_is_signed_that_contradicts_what_was_signed(held: str, place: Path) -> None:
    def rewrite(connection: sqlite3.Connection) -> None:
        kept = connection.execute("SELECT size, note FROM checkpoint").fetchall()
        edit_and_rehash(connection)
        connection.executemany("INSERT INTO checkpoint VALUES (?, ?)", kept)

    attacked(place, rewrite)
    with Ledger.open(place) as ledger:
        record(ledger)
        with pytest.raises(LedgerError, match="contradict the checkpoint"):
            checkpoint(ledger)


@pytest.mark.parametrize("number", [0, 1, 7, 13])
def test_a_receipt_covers_its_entry_and_all_before(
    filled: Ledger, place: Path, number: int
) -> None:
    value = filled.entry(number).chain.hex()
    report = verify(filled, receipts=[(number, value)])
    assert report.ok
    assert any(f"0 to {number} are those the receipt covers" in line for line in report.proven)
    attacked(place, edit_and_rehash)
    with Ledger.open(place, readonly=True) as ledger:
        assert verify(ledger, receipts=[(number, value)]).ok is (number < 5)
        assert not verify(ledger, receipts=[(99, value)]).ok
