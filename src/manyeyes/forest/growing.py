"""Growing the trees of a forest: Gini splits of codes, until every leaf is pure.

As in VIGRA's random forest, which ilastik uses: each tree gets a bootstrap sample of all training
voxels, drawn with replacement and regardless of class. Each node tries a few channels drawn at
random, and more if all of these are constant in the node. It takes the best split by Gini impurity,
in the middle between neighbouring values.

The histograms of a node are filled in one pass over its voxels, whose codes take one cache line
each. Every tree has its own random generator, so the forest does not depend on the number of
threads.
"""

from typing import NamedTuple

import numpy as np
from numba import njit, prange

from .model import CHANNEL_BIT, CHILD_BIT, CUT_BIT, LEFT_BIT, MIXED, RIGHT_BIT

SMALL_NODE = 400
"""Nodes of up to this many voxels mark the bins that these fall into; larger nodes look at all."""


class TrainingVoxels(NamedTuple):
    """What trees learn from."""

    codes: np.ndarray  # uint8 (n, 64)
    labels: np.ndarray  # uint8 (n,): class of each voxel, from 0
    n_classes: int
    cuts: np.ndarray  # uint16 (channels, 255): see `manyeyes.forest.coding.Coding`


class TreeRules(NamedTuple):
    """How trees grow."""

    channels: int  # columns of the codes that hold channels
    tries: int  # channels that a node tries
    draws: int  # size of the bootstrap sample of a tree


class _Members(NamedTuple):
    """The voxels of a sample."""

    index: np.ndarray  # rows of the codes
    times: np.ndarray  # how often each was drawn
    label: np.ndarray  # classes


_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


@njit(cache=True)
def _random(state):
    """Advance a SplitMix64 generator (Steele et al. 2014, doi:10.1145/2660193.2660195)."""
    state[0] += _STEP
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * _MIX_1
    z = (z ^ (z >> np.uint64(27))) * _MIX_2
    return z ^ (z >> np.uint64(31))


@njit(cache=True)
def _below(state, bound):
    """Return a random integer from 0 to bound - 1, for bounds up to 2**32."""
    # The product of a 32-bit number: the bias is below bound / 2**32.
    return np.int64(((_random(state) >> np.uint64(32)) * np.uint64(bound)) >> np.uint64(32))


@njit(cache=True, error_model="numpy")
def _best_cut(histogram, occupied, totals, left):
    """Return the score of a channel's best split and the occupied codes on either side of it.

    The upper code is 0 if the channel is constant. Only bins whose bits are set in ``occupied``
    are visited; both are cleared. ``left`` is scratch.
    """
    n_classes = totals.size
    n = 0
    for c in range(n_classes):
        left[c] = 0
        n += totals[c]
    best, lower, upper = -1.0, 0, 0
    before, n_left = -1, 0
    pending = False
    one = np.uint64(1)
    for w in range(4):
        word = occupied[w]
        occupied[w] = np.uint64(0)
        while word != np.uint64(0):
            lowest = word & (~word + one)
            word ^= lowest
            b = w * 64 + _bit(lowest)
            if pending:
                lower, upper = before, b
                pending = False
            for c in range(n_classes):
                here = histogram[b, c]
                histogram[b, c] = 0
                left[c] += here
                n_left += here
            before = b
            if n_left == n:
                continue
            score_left, score_right = 0.0, 0.0
            for c in range(n_classes):
                a = np.float64(left[c])
                z = np.float64(totals[c] - left[c])
                score_left += a * a
                score_right += z * z
            score = score_left / np.float64(n_left) + score_right / np.float64(n - n_left)
            if score > best:
                best = score
                pending = True
    return best, lower, upper


@njit(cache=True)
def _bit(single):
    """Return the place of the only bit that is set."""
    place = 0
    if single >> np.uint64(32):
        single >>= np.uint64(32)
        place += 32
    if single >> np.uint64(16):
        single >>= np.uint64(16)
        place += 16
    if single >> np.uint64(8):
        single >>= np.uint64(8)
        place += 8
    if single >> np.uint64(4):
        single >>= np.uint64(4)
        place += 4
    if single >> np.uint64(2):
        single >>= np.uint64(2)
        place += 2
    return place + np.int64(single >> np.uint64(1))


