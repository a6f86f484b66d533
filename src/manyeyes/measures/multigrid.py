"""Steady diffusion between open voxels: conjugate gradients with a multigrid preconditioner.

The unknowns are the nodes of a graph. On the finest level a node is a voxel, and a conductance of 1
joins voxels that share a face. On each coarser level a node stands for nodes that lie in one cube
of 2 x 2 x 2 cells and are connected inside it; a conductance is the sum of those between its parts
(Galerkin's product). Parts of a cube that do not touch stay apart, so that a coarse level never
conducts through a wall. One symmetric Gauss-Seidel sweep smooths each level. A coarse system is
solved by at most two steps of conjugate gradients, which the next level preconditions: the K-cycle
of Notay and Vassilevski 2008, doi:10.1002/nla.542. The number of iterations hardly depends on the
size of the volume.

All loops run in one thread and in a fixed order, so the same voxels give the same bytes.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import numba
import numpy as np

_kernel = numba.njit(cache=True, nogil=True)

_MOST_ITERATIONS = 1000

# A coarse system whose residual fell below this share after one step needs no second one; the
# value of Notay and Vassilevski.
_SOLVED = 0.25

# At most six neighbours, and two conductances of 2 to the end faces.
_INVERSE = np.concatenate([[0.0], 1.0 / np.arange(1, 11)])


@dataclass(frozen=True)
class Solution:
    """A solved volume.

    Attributes
    ----------
    conductance : float
        What the concentrations dissipate per squared difference between the end faces. By
        Dirichlet's principle it is never below the true conductance, and its error is of second
        order in theirs.
    inlet, outlet : float
        The flux through each end face per difference between them. Both approach the conductance.
    iterations : int
        Steps of conjugate gradients.
    """

    conductance: float
    inlet: float
    outlet: float
    iterations: int


class _Voxels(NamedTuple):
    """The finest level.

    The first three neighbours have lower numbers than their voxel, the others higher ones. A
    missing neighbour has the number of voxels as its number; vectors hold one 0 more for it.
    """

    neighbours: np.ndarray
    diagonal: np.ndarray


class _Graph(NamedTuple):
    """A coarse level: the rows of a symmetric matrix, its other entries being -weights."""

    starts: np.ndarray
    columns: np.ndarray
    weights: np.ndarray
    diagonal: np.ndarray


@dataclass
class _Level:
    """A coarse level with its vectors, and the node of the next level that each node is part of."""

    graph: _Graph
    parents: np.ndarray | None = None
    residual: np.ndarray = field(init=False)
    correction: np.ndarray = field(init=False)
    steps: tuple[np.ndarray, np.ndarray] = field(init=False)
    images: tuple[np.ndarray, np.ndarray] = field(init=False)

    def __post_init__(self):
        nodes = self.graph.diagonal.size
        self.residual, self.correction = np.empty(nodes), np.empty(nodes)
        self.steps = np.empty(nodes), np.empty(nodes)
        self.images = np.empty(nodes), np.empty(nodes)


def solve(voxels: np.ndarray, tolerance: float) -> Solution:
    """Solve steady diffusion from the first to the last layer of a volume.

    Concentrations are 1 and 0 on the end faces, half a voxel outside the first and the last layer.
    Nothing flows through the other faces of the volume, nor into closed voxels.

    Parameters
    ----------
    voxels : ndarray of bool, shape (z, y, x)
        Open voxels; each is connected to both end faces, and there is at least one.
    tolerance : float
        The iteration ends when the fluxes through the two end faces differ by less than this share,
        and the last step changed the conductance by less than a tenth of it.

    Returns
    -------
    Solution

    Raises
    ------
    ArithmeticError
        If this is not reached in 1000 iterations.
    """
    layers = len(voxels)
    inlets, outlets = np.count_nonzero(voxels[0]), np.count_nonzero(voxels[-1])
    finest, cells = _number_voxels(voxels)
    nodes = len(cells)
    concentration = np.zeros(nodes + 1)
    concentration[:nodes] = 1.0 - (cells[:, 0] + 0.5) / layers
    parents, levels = _coarsen(finest, cells)
    del cells
    image = np.empty(nodes)
    residual = np.zeros(nodes)
    residual[:inlets] = 2.0
    _multiply_voxels(finest, concentration, image)
    residual -= image
    step, direction = np.zeros(nodes + 1), np.zeros(nodes + 1)
    curvature = 1.0
    for iteration in range(1, _MOST_ITERATIONS + 1):
        _precondition(finest, parents, levels, residual, step)
        # The preconditioner varies a little, so the new direction is made conjugate explicitly.
        _scale_and_add(direction, -_dot(step, image) / curvature, step)
        curvature = _multiply_voxels(finest, direction, image)
        slope = _dot(direction, residual)
        fall = 0.0
        # If not, the residual is zero or nothing but rounding.
        if curvature > 0.0 and slope > 0.0:
            fall = slope * slope / curvature
            _walk(concentration, residual, slope / curvature, direction, image)
        inlet = 2.0 * float(np.sum(1.0 - concentration[:inlets]))
        outlet = 2.0 * float(np.sum(concentration[nodes - outlets : nodes]))
        conductance = inlet - _dot(concentration, residual)
        balanced = abs(inlet - outlet) <= tolerance * conductance
        if balanced and fall <= 0.1 * tolerance * conductance:
            return Solution(conductance, inlet, outlet, iteration)
        if fall == 0.0:
            break
    raise ArithmeticError(
        f"steady diffusion did not converge to {tolerance:g} in {iteration} iterations: "
        f"{inlet:g} flows in and {outlet:g} out; allow a larger tolerance"
    )


def _number_voxels(voxels: np.ndarray) -> tuple[_Voxels, np.ndarray]:
    """Return the finest level and the position of each node, int32 of shape (nodes, 3)."""
    nodes = int(np.count_nonzero(voxels))
    numbers = np.full(voxels.shape, nodes, dtype=np.int32)
    cells = np.empty((nodes, 3), dtype=np.int32)
    _number(voxels, numbers, cells)
    neighbours = np.empty((nodes, 6), dtype=np.int32)
    diagonal = np.empty(nodes, dtype=np.uint8)
    _link(numbers, cells, neighbours, diagonal)
    return _Voxels(neighbours, diagonal), cells


def _coarsen(finest: _Voxels, cells: np.ndarray) -> tuple[np.ndarray, list[_Level]]:
    """Return the parent of each voxel, and the coarse levels down to one without conductances."""
    parents, nodes = _number_groups(_group_voxels(finest, cells))
    cells = _halve(cells, parents, nodes)
    levels = [_Level(_add_up_voxels(finest, parents, nodes))]
    while levels[-1].graph.columns.size:
        graph = levels[-1].graph
        levels[-1].parents, nodes = _number_groups(_group_nodes(graph, cells))
        cells = _halve(cells, levels[-1].parents, nodes)
        levels.append(_Level(_add_up_nodes(graph, levels[-1].parents, nodes)))
    return parents, levels


def _precondition(finest, parents, levels, residual, step):
    """Write an approximate solution for a residual on the finest level into `step`."""
    _forward_voxels(finest, _INVERSE, residual, step)
    _restrict_voxels(finest, step, parents, levels[0].residual)
    _solve_coarse(levels, 0)
    _prolong(levels[0].correction, parents, step)
    _backward_voxels(finest, _INVERSE, residual, step)


def _solve_coarse(levels, depth):
    """Write an approximate solution for a level's residual into its correction."""
    level = levels[depth]
    if level.parents is None:
        np.divide(level.residual, level.graph.diagonal, out=level.correction)
        return
    (first, second), (of_first, of_second) = level.steps, level.images
    _cycle(levels, depth, first)
    curvature, slope = _multiply(level.graph, first, of_first, level.residual)
    if not curvature > 0.0:
        level.correction[:] = 0.0
        return
    before = _dot(level.residual, level.residual)
    along_first = slope / curvature
    if _step_residual(level.residual, along_first, of_first) <= _SOLVED**2 * before:
        np.multiply(first, along_first, out=level.correction)
        return
    _cycle(levels, depth, second)
    shared = _dot(second, of_first) / curvature
    own, slope = _multiply(level.graph, second, of_second, level.residual)
    own -= shared * shared * curvature
    along_second = slope / own if own > 0.0 else 0.0
    np.multiply(first, along_first - shared * along_second, out=level.correction)
    _step_residual(level.correction, -along_second, second)


