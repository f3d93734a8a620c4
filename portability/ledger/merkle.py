"""The Merkle tree of a log: hashes, proofs and their verification (RFC 6962 s.2.1, RFC 9162 s.2.1).

A tree of n leaves splits at the largest power of two below n. Complete subtrees are named (level,
index): level 0
are the leaves, (level, index) covers leaves index*2**level to (index+1)*2**level - 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

Nodes = Callable[[int, int], bytes]
EMPTY = sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """Hash of a leaf: SHA-256(0x00 || data)."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node: SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


def split(size: int) -> int:
    """The largest power of two below size (size >= 2)."""
    return 1 << ((size - 1).bit_length() - 1)


class Frontier:
    """The right edge of a growing tree: enough to append and to name the root, in O(log n)
    memory."""

    def __init__(self) -> None:
        self.size = 0
        self.edge: list[tuple[int, bytes]] = []

    def append(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Add a leaf hash; the inner subtrees it completes as (level, index, hash), lowest
        first."""
        made = []
        level, index, value = 0, self.size, leaf
        while index & 1:
            value = node_hash(self.edge.pop()[1], value)
            level, index = level + 1, index >> 1
            made.append((level, index, value))
        self.edge.append((level, value))
        self.size += 1
        return made

    def root(self) -> bytes:
        """Root of the leaves so far."""
        if not self.edge:
            return EMPTY
        value = self.edge[-1][1]
        for _, left in reversed(self.edge[:-1]):
            value = node_hash(left, value)
        return value


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Root over leaf hashes, read once."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


def range_hash(low: int, high: int, nodes: Nodes) -> bytes:
    """Hash of the leaves low to high-1, a subtree that occurs in some tree (low a multiple of its
    width)."""
    if low == high:
        return EMPTY
    stack = []
    while low < high:
        width = 1 << ((high - low).bit_length() - 1)
        level = width.bit_length() - 1
        stack.append(nodes(level, low >> level))
        low += width
    value = stack.pop()
    while stack:
        value = node_hash(stack.pop(), value)
    return value


def inclusion_path(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """PATH(index, D[size]) of RFC 6962 s.2.1.1: from the leaf's sibling up to the root's child."""
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    path, low, high = [], 0, size
    while high - low > 1:
        middle = low + split(high - low)
        if index < middle:
            path.append(range_hash(middle, high, nodes))
            high = middle
        else:
            path.append(range_hash(low, middle, nodes))
            low = middle
    return path[::-1]


def consistency_path(old: int, size: int, nodes: Nodes) -> list[bytes]:
    """PROOF(old, D[size]) of RFC 6962 s.2.1.2. Empty if old is 0 or size: there is nothing to
    prove."""
    if not 0 <= old <= size:
        raise ValueError(f"a tree of {size} has no earlier state of {old} leaves")
    if old in (0, size):
        return []
    path, low, high = [], 0, size
    while old < high:
        middle = low + split(high - low)
        if old <= middle:
            path.append(range_hash(middle, high, nodes))
            high = middle
        else:
            path.append(range_hash(low, middle, nodes))
            low = middle
    if low:
        path.append(range_hash(low, high, nodes))
    return path[::-1]


def inclusion_holds(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether path leads from the leaf hash at index to the root of a tree of that size (RFC 9162
    s.2.1.3.2)."""
    if not 0 <= index < size:
        return False
    at, last, value = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            value = node_hash(sibling, value)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            value = node_hash(value, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and value == root


def consistency_holds(
    old: int, size: int, old_root: bytes, root: bytes, path: Sequence[bytes]
) -> bool:
    """Whether the tree of `size` only appends to the tree of `old` leaves (RFC 9162 s.2.1.4.2)."""
    if not 0 <= old <= size:
        return False
    if old == 0:
        return not path and old_root == EMPTY
    if old == size:
        return not path and old_root == root
    steps = list(path)
    if old & (old - 1) == 0:
        steps.insert(0, old_root)
    if not steps:
        return False
    at, last = old - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            first, second = node_hash(step, first), node_hash(step, second)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            second = node_hash(second, step)
        at, last = at >> 1, last >> 1
    return last == 0 and first == old_root and second == root
