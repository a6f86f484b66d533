"""Sending voxels down the trees, 64 neighbours at a time.

Neighbouring voxels mostly go the same way, so a group of 64 walks each tree together: one bit of
a mask for each voxel. A node compares 64 codes of one channel, which lie side by side, with its
cut and splits the mask; empty masks are dropped. The masks wait in a queue, not on a stack, so
that the processor works on several nodes at a time.

With pure leaves a tree's vote is a whole number. Once the lead of a voxel's first class is larger
than the number of trees to come, it takes no further part: its label is certain.
"""

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numba import njit, prange, types
from numba.extending import intrinsic

from manyeyes.forest.model import INNER, MIXED

GROUPS_TOGETHER = 16
"""Groups that visit a tree one after the other, while its nodes are in the cache."""

_BYTES = ir.VectorType(ir.IntType(8), 64)
_BITS = ir.VectorType(ir.IntType(1), 64)
_MASK = ir.IntType(64)


def _lanes(context, builder, array_type, array, offset):
    """Return a pointer to 64 bytes of an array."""
    data = context.make_array(array_type)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [offset]), _BYTES.as_pointer())


@intrinsic
def below(typingctx, codes, offset, bound):
    """Return a mask of 64 bits: which of ``codes[offset : offset + 64]`` are below ``bound``.

    ``codes`` is a contiguous array of uint8. This is one instruction on processors with
    AVX-512, and a few on others.
    """

    def generate(context, builder, signature, args):
        values = builder.load(_lanes(context, builder, signature.args[0], args[0], args[1]))
        values.align = 1
        empty = ir.Constant(_BYTES, ir.Undefined)
        single = builder.insert_element(empty, args[2], ir.Constant(ir.IntType(32), 0))
        spread = ir.Constant(ir.VectorType(ir.IntType(32), 64), [0] * 64)
        bounds = builder.shuffle_vector(single, empty, spread)
        return builder.bitcast(builder.icmp_unsigned("<", values, bounds), _MASK)

    return types.uint64(codes, types.intp, types.uint8), generate


@intrinsic
def add_mask(typingctx, votes, offset, mask):
    """Add one to those of ``votes[offset : offset + 64]`` whose bits are set in ``mask``."""

    def generate(context, builder, signature, args):
        pointer = _lanes(context, builder, signature.args[0], args[0], args[1])
        values = builder.load(pointer)
        values.align = 1
        ones = builder.zext(builder.bitcast(args[2], _BITS), _BYTES)
        store = builder.store(builder.add(values, ones), pointer)
        store.align = 1
        return context.get_dummy_value()

    return types.void(votes, types.intp, types.uint64), generate


@njit(cache=True)
def _descend(codes, base, live, nodes, root, ends, queue_node, queue_mask):
    """Send the voxels of ``live`` down one tree; gather the masks of each kind of leaf in ``ends``.

    ``codes`` is flat and the group's codes begin at ``base``; ``ends`` (256,) is added to.
    Returns how many nodes were visited; queue places 0 ... visited - 1 hold them.
    """
    queue_node[0] = root
    queue_mask[0] = live
    filled = 1
    done = 0
    while done < filled:
        node = nodes[queue_node[done]]
        mask = queue_mask[done]
        done += 1
        smaller = below(
            codes,
            base + np.int64(node & np.uint64(255)) * 64,
            np.uint8((node >> np.uint64(8)) & np.uint64(255)),
        )
        left_kind = np.int64((node >> np.uint64(16)) & np.uint64(255))
        right_kind = np.int64((node >> np.uint64(24)) & np.uint64(255))
        child = np.int64(node >> np.uint64(32))
        left = mask & smaller
        right = mask & ~smaller
        ends[left_kind] |= left
        ends[right_kind] |= right
        queue_node[filled] = child
        queue_mask[filled] = left
        filled += (left_kind == INNER) & (left != np.uint64(0))
        queue_node[filled] = child + 1
        queue_mask[filled] = right
        filled += (right_kind == INNER) & (right != np.uint64(0))
    return done


