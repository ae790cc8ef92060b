"""Roots and proofs (section 4.1)."""

from hashlib import sha256

from .forms import need


def leaf_hash(line):  # 4.1
    return sha256(b"\0" + line).digest()


def node(left, right):
    return sha256(b"\1" + left + right).digest()


def half(count):
    return 1 << (count - 1).bit_length() - 1


def root_of(leaves):
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    return node(root_of(leaves[: half(len(leaves))]), root_of(leaves[half(len(leaves)) :]))


def taken(hashes):
    need(hashes, "bad_proof")
    return hashes.pop()


def included(leaf, index, size, proof, root):
    proof = list(proof)

    def climb(at, count):
        if count == 1:
            return leaf
        other, middle = taken(proof), half(count)
        if at < middle:
            return node(climb(at, middle), other)
        return node(other, climb(at - middle, count - middle))

    need(0 <= index < size and all(len(one) == 32 for one in (*proof, root)), "bad_proof")
    need(climb(index, size) == root and not proof, "bad_proof")


def consistent(old, size, old_root, root, proof):
    proof = list(proof)

    def climb(at, count, whole):
        if at == count:
            return (old_root if whole else taken(proof),) * 2
        other, middle = taken(proof), half(count)
        if at <= middle:
            first, second = climb(at, middle, whole)
            return first, node(second, other)
        first, second = climb(at - middle, count - middle, False)
        return node(other, first), node(other, second)

    need(0 < old <= size and all(len(one) == 32 for one in (*proof, root)), "bad_proof")
    need(climb(old, size, True) == (old_root, root) and not proof, "bad_proof")
