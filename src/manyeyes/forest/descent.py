"""Sending voxels down the trees, 64 neighbours at a time.

Neighbouring voxels mostly take the same way, so a group of 64 walks each tree together: a mask has
one bit for each voxel. A node compares 64 codes of one channel, which lie side by side, with its
cut and splits the mask; empty masks are dropped. The masks wait in a queue rather than on a stack,
so that the processor works on several nodes at a time.

With pure leaves, a tree's vote is a whole number. A voxel whose first class leads by more than the
number of remaining trees takes no further part: its label is certain.
"""

from typing import NamedTuple

import numpy as np
from llvmlite import ir
from numba import njit, prange, types
from numba.extending import intrinsic

from .model import CHANNEL_MASK, CUT_BIT, LEFT_BIT, MIXED, RIGHT_BIT

GROUPS_TOGETHER = 8
"""Groups that go down a tree together: enough to keep the queue from running short, few enough for
their codes to stay in the cache."""


class PackedTrees(NamedTuple):
    """The trees of a forest."""

    nodes: np.ndarray  # uint64: see `manyeyes.forest.model.Forest.packed`
    roots: np.ndarray  # int32 (trees,)
    mixed: np.ndarray  # float32 (mixed leaves, classes)
    depth: int


class _Groups(NamedTuple):
    """Neighbouring groups, named by their first line of 64 codes, counted from ``base``."""

    codes: np.ndarray
    base: np.uint64  # where the codes of the first group begin
    lines: np.uint64  # in a group, one for each channel


class _Walk(NamedTuple):
    """What a descent writes."""

    # The masks of voxels that end in a pure leaf, uint64 (groups * lines + 32,): added at the
    # group's first line plus the class (from 1). The last 32 places are scratch.
    ends: np.ndarray
    queue: np.ndarray  # uint64, scratch: first line and node, and mask, of each visit in turn
    shared: np.ndarray  # uint64 (2 * 64 * groups,): the same for the mixed leaves reached


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
def _descend(groups, live, nodes, root, walk):
    """Send the voxels of groups down the tree that begins at node ``root``.

    ``live`` has a mask for each group, of the voxels that take part. Returns how many places of
    ``walk.shared`` were written.
    """
    codes, base, lines = groups
    ends, queue, shared = walk
    low = np.uint64(0xFFFFFFFF)
    half = np.uint64(32)
    none = np.uint64(0)
    one = np.uint64(1)
    two = np.uint64(2)
    kinds = np.uint64(MIXED)
    scratch = np.uint64(live.size) * lines
    filled, done, mixed = none, none, none
    for g in range(live.size):
        if live[g] != none:
            queue[filled] = ((np.uint64(g) * lines) << half) | np.uint64(root)
            queue[filled + one] = live[g]
            filled += two
    while done != filled:
        entry = queue[done]
        mask = queue[done + one]
        done += two
        node = nodes[entry & low]
        line = entry >> half
        left_kind = (node >> np.uint64(LEFT_BIT)) & kinds
        right_kind = (node >> np.uint64(RIGHT_BIT)) & kinds
        if left_kind == kinds:
            shared[mixed] = entry
            shared[mixed + one] = mask
            mixed += two
            continue
        smaller = below(
            codes,
            np.int64(base + (line << np.uint64(6)) + (node & np.uint64(CHANNEL_MASK))),
            np.uint8((node >> np.uint64(CUT_BIT)) & np.uint64(255)),
        )
        left = mask & smaller
        right = mask ^ left
        # A child that is split further adds its mask to a place that is never read, and to a
        # different one each time, so that the additions need not wait for each other.
        spare = scratch + (done & np.uint64(30))
        left_end = line + left_kind if left_kind != none else spare
        right_end = line + right_kind if right_kind != none else spare + one
        ends[left_end] |= left
        ends[right_end] |= right
        # Both children are written to the queue, but kept only if they are to be visited. This
        # needs no branch, which the processor could predict wrongly.
        child = (entry & ~low) | (node >> half)
        queue[filled] = child
        queue[filled + one] = left
        filled += np.uint64((left_kind == none) & (left != none)) << one
        queue[filled] = child + one
        queue[filled + one] = right
        filled += np.uint64((right_kind == none) & (right != none)) << one
    return mixed


