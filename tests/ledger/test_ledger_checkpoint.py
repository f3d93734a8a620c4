"""Signed notes and checkpoints, against public vectors and against every change of a character."""

from __future__ import annotations

import pytest

from portability.errors import LedgerError
from portability.ledger.checkpoint import (
    COSIGNATURE,
    Checkpoint,
    SigningKey,
    b64,
    read_checkpoint,
    read_key,
    read_note,
    signed,
)

# Go's golang.org/x/mod/sumdb/note prints this key and note in its documentation.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZ"
    "b6KE6RyyBwJnAM=\n"
)
SEED = bytes(range(32))
KEY = SigningKey("pensions.example/ledger", SEED)
STATE = Checkpoint("pensions.example/ledger", 20852163, bytes(range(32)))


def test_a_note_signed_by_others_verifies() -> None:
    key = read_key(GO_KEY)
    assert str(key) == GO_KEY
    assert read_note(GO_NOTE).signed_by(key)
    assert not read_note(GO_NOTE.replace("problem is", "problem was")).signed_by(key)


def test_a_checkpoint_is_short_and_reads_back() -> None:
    text = signed(STATE, [KEY])
    assert len(text.encode()) < 230
    note = read_note(text)
    assert str(note) == text
    assert read_checkpoint(note) == STATE
    assert note.signed_by(KEY.public)
    assert read_key(str(KEY.public)) == KEY.public


def test_no_character_can_be_changed() -> None:
    text = signed(STATE, [KEY])
    for at in range(len(text)):
        for other in ("A", "1", "\n"):
            changed = text[:at] + other + text[at + 1 :]
            if changed == text:
                continue
            try:
                note = read_note(changed)
                stands = note.signed_by(KEY.public) and read_checkpoint(note) == STATE
            except LedgerError:
                stands = False
            assert not stands, f"character {at} became {other!r}"


def test_a_key_of_another_name_or_seed_does_not_verify() -> None:
    note = read_note(signed(STATE, [KEY]))
    assert not note.signed_by(SigningKey("other.example", SEED).public)
    assert not note.signed_by(SigningKey(KEY.name, bytes(32)).public)
    assert not note.signed_by(SigningKey(KEY.name, SEED, COSIGNATURE).public)


def test_a_false_line_of_a_known_key_condemns_the_note() -> None:
    text = signed(STATE, [KEY])
    false = f"— {KEY.name} {b64(KEY.public.id + bytes(64))}\n"
    assert not read_note(text + false).signed_by(KEY.public)


def test_cosignatures_carry_their_time() -> None:
    witness = SigningKey("ministry.example/witness", bytes(32), COSIGNATURE)
    text = signed(STATE, [KEY])
    note = read_note(text + witness.cosign(STATE.text(), 1_679_315_147))
    assert note.signed_by(witness.public)
    assert note.signed_by(KEY.public)
    value = note.signatures[1].value
    assert int.from_bytes(value[:8], "big") == 1_679_315_147
    later = (1_679_315_148).to_bytes(8, "big") + value[8:]
    forged = text + f"— {witness.name} {b64(witness.public.id + later)}\n"
    assert not read_note(forged).signed_by(witness.public)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "a\n",
        "a\nb\n\n",
        "text\n\n- name AAAAAAA=\n",
        "text\n\n— name\n",
        "text\n\n— na+me AAAAAAAA\n",
        "text\n\n— name AAAA\n",
        "text\n\n— name not base64\n",
        "te\txt\n\n— name AAAAAAAA\n",
        "x" * 70_000,
        b"\xff\xfe",
    ],
)
def test_what_is_no_note_is_refused_in_words(text: str | bytes) -> None:
    with pytest.raises(LedgerError, match="not a signed checkpoint"):
        read_note(text)


@pytest.mark.parametrize(
    "lines",
    [
        ("o", "5"),
        ("o", "05", b64(bytes(32))),
        ("o", "-1", b64(bytes(32))),
        ("o", "²", b64(bytes(32))),
        ("o", "5", b64(bytes(31))),
        ("o", "5", "!"),
        ("o", "9" * 30, b64(bytes(32))),
    ],
)
def test_what_is_no_checkpoint_is_refused_in_words(lines: tuple[str, ...]) -> None:
    text = "\n".join(lines) + "\n"
    with pytest.raises(LedgerError, match="not a checkpoint"):
        read_checkpoint(read_note(text + "\n" + KEY.sign(text)))


@pytest.mark.parametrize("text", ["", "a+b", "a+b+c", GO_KEY[:-4], GO_KEY.replace("c74f", "c74e")])
def test_what_is_no_key_is_refused_in_words(text: str) -> None:
    with pytest.raises(LedgerError, match="not a verifier key"):
        read_key(text)
