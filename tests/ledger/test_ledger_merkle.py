"""The Merkle tree against the definition of RFC 6962, for every pair of sizes up to 64."""

from __future__ import annotations

from functools import cache

import pytest

from portability.ledger import merkle

SIZES = 64
# Leaves and roots of the reference tree of Certificate Transparency.
REFERENCE = [
    ("", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
    ("00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
    ("10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
    ("2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
    ("3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"),
    ("40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"),
    ("5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
    (
        "606162636465666768696a6b6c6d6e6f",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ),
]
FOREIGN = merkle.leaf_hash(b"of another tree")
LEAVES = [merkle.leaf_hash(str(i).encode()) for i in range(SIZES)]


@cache
def plain_root(low: int, high: int) -> bytes:
    """MTH of RFC 6962 s.2.1, as written there."""
    if low == high:
        return merkle.EMPTY
    if high - low == 1:
        return LEAVES[low]
    k = 1
    while k * 2 < high - low:
        k *= 2
    return merkle.node_hash(plain_root(low, low + k), plain_root(low + k, high))


def node(level: int, index: int) -> bytes:
    return plain_root(index << level, (index + 1) << level)


def test_reference_roots() -> None:
    for size in range(1, len(REFERENCE) + 1):
        leaves = [merkle.leaf_hash(bytes.fromhex(data)) for data, _ in REFERENCE[:size]]
        assert merkle.root_of(leaves).hex() == REFERENCE[size - 1][1]
    assert merkle.root_of([]).hex() == (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )


def test_the_growing_tree_and_its_nodes_equal_the_definition() -> None:
    frontier = merkle.Frontier()
    for size in range(1, SIZES + 1):
        for level, index, value in frontier.append(LEAVES[size - 1]):
            assert value == node(level, index)
        assert frontier.root() == plain_root(0, size) == merkle.range_hash(0, size, node)


@pytest.mark.parametrize("size", range(1, SIZES + 1))
def test_every_inclusion_proof(size: int) -> None:
    root = plain_root(0, size)
    for index in range(size):
        path = merkle.inclusion_path(index, size, node)
        assert len(path) <= size.bit_length()
        holds = merkle.inclusion_holds
        assert holds(LEAVES[index], index, size, path, root)
        assert not holds(FOREIGN, index, size, path, root)
        assert not holds(LEAVES[index], index, size, [*path, root], root)
        assert not holds(LEAVES[index], index, size, path, FOREIGN)
        assert not holds(LEAVES[index], size, size, path, root)
        if path:
            assert not holds(LEAVES[index], index, size, path[1:], root)
            assert not holds(LEAVES[index], index, size, [FOREIGN, *path[1:]], root)
            assert not holds(LEAVES[index], (index + 1) % size, size, path, root)


@pytest.mark.parametrize("size", range(1, SIZES + 1))
def test_every_consistency_proof(size: int) -> None:
    root = plain_root(0, size)
    holds = merkle.consistency_holds
    for old in range(size + 1):
        old_root, path = plain_root(0, old), merkle.consistency_path(old, size, node)
        assert holds(old, size, old_root, root, path)
        assert not holds(old, size, FOREIGN, root, path)
        assert not holds(old, size, old_root, root, [*path, root])
        if old:
            assert not holds(old, size, old_root, FOREIGN, path)
        if path:
            assert not holds(old, size, old_root, root, path[:-1])
            assert not holds(old, size, old_root, root, [FOREIGN, *path[1:]])


def test_impossible_questions_are_refused() -> None:
    for index, size in ((0, 0), (3, 3), (-1, 3)):
        with pytest.raises(ValueError):
            merkle.inclusion_path(index, size, node)
    with pytest.raises(ValueError):
        merkle.consistency_path(4, 3, node)
    assert not merkle.consistency_holds(4, 3, LEAVES[0], LEAVES[0], [])