@njit(cache=True)
def _add_shares(codes, base, nodes, visited, queue_node, queue_mask, mixed, shares):
    """Add the class shares of the mixed leaves that a descent ended in."""
    for i in range(visited):
        node = nodes[queue_node[i]]
        child = np.int64(node >> np.uint64(32))
        for side in range(2):
            kind = np.int64((node >> np.uint64(16 + 8 * side)) & np.uint64(255))
            if kind != MIXED:
                continue
            row = mixed[np.int64(nodes[child + side] >> np.uint64(32))]
            smaller = below(
                codes,
                base + np.int64(node & np.uint64(255)) * 64,
                np.uint8((node >> np.uint64(8)) & np.uint64(255)),
            )
            mask = queue_mask[i] & (smaller if side == 0 else ~smaller)
            for lane in range(64):
                if (mask >> np.uint64(lane)) & np.uint64(1):
                    for c in range(row.size):
                        shares[c, lane] += row[c]


@njit(cache=True)
def _still_open(votes, base, n_classes, remaining, margin):
    """Return a mask of the lanes whose first class may still change."""
    for lane in range(64):
        first = np.uint8(0)
        second = np.uint8(0)
        for c in range(n_classes):
            v = votes[base + c * 64 + lane]
            second = max(second, min(first, v))
            first = max(first, v)
        margin[lane] = first - second
    return below(margin, 0, np.uint8(remaining + 1))


@njit(cache=True, parallel=True)
def vote(codes, valid, nodes, roots, mixed, n_classes, depth, early, out):
    """Let all trees vote on groups of voxels.

    Parameters
    ----------
    codes : ndarray of uint8, shape (groups * channels * 64,)
    valid : ndarray of uint64, shape (groups,)
        Which of a group's lanes hold voxels.
    nodes : ndarray of uint64
        Packed; see `manyeyes.forest.model.Forest.packed`.
    roots : ndarray of int32, shape (trees,)
    mixed : ndarray of float32, shape (mixed leaves, classes)
    n_classes, depth : int
    early : bool
        Leave out the trees that cannot change a voxel's label. The votes are then not complete,
        but their first class is. Has no effect when there are mixed leaves.
    out : ndarray of float32, shape (groups, classes, 64)
        Output: the sum over the trees of the share of each class in the leaf. Lanes without
        a voxel hold 0.
    """
    groups = valid.size
    stride = codes.size // groups
    trees = roots.size
    none = np.uint64(0)
    early = early and mixed.shape[0] == 0
    for block in prange((groups + GROUPS_TOGETHER - 1) // GROUPS_TOGETHER):
        start = block * GROUPS_TOGETHER
        count = min(GROUPS_TOGETHER, groups - start)
        votes = np.zeros(GROUPS_TOGETHER * n_classes * 64, dtype=np.uint8)
        shares = np.zeros((GROUPS_TOGETHER, n_classes, 64), dtype=np.float32)
        live = valid[start : start + count].copy()
        ends = np.zeros(256, dtype=np.uint64)
        margin = np.empty(64, dtype=np.uint8)
        queue_node = np.empty(64 * depth + 66, dtype=np.int32)
        queue_mask = np.empty(64 * depth + 66, dtype=np.uint64)
        for t in range(trees):
            for g in range(count):
                if live[g] == none:
                    continue
                base = (start + g) * stride
                visited = _descend(
                    codes, base, live[g], nodes, roots[t], ends, queue_node, queue_mask
                )
                if ends[MIXED] != none:
                    ends[MIXED] = none
                    _add_shares(
                        codes, base, nodes, visited, queue_node, queue_mask, mixed, shares[g]
                    )
                for c in range(n_classes):
                    add_mask(votes, (g * n_classes + c) * 64, ends[c + 1])
                    ends[c + 1] = none
                remaining = trees - 1 - t
                if early and 2 * remaining < trees and t % 4 == 3:
                    live[g] &= _still_open(votes, g * n_classes * 64, n_classes, remaining, margin)
        for g in range(count):
            for c in range(n_classes):
                for lane in range(64):
                    out[start + g, c, lane] = (
                        shares[g, c, lane] + votes[(g * n_classes + c) * 64 + lane]
                    )
