"""A ledger that cannot be used says why in one sentence, and is not made worse."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from invented_ledger import Record, record

from portability.errors import LedgerError
from portability.ledger import Ledger
from portability.ledger.verify import verify

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs fork and users")


def closed(place: Path) -> bytes:
    """A ledger of four entries, closed; its bytes."""
    with Ledger.open(place, create=True) as ledger:
        for _ in range(3):
            record(ledger)
    return place.read_bytes()


def refused(place: Path, words: str, **how: bool) -> None:
    before = place.read_bytes() if place.is_file() else b""
    for readonly in (False, True):
        with pytest.raises(LedgerError, match=words) as caught:
            Ledger.open(place, readonly=readonly, **how)
        assert str(place) in str(caught.value)
        assert "\n" not in str(caught.value)
        assert caught.value.exit_code == 3
    assert (place.read_bytes() if place.is_file() else b"") == before


def test_no_file(place: Path) -> None:
    refused(place, "there is no such file")


def test_a_folder(place: Path) -> None:
    place.mkdir()
    refused(place, "a folder")


def test_an_empty_file(place: Path) -> None:
    place.touch()
    refused(place, "is empty")
    refused(place, "is empty", create=True)


def test_a_text(place: Path) -> None:
    place.write_text("entries: []\n" * 100)
    refused(place, "not a ledger", create=True)


def test_another_database(place: Path) -> None:
    other = sqlite3.connect(place)
    other.execute("CREATE TABLE t (x)")
    other.commit()
    other.close()
    refused(place, "not a ledger of this program", create=True)


def test_a_newer_version(place: Path) -> None:
    closed(place)
    other = sqlite3.connect(place)
    other.execute("PRAGMA user_version = 3")
    other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    other.close()
    refused(place, "newer version")


@pytest.mark.parametrize("keep", [1, 50, 99, 100, 4096, 8192])
def test_a_truncated_file(place: Path, keep: int) -> None:
    place.write_bytes(closed(place)[:keep])
    refused(place, "was cut|not a ledger")


def test_the_log_of_a_ledger_that_is_gone(place: Path) -> None:
    """A new file beside an old log would be filled with the old pages."""
    closed(place)
    place.unlink()
    log = place.with_name(place.name + "-wal")
    log.write_bytes(b"old")
    with pytest.raises(LedgerError, match="the log of one"):
        Ledger.open(place, create=True)
    assert not place.exists()


def test_a_log_left_behind_is_read(place: Path, tmp_path: Path) -> None:
    """A copy taken while the program ran: file and log together hold every entry."""
    with Ledger.open(place, create=True) as ledger:
        for _ in range(5):
            record(ledger)
        copy = tmp_path / "copy" / "ledger.db"
        copy.parent.mkdir()
        for path in place.parent.glob("ledger.*"):
            if not path.name.endswith("-shm"):
                shutil.copy(path, copy.parent / path.name)
    with Ledger.open(copy) as again:
        assert len(again) == 6
        assert verify(again).ok


def test_a_locked_file(place: Path) -> None:
    closed(place)
    other = sqlite3.connect(place, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with Ledger.open(place, timeout=0.1) as ledger:
        with pytest.raises(LedgerError, match="locked"):
            record(ledger)
        assert len(ledger) == 4
        other.execute("ROLLBACK")
        other.close()
        record(ledger)
        assert verify(ledger).ok


def test_a_ledger_opened_for_reading_takes_no_entry(place: Path) -> None:
    closed(place)
    with Ledger.open(place, readonly=True) as ledger:
        with pytest.raises(LedgerError, match="for reading only"):
            record(ledger)
        with pytest.raises(sqlite3.OperationalError):
            ledger.connection.execute("DELETE FROM blob")


def test_a_full_disk_in_the_middle_of_an_append(place: Path) -> None:
    closed(place)
    with Ledger.open(place) as ledger:
        pages = ledger.query("PRAGMA page_count")[0][0]
        ledger.connection.execute(f"PRAGMA max_page_count = {pages}")
        count = len(ledger)
        with pytest.raises(LedgerError, match="disk is full"):
            for _ in range(100):
                record(ledger)
                count += 1
        assert len(ledger) == count
        ledger.connection.execute("PRAGMA max_page_count = 1000000")
        record(ledger)
        assert verify(ledger).ok


def child(act: Callable[[], object]) -> str:
    """Run in a process of its own that may lower its rights; what it had to say."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            said = str(act())
        except LedgerError as error:
            said = f"LedgerError {error}"
        except BaseException as error:
            said = f"{type(error).__name__} {error}"
        os.write(writing, said.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        said = stream.read().decode()
    os.waitpid(pid, 0)
    return said


@posix
def test_a_disk_that_refuses_to_grow(place: Path) -> None:
    """The limit of a process on file size: the write itself fails, as on a full disk or a quota."""
    closed(place)

    def act() -> str:
        import signal

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
        with Ledger.open(place) as ledger:
            for _ in range(1_000):
                record(ledger)
        return "no limit was met"

    said = child(act)
    assert said.startswith("LedgerError")
    assert "the disk" in said
    with Ledger.open(place) as ledger:
        assert verify(ledger).ok
        record(ledger)


@posix
def test_a_read_only_file_and_folder(tmp_path: Path, record: Record) -> None:
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="ledger-"))
    place = folder / "ledger.db"
    try:
        closed(place)
        for path in folder.iterdir():
            path.chmod(0o444)
        folder.chmod(0o555)

        def lowered(act: Callable[[], object]) -> Callable[[], object]:
            def run() -> object:
                if os.geteuid() == 0:
                    os.setgid(65534)
                    os.setuid(65534)
                return act()

            return run

        def read() -> str:
            with Ledger.open(place, readonly=True) as ledger:
                return f"{len(ledger)} {verify(ledger).ok}"

        def write() -> str:
            with Ledger.open(place) as ledger:
                record(ledger)
            return "written"

        assert child(lowered(read)) == "4 True"
        said = child(lowered(write))
        assert said.startswith("LedgerError")
        assert "read-only" in said or "cannot be opened" in said
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


@posix
def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LedgerError):
        Ledger.open(tmp_path / "file" / "ledger.db", create=True)


def test_a_damaged_page_is_an_error_in_words(place: Path) -> None:
    data = bytearray(closed(place))
    data[4096 : len(data) // 2] = os.urandom(len(data) // 2 - 4096)
    place.write_bytes(data)
    try:
        with Ledger.open(place, readonly=True) as ledger:
            report = verify(ledger)
            assert not report.ok
            assert any("damaged" in str(fault) for fault in report.faults)
    except LedgerError as error:
        assert "damaged" in str(error)
