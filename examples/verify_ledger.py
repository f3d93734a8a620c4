"""Check a ledger with nothing of the program that wrote it: docs/ledger-format.md in 60 lines.

    python verify_ledger.py ledger.db [checkpoint.txt]

Python 3.11 alone; for a checkpoint's signature also `cryptography`. Opens no personal data.
Exit 1 on any fault.
"""

import json
import sqlite3
import sys
from base64 import b64decode
from hashlib import sha256
from pathlib import Path


def root(leaves):  # RFC 6962 s.2.1
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01" + root(leaves[:k]) + root(leaves[k:])).digest()


def entries(db, faults):
    """Bodies and leaf hashes; every entry fits its hash and continues the one before."""
    bodies, leaves, chain = [], [], bytes(32)
    rows = db.execute("SELECT seq, body, leaf, chain FROM entry ORDER BY seq")
    for number, text, leaf, link in rows:
        leaves.append(sha256(b"\x00" + text.encode()).digest())
        chain = sha256(chain + leaves[-1]).digest()
        bodies.append(json.loads(text))
        if (number, leaf, link) != (len(leaves) - 1, leaves[-1], chain):
            faults.append(f"entry {number}: changed, or not next to the one before")
    return bodies, leaves


def documents(db, bodies, faults):
    """Sealed documents and stored texts are those the bodies name, and no others."""
    rows = db.execute("SELECT seq, name, nonce, ciphertext FROM payload")
    found = {(s, n): len(iv) == 12 and sha256(iv + box).hexdigest() for s, n, iv, box in rows}
    texts = {h for h, data in db.execute("SELECT * FROM blob") if sha256(data).hexdigest() == h}
    erased = {b["person"]: n for n, b in enumerate(bodies) if b["kind"] == "erasure"}
    for n, body in enumerate(bodies):
        for name, part in body.get("sealed", {}).items():
            due = None if erased.get(part["person"], -1) > n else part["sha256"]
            if found.pop((n, name), None) != due:
                faults.append(f"entry {n}: its sealed {name} was changed or is missing")
        for name, value in {**body.get("rules", {}), **body.get("code", {})}.items():
            if value.removeprefix("sha256:") not in texts:
                faults.append(f"entry {n}: the text of {name} was changed or is missing")
    faults += [f"entry {n}: a sealed {name} it does not name" for n, name in found]


def checkpoint(path, vkey, leaves, faults):  # c2sp.org/tlog-checkpoint, c2sp.org/signed-note
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    text, _, signatures = Path(path).read_text("utf-8").rpartition("\n\n")
    size, stated = text.split("\n")[1:3]
    if int(size) > len(leaves) or root(leaves[: int(size)]) != b64decode(stated):
        faults.append("the checkpoint is of another history: entries were rewritten or cut off")
    name, _, key = vkey.split("+", 2)
    mine = sha256(f"{name}\n".encode() + b64decode(key)).digest()[:4]
    lines = [line.split(" ") for line in signatures.splitlines()]
    raw = [b64decode(value) for _, signer, value in lines if signer == name]
    public = Ed25519PublicKey.from_public_bytes(b64decode(key)[1:])
    try:
        public.verify(next(v[4:] for v in raw if v[:4] == mine), f"{text}\n".encode())
    except (InvalidSignature, StopIteration):
        faults.append("the checkpoint is not signed with the key of this ledger")


def main(path, note=None):
    db, faults = sqlite3.connect(f"file:{path}?mode=ro", uri=True), []
    bodies, leaves = entries(db, faults)
    documents(db, bodies, faults)
    db.close()
    if note:
        checkpoint(note, bodies[0]["vkey"], leaves, faults)
    anchored = "" if note else "; completeness is not proven without a checkpoint kept outside"
    sys.stdout.write("\n".join(faults or [f"{len(leaves)} entries, no fault{anchored}"]) + "\n")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
