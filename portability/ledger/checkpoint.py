"""Signed checkpoints: the size and root of the log in the text forms other people's tools read.

Formats: https://c2sp.org/signed-note, https://c2sp.org/tlog-checkpoint,
https://c2sp.org/tlog-cosignature.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Iterable
from hashlib import sha256
from typing import TYPE_CHECKING

from attrs import field, frozen

from portability.errors import LedgerError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SIGNATURE, COSIGNATURE = b"\x01", b"\x04"
DASH = "— "
LONGEST, MOST_SIGNATURES = 1 << 16, 100


@frozen
class Checkpoint:
    """What the log says of itself: its name, how many entries it holds, the root over them."""

    origin: str
    size: int
    root: bytes = field(repr=lambda root: root.hex())

    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{b64(self.root)}\n"


@frozen
class PublicKey:
    """A verifier key (`vkey`): name, type of signature, 32 bytes of Ed25519."""

    name: str
    kind: bytes
    public: bytes

    @property
    def id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + self.kind + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{b64(self.kind + self.public)}"


@frozen
class SigningKey:
    """An Ed25519 key with the name it signs under."""

    name: str
    seed: bytes = field(repr=False)
    kind: bytes = SIGNATURE

    @classmethod
    def make(cls, name: str, kind: bytes = SIGNATURE) -> SigningKey:
        check_name(name)
        return cls(name, secrets.token_bytes(32), kind)

    @property
    def public(self) -> PublicKey:
        return PublicKey(self.name, self.kind, self._private().public_key().public_bytes_raw())

    def sign(self, text: str) -> str:
        """The signature line over a note's text."""
        return self._line(self._private().sign(text.encode()))

    def cosign(self, text: str, time: int) -> str:
        """The timestamped line of a witness (cosignature/v1); time in seconds since 1970."""
        signature = self._private().sign(cosigned(text, time))
        return self._line(time.to_bytes(8, "big") + signature)

    def _line(self, signature: bytes) -> str:
        return f"{DASH}{self.name} {b64(self.public.id + signature)}\n"

    def _private(self) -> Ed25519PrivateKey:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self.seed)


@frozen
class Signature:
    """A signature line as it stands in a note, not yet verified."""

    name: str
    id: bytes
    value: bytes
    line: str


@frozen
class Note:
    """A text and its signature lines, not yet verified."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return self.text + "\n" + "".join(signature.line for signature in self.signatures)

    def signed_by(self, key: PublicKey) -> bool:
        """Whether this key signed the text. A line of this key that fails counts against the whole
        note."""
        mine = [s for s in self.signatures if (s.name, s.id) == (key.name, key.id)]
        return bool(mine) and all(_valid(self.text, key, s.value) for s in mine)


def read_note(text: str | bytes) -> Note:
    """Split a signed note. Raises LedgerError if it is not one."""
    try:
        text = text.decode("utf-8") if isinstance(text, bytes) else text
        return _split_note(text)
    except ValueError as error:
        raise LedgerError(f"not a signed checkpoint: {error}") from None


def read_checkpoint(note: Note) -> Checkpoint:
    """The checkpoint a note's text states (tlog-checkpoint). Raises LedgerError if it states
    none."""
    lines = note.text.split("\n")
    if len(lines) < 4 or not all(lines[:-1]):
        raise LedgerError("not a checkpoint: it has fewer than the three lines origin, size, root")
    origin, size, root = lines[:3]
    if not size.isascii() or not size.isdigit() or str(int(size)) != size or len(size) > 18:
        raise LedgerError("not a checkpoint: its second line is not a number of entries")
    try:
        value = unb64(root)
    except ValueError:
        value = b""
    if len(value) != 32:
        raise LedgerError("not a checkpoint: its third line is not a root hash of 32 bytes")
    return Checkpoint(origin, int(size), value)


def read_key(text: str) -> PublicKey:
    """A vkey `name+id+base64`. Raises LedgerError if it is malformed or its id does not fit."""
    parts = text.strip().split("+", 2)
    try:
        name, key_id, material = parts
        raw = unb64(material)
        check_name(name)
    except ValueError:
        raise LedgerError("not a verifier key: expected name+id+base64") from None
    key = PublicKey(name, raw[:1], raw[1:])
    if len(raw) != 33 or key.kind not in (SIGNATURE, COSIGNATURE) or key.id.hex() != key_id:
        raise LedgerError("not a verifier key: the id does not fit the key")
    return key


def signed(checkpoint: Checkpoint, keys: Iterable[SigningKey]) -> str:
    """The note: the checkpoint's text, an empty line, one signature line per key."""
    text = checkpoint.text()
    return text + "\n" + "".join(key.sign(text) for key in keys)


def cosigned(text: str, time: int) -> bytes:
    """The bytes a witness signs (tlog-cosignature, Signed message)."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def check_name(name: str) -> None:
    """Names and origins have no space and no plus (signed-note, Format). Raises ValueError."""
    if not name or "+" in name or any(c.isspace() or ord(c) < 32 for c in name) or len(name) > 200:
        raise ValueError(f"{name!r} is not a name: no spaces, no plus sign, 1 to 200 characters")


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def unb64(text: str) -> bytes:
    """Strict base64: exactly one text per value. Raises ValueError."""
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None
    if b64(data) != text:
        raise ValueError("base64 with stray bits")
    return data


def _split_note(text: str) -> Note:
    if len(text) > LONGEST:
        raise ValueError(f"longer than {LONGEST:,} characters")
    if any(ord(c) < 32 and c != "\n" for c in text):
        raise ValueError("it contains control characters (line ends must be plain newlines)")
    head, gap, tail = text.rpartition("\n\n")
    if not gap or not tail.endswith("\n") or not head:
        raise ValueError("no empty line followed by signatures")
    lines = tail[:-1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise ValueError(f"more than {MOST_SIGNATURES} signatures")
    return Note(head + "\n", tuple(map(_split_line, lines)))


def _split_line(line: str) -> Signature:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != DASH.strip():
        raise ValueError("a signature line does not read '— name base64'")
    check_name(parts[1])
    raw = unb64(parts[2])
    if len(raw) < 5:
        raise ValueError("a signature is too short")
    return Signature(parts[1], raw[:4], raw[4:], line + "\n")


def _valid(text: str, key: PublicKey, value: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    message, signature = text.encode(), value
    if key.kind == COSIGNATURE:
        message, signature = cosigned(text, int.from_bytes(value[:8], "big")), value[8:]
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