@njit(cache=True)
def _kind(counts):
    """Return the class (from 1) if only one is present, else 0."""
    kind = 0
    for c in range(counts.size):
        if counts[c] > 0:
            if kind > 0:
                return 0
            kind = c + 1
    return kind


@njit(cache=True)
def _middle(cuts, channel, lower, upper):
    """Return the cut nearest to the middle, by value, of the gap between two occupied codes."""
    # Code k begins at cell cuts[k - 1], and cells are equally wide.
    twice = np.int64(cuts[channel, lower]) + np.int64(cuts[channel, upper - 1])
    best = lower + 1
    for cut in range(lower + 2, upper + 1):
        now = abs(2 * np.int64(cuts[channel, cut - 1]) - twice)
        if now < abs(2 * np.int64(cuts[channel, best - 1]) - twice):
            best = cut
    return best


@njit(cache=True)
def _fill(codes, members, start, stop, tried, count, histogram):
    """Add the weights of members start ... stop - 1 to the histograms of ``count`` channels."""
    # Unsigned indices: Numba checks signed ones for counting from the end.
    for i in range(np.uint64(start), np.uint64(stop)):
        row = np.uint64(members.index[i])
        of = np.uint64(members.label[i])
        weight = members.times[i]
        for j in range(np.uint64(count)):
            histogram[j, np.uint64(codes[row, tried[j]]), of] += weight


@njit(cache=True)
def _mark(codes, members, start, stop, tried, count, occupied):
    """Set the bits of the bins that members start ... stop - 1 fall into."""
    for i in range(np.uint64(start), np.uint64(stop)):
        row = np.uint64(members.index[i])
        for j in range(np.uint64(count)):
            b = np.uint64(codes[row, tried[j]])
            occupied[j, b >> np.uint64(6)] |= np.uint64(1) << (b & np.uint64(63))


@njit(cache=True)
def _mark_bins(histogram, occupied):
    """Set the bits of the bins of a histogram that are not empty."""
    for w in range(4):
        word = np.uint64(0)
        for i in range(64):
            here = 0
            for c in range(histogram.shape[1]):
                here += histogram[w * 64 + i, c]
            word |= np.uint64(here > 0) << np.uint64(i)
        occupied[w] = word


@njit(cache=True)
def _no_members(size):
    """Return room for some members."""
    return _Members(
        index=np.empty(size, dtype=np.int32),
        times=np.empty(size, dtype=np.int32),
        label=np.empty(size, dtype=np.uint8),
    )


@njit(cache=True)
def _copy(source, i, target, k):
    """Copy member i of one array of members to place k of another."""
    target.index[k] = source.index[i]
    target.times[k] = source.times[i]
    target.label[k] = source.label[i]