@njit(cache=True)
def _add_shares(written, shared, nodes, lines, mixed, shares):
    """Add the class shares of the mixed leaves that a descent reached."""
    for i in range(0, written, 2):
        group = (shared[i] >> np.uint64(32)) // lines
        row = nodes[shared[i] & np.uint64(0xFFFFFFFF)] >> np.uint64(32)
        for lane in range(64):
            if (shared[i + 1] >> np.uint64(lane)) & np.uint64(1):
                for c in range(mixed.shape[1]):
                    shares[group, c, lane] += mixed[row, c]


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
def vote(codes, valid, trees, early, out):
    """Let all trees vote on groups of voxels.

    Parameters
    ----------
    codes : ndarray of uint8, shape (groups * channels * 64,)
    valid : ndarray of uint64, shape (groups,)
        Which of a group's lanes hold voxels.
    trees : PackedTrees
    early : bool
        Leave out the trees that cannot change a voxel's label. The votes are then incomplete, but
        their first class is right. Has no effect if there are mixed leaves.
    out : ndarray of float32, shape (groups, classes, 64)
        Output: the sum over the trees of the share of each class in the leaf. Lanes without
        a voxel hold 0.
    """
    n_classes = out.shape[1]
    n_trees = trees.roots.size
    groups = valid.size
    lines = np.uint64(codes.size // groups // 64)
    early = early and trees.mixed.shape[0] == 0
    for block in prange((groups + GROUPS_TOGETHER - 1) // GROUPS_TOGETHER):
        start = block * GROUPS_TOGETHER
        count = min(GROUPS_TOGETHER, groups - start)
        votes = np.zeros(count * n_classes * 64, dtype=np.uint8)
        shares = np.zeros((count, n_classes, 64), dtype=np.float32)
        live = valid[start : start + count].copy()
        margin = np.empty(64, dtype=np.uint8)
        # Arrays get names before the tuple: Numba creates an array once for all blocks if it sees
        # no write to it, and it sees none through the tuple.
        ends = np.zeros(count * lines + 32, dtype=np.uint64)
        # At most one visit per voxel and level of a tree, and two places for what is not kept.
        queue = np.empty(2 * (64 * count * trees.depth + 2), dtype=np.uint64)
        shared = np.empty(2 * 64 * count, dtype=np.uint64)
        walk = _Walk(ends, queue, shared)
        together = _Groups(codes, np.uint64(start) * lines * np.uint64(64), lines)
        for t in range(n_trees):
            written = _descend(together, live, trees.nodes, trees.roots[t], walk)
            _add_shares(np.int64(written), shared, trees.nodes, lines, trees.mixed, shares)
            for g in range(count):
                for c in range(n_classes):
                    end = g * np.int64(lines) + c + 1
                    add_mask(votes, (g * n_classes + c) * 64, ends[end])
                    ends[end] = 0
            remaining = n_trees - 1 - t
            if early and 2 * remaining < n_trees and t % 4 == 3:
                for g in range(count):
                    live[g] &= _still_open(votes, g * n_classes * 64, n_classes, remaining, margin)
        for g in range(count):
            for c in range(n_classes):
                for lane in range(64):
                    vote_count = votes[(g * n_classes + c) * 64 + lane]
                    out[start + g, c, lane] = shares[g, c, lane] + vote_count


@njit(cache=True, parallel=True)
def first_classes(votes, classes, out):
    """Write the class with the most votes of each voxel; of equals, the first.

    Parameters
    ----------
    votes : ndarray of float32, shape (groups, classes, 64)
    classes : ndarray of uint8, shape (classes,)
    out : ndarray of uint8, shape (groups, 64)
        Output.
    """
    for g in prange(votes.shape[0]):
        for lane in range(64):
            best = 0
            for c in range(1, votes.shape[1]):
                if votes[g, c, lane] > votes[g, best, lane]:
                    best = c
            out[g, lane] = classes[best]