def _cycle(levels, depth, step):
    """Write into `step` what one sweep down and up makes of a level's residual."""
    level, coarser = levels[depth], levels[depth + 1]
    _forward(level.graph, level.residual, step)
    _restrict(level.graph, step, level.parents, coarser.residual)
    _solve_coarse(levels, depth + 1)
    _prolong(coarser.correction, level.parents, step)
    _backward(level.graph, level.residual, step)


# Setting up


@_kernel
def _number(voxels, numbers, cells):
    node = 0
    for z, y, x in np.ndindex(voxels.shape):
        if voxels[z, y, x]:
            numbers[z, y, x] = node
            cells[node, 0], cells[node, 1], cells[node, 2] = z, y, x
            node += 1


@_kernel
def _link(numbers, cells, neighbours, diagonal):
    nodes = len(cells)
    depth, height, width = numbers.shape
    for node in range(nodes):
        z, y, x = cells[node]
        around = neighbours[node]
        around[0] = numbers[z - 1, y, x] if z > 0 else nodes
        around[1] = numbers[z, y - 1, x] if y > 0 else nodes
        around[2] = numbers[z, y, x - 1] if x > 0 else nodes
        around[3] = numbers[z, y, x + 1] if x < width - 1 else nodes
        around[4] = numbers[z, y + 1, x] if y < height - 1 else nodes
        around[5] = numbers[z + 1, y, x] if z < depth - 1 else nodes
        # An end face is half a voxel away, so its conductance is 2.
        total = 2 * (z == 0) + 2 * (z == depth - 1)
        for k in range(6):
            total += around[k] < nodes
        diagonal[node] = total