@njit(cache=True)
def _grow(voxels, rules, state, nodes, shares):
    """Grow one tree.

    Parameters
    ----------
    voxels : TrainingVoxels
    rules : TreeRules
    state : ndarray of uint64, shape (1,)
        State of the random generator.
    nodes : ndarray of uint64, shape (2 * draws + 1,)
        Output, packed as by `manyeyes.forest.model.Forest.packed`.
    shares : ndarray of float32, shape (draws // 2 + 1, n_classes)
        Output: class shares of mixed leaves.

    Returns
    -------
    used, mixed, depth : int
        Nodes and mixed leaves written, nodes on the longest path.
    """
    codes, labels, n_classes = voxels.codes, voxels.labels, voxels.n_classes
    channels, tries = rules.channels, rules.tries
    n = labels.size
    weight = np.zeros(n, dtype=np.uint32)
    for _ in range(rules.draws):
        weight[_below(state, n)] += np.uint32(1)
    drawn = 0
    for i in range(n):
        drawn += weight[i] > 0
    # A voxel drawn several times is kept once, with a weight.
    members = _no_members(drawn)
    aside = _no_members(drawn)
    totals = np.zeros(n_classes, dtype=np.int64)
    k = 0
    for i in range(n):
        if weight[i] > 0:
            members.index[k], members.times[k], members.label[k] = i, weight[i], labels[i]
            totals[labels[i]] += weight[i]
            k += 1
    order = np.arange(channels)
    histogram = np.zeros((tries, 256, n_classes), dtype=np.int32)
    occupied = np.zeros((tries, 4), dtype=np.uint64)
    left = np.zeros(n_classes, dtype=np.int64)
    tried = np.zeros(tries, dtype=np.uint64)
    # Nodes to be split: place, first member, end of the members, depth.
    waiting = np.empty((drawn + 1, 4), dtype=np.int64)
    used, mixed, deepest = 1, 0, 1
    kind = _kind(totals)
    if kind > 0:
        # The bootstrap drew one class only: no code is below 0, so all voxels go right.
        nodes[0] = np.uint64(kind) << np.uint64(RIGHT_BIT)
        return used, mixed, deepest
    waiting[0] = (0, 0, drawn, 1)
    top = 1
    while top > 0:
        top -= 1
        place, start, stop, depth = waiting[top]
        deepest = max(deepest, depth)
        is_small = stop - start <= SMALL_NODE
        totals[:] = 0
        for i in range(start, stop):
            totals[members.label[i]] += members.times[i]
        best, best_cut, best_channel = -1.0, 0, np.uint64(0)
        seen = 0
        while seen < channels and (seen < tries or best_cut == 0):
            count = tries if seen == 0 else 1
            for j in range(count):
                other = seen + j + _below(state, channels - seen - j)
                order[seen + j], order[other] = order[other], order[seen + j]
                tried[j] = order[seen + j]
            _fill(codes, members, start, stop, tried, count, histogram)
            if is_small:
                _mark(codes, members, start, stop, tried, count, occupied)
            for j in range(count):
                if not is_small:
                    _mark_bins(histogram[j], occupied[j])
                score, lower, upper = _best_cut(histogram[j], occupied[j], totals, left)
                if upper > 0 and score > best:
                    best, best_channel = score, tried[j]
                    best_cut = _middle(voxels.cuts, best_channel, lower, upper)
            seen += count
        if best_cut == 0:
            # Voxels of several classes with the same codes: a leaf with shares.
            shares[mixed] = totals / totals.sum()
            if place == 0:
                # A root must be a node: no code is below 0, so all voxels go right.
                nodes[:2] = 0
                place, used = 1, 2
            nodes[place] = (np.uint64(mixed) << np.uint64(CHILD_BIT)) | np.uint64(MIXED << LEFT_BIT)
            mixed += 1
            continue
        left[:] = 0
        write, spare = start, 0
        for i in range(np.uint64(start), np.uint64(stop)):
            if codes[np.uint64(members.index[i]), best_channel] < best_cut:
                left[members.label[i]] += members.times[i]
                _copy(members, i, members, write)
                write += 1
            else:
                _copy(members, i, aside, spare)
                spare += 1
        for i in range(spare):
            _copy(aside, i, members, write + i)
        totals -= left
        left_kind, right_kind = _kind(left), _kind(totals)
        child = used
        if left_kind == 0 or right_kind == 0:
            nodes[used : used + 2] = 0
            used += 2
        if right_kind == 0:
            waiting[top] = (child + 1, write, stop, depth + 1)
            top += 1
        if left_kind == 0:
            waiting[top] = (child, start, write, depth + 1)
            top += 1
        nodes[place] = (
            best_channel << np.uint64(CHANNEL_BIT)
            | np.uint64(best_cut) << np.uint64(CUT_BIT)
            | np.uint64(left_kind) << np.uint64(LEFT_BIT)
            | np.uint64(right_kind) << np.uint64(RIGHT_BIT)
            | np.uint64(child) << np.uint64(CHILD_BIT)
        )
    return used, mixed, deepest


@njit(cache=True, parallel=True)
def grow_trees(voxels, rules, seeds, nodes, shares, sizes):
    """Grow one tree for each seed.

    Parameters
    ----------
    voxels : TrainingVoxels
    rules : TreeRules
    seeds : ndarray of uint64, shape (trees,)
    nodes : ndarray of uint64, shape (trees, 2 * draws + 1)
        Output. Only the pages that are written take up memory.
    shares : ndarray of float32, shape (trees, draws // 2 + 1, n_classes)
        Output.
    sizes : ndarray of int64, shape (trees, 3)
        Output: what `_grow` returns.
    """
    for t in prange(seeds.size):
        state = np.empty(1, dtype=np.uint64)
        state[0] = seeds[t]
        used, mixed, depth = _grow(voxels, rules, state, nodes[t], shares[t])
        sizes[t, 0], sizes[t, 1], sizes[t, 2] = used, mixed, depth