@_kernel
def _root_of(roots, node):
    while roots[node] != node:
        roots[node] = roots[roots[node]]
        node = roots[node]
    return node


@_kernel
def _join(roots, one, other):
    one, other = _root_of(roots, one), _root_of(roots, other)
    roots[max(one, other)] = min(one, other)


@_kernel
def _group_voxels(finest, cells):
    nodes = len(cells)
    roots = np.arange(nodes, dtype=np.int32)
    for node in range(nodes):
        for axis in range(3):
            neighbour = finest.neighbours[node, axis]
            # The lower neighbour of an odd place lies in the same cube.
            if neighbour < nodes and cells[node, axis] & 1:
                _join(roots, node, neighbour)
    return roots


@_kernel
def _group_nodes(graph, cells):
    nodes = len(cells)
    roots = np.arange(nodes, dtype=np.int32)
    for node in range(nodes):
        for entry in range(graph.starts[node], graph.starts[node + 1]):
            neighbour = graph.columns[entry]
            same = True
            for axis in range(3):
                same &= cells[node, axis] >> 1 == cells[neighbour, axis] >> 1
            if same and neighbour < node:
                _join(roots, node, neighbour)
    return roots


@_kernel
def _number_groups(roots):
    parents = np.empty(roots.size, dtype=np.int32)
    groups = 0
    for node in range(roots.size):
        # A root is the lowest of its group, so it has its number before the others ask for it.
        root = _root_of(roots, node)
        if root == node:
            parents[node] = groups
            groups += 1
        else:
            parents[node] = parents[root]
    return parents, groups


@_kernel
def _halve(cells, parents, groups):
    coarse = np.empty((groups, 3), dtype=np.int32)
    for node in range(parents.size):
        for axis in range(3):
            coarse[parents[node], axis] = cells[node, axis] >> 1
    return coarse


@_kernel
def _members(parents, groups):
    """Return the nodes sorted by group, and where each group starts."""
    starts = np.zeros(groups + 1, dtype=np.int32)
    for node in range(parents.size):
        starts[parents[node] + 1] += 1
    for group in range(groups):
        starts[group + 1] += starts[group]
    places = starts[:-1].copy()
    members = np.empty(parents.size, dtype=np.int32)
    for node in range(parents.size):
        members[places[parents[node]]] = node
        places[parents[node]] += 1
    return members, starts


@_kernel
def _add_up_voxels(finest, parents, groups):
    nodes = parents.size
    members, firsts = _members(parents, groups)
    starts = np.zeros(groups + 1, dtype=np.int32)
    diagonal = np.zeros(groups)
    seen = np.full(groups, -1, dtype=np.int32)
    for group in range(groups):
        found = 0
        for member in range(firsts[group], firsts[group + 1]):
            for k in range(6):
                neighbour = finest.neighbours[members[member], k]
                if neighbour < nodes:
                    other = parents[neighbour]
                    if other != group and seen[other] != group:
                        seen[other] = group
                        found += 1
        starts[group + 1] = starts[group] + found
    columns = np.empty(starts[groups], dtype=np.int32)
    weights = np.zeros(starts[groups])
    seen[:] = -1
    for group in range(groups):
        end = starts[group]
        for member in range(firsts[group], firsts[group + 1]):
            node = members[member]
            diagonal[group] += finest.diagonal[node]
            for k in range(6):
                neighbour = finest.neighbours[node, k]
                if neighbour == nodes:
                    continue
                other = parents[neighbour]
                if other == group:
                    diagonal[group] -= 1.0
                    continue
                if seen[other] < starts[group]:
                    seen[other] = end
                    columns[end] = other
                    end += 1
                weights[seen[other]] += 1.0
    return _Graph(starts, columns, weights, diagonal)


@_kernel
def _add_up_nodes(graph, parents, groups):
    members, firsts = _members(parents, groups)
    starts = np.zeros(groups + 1, dtype=np.int32)
    diagonal = np.zeros(groups)
    seen = np.full(groups, -1, dtype=np.int32)
    for group in range(groups):
        found = 0
        for member in range(firsts[group], firsts[group + 1]):
            node = members[member]
            for entry in range(graph.starts[node], graph.starts[node + 1]):
                other = parents[graph.columns[entry]]
                if other != group and seen[other] != group:
                    seen[other] = group
                    found += 1
        starts[group + 1] = starts[group] + found
    columns = np.empty(starts[groups], dtype=np.int32)
    weights = np.zeros(starts[groups])
    seen[:] = -1
    for group in range(groups):
        end = starts[group]
        for member in range(firsts[group], firsts[group + 1]):
            node = members[member]
            diagonal[group] += graph.diagonal[node]
            for entry in range(graph.starts[node], graph.starts[node + 1]):
                other = parents[graph.columns[entry]]
                if other == group:
                    diagonal[group] -= graph.weights[entry]
                    continue
                if seen[other] < starts[group]:
                    seen[other] = end
                    columns[end] = other
                    end += 1
                weights[seen[other]] += graph.weights[entry]
    return _Graph(starts, columns, weights, diagonal)


# On voxels


@_kernel
def _multiply_voxels(finest, vector, image):
    """Write the matrix times a vector, and return the vector times that."""
    total = 0.0
    for node in range(finest.diagonal.size):
        near = finest.neighbours[node]
        low = vector[near[0]] + vector[near[1]] + vector[near[2]]
        high = vector[near[3]] + vector[near[4]] + vector[near[5]]
        value = finest.diagonal[node] * vector[node] - (low + high)
        image[node] = value
        total += value * vector[node]
    return total


@_kernel
def _forward_voxels(finest, inverse, residual, step):
    """Sweep once from zero, so that voxels of higher number count for nothing."""
    for node in range(finest.diagonal.size):
        near = finest.neighbours[node]
        value = residual[node] + (step[near[0]] + step[near[1]]) + step[near[2]]
        step[node] = value * inverse[finest.diagonal[node]]


@_kernel
def _restrict_voxels(finest, step, parents, coarse):
    """Add up what the forward sweep left: the flux from voxels of higher number."""
    coarse[:] = 0.0
    for node in range(parents.size):
        near = finest.neighbours[node]
        coarse[parents[node]] += step[near[3]] + step[near[4]] + step[near[5]]


@_kernel
def _backward_voxels(finest, inverse, residual, step):
    for node in range(finest.diagonal.size - 1, -1, -1):
        near = finest.neighbours[node]
        low = step[near[0]] + step[near[1]] + step[near[2]]
        # The voxel before this one was changed last, so it is added last and waited for least.
        value = residual[node] + (low + (step[near[4]] + step[near[5]])) + step[near[3]]
        step[node] = value * inverse[finest.diagonal[node]]


# On coarse levels


@_kernel
def _multiply(graph, vector, image, residual):
    """Write the matrix times a vector; return the vector times that and times the residual."""
    curvature, slope = 0.0, 0.0
    for node in range(graph.diagonal.size):
        value = graph.diagonal[node] * vector[node]
        for entry in range(graph.starts[node], graph.starts[node + 1]):
            value -= graph.weights[entry] * vector[graph.columns[entry]]
        image[node] = value
        curvature += value * vector[node]
        slope += residual[node] * vector[node]
    return curvature, slope


@_kernel
def _forward(graph, residual, step):
    for node in range(graph.diagonal.size):
        value = residual[node]
        for entry in range(graph.starts[node], graph.starts[node + 1]):
            neighbour = graph.columns[entry]
            if neighbour < node:
                value += graph.weights[entry] * step[neighbour]
        step[node] = value / graph.diagonal[node]


@_kernel
def _restrict(graph, step, parents, coarse):
    coarse[:] = 0.0
    for node in range(parents.size):
        value = 0.0
        for entry in range(graph.starts[node], graph.starts[node + 1]):
            neighbour = graph.columns[entry]
            if neighbour > node:
                value += graph.weights[entry] * step[neighbour]
        coarse[parents[node]] += value


@_kernel
def _backward(graph, residual, step):
    for node in range(graph.diagonal.size - 1, -1, -1):
        value = residual[node]
        for entry in range(graph.starts[node], graph.starts[node + 1]):
            value += graph.weights[entry] * step[graph.columns[entry]]
        step[node] = value / graph.diagonal[node]


@_kernel
def _prolong(correction, parents, step):
    for node in range(parents.size):
        step[node] += correction[parents[node]]


# On vectors; a longer one has the zero of missing neighbours at its end


@_kernel
def _dot(one, other):
    total = 0.0
    for k in range(min(one.size, other.size)):
        total += one[k] * other[k]
    return total


@_kernel
def _scale_and_add(vector, scale, other):
    for k in range(vector.size):
        vector[k] = scale * vector[k] + other[k]


@_kernel
def _step_residual(residual, length, image):
    """Take a multiple of an image off a residual and return the residual's square."""
    total = 0.0
    for k in range(residual.size):
        residual[k] -= length * image[k]
        total += residual[k] * residual[k]
    return total


@_kernel
def _walk(vector, residual, length, direction, image):
    for k in range(residual.size):
        vector[k] += length * direction[k]
        residual[k] -= length * image[k]
