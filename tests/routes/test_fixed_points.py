"""Acceleration and continuation on problems with known answers."""

from __future__ import annotations

import numpy as np
import pytest

from upperhand.numerics.anderson import solve_fixed_point
from upperhand.numerics.continuation import SMALLEST_STEP, follow_path


@pytest.mark.parametrize("size", [1, 5, 30])
@pytest.mark.parametrize("radius", [0.5, 0.95, -0.99])
def test_acceleration_solves_linear_maps(size, radius):
    """Anderson on a linear map is GMRES (Walker and Ni 2011); a plain iteration needs thousands."""
    rng = np.random.default_rng(size)
    rotation = np.linalg.qr(rng.normal(size=(size, size)))[0]
    matrix = rotation @ np.diag(np.linspace(0.1 * radius, radius, size)) @ rotation.T
    constant = rng.normal(size=size)
    end = solve_fixed_point(lambda z: matrix @ z + constant, np.zeros(size), tol=1e-12)
    assert end.reached
    expected = np.linalg.solve(np.eye(size) - matrix, constant)
    # the gap is 1e-12, the distance to the solution that over one minus the radius
    np.testing.assert_allclose(end.point, expected, atol=1e-12 / (1 - abs(radius)) * 10)


def test_acceleration_solves_maps_that_do_not_contract():
    """A linear map with radius 3 diverges when iterated, and is solved in its dimension."""
    matrix = np.diag([3.0, -2.0, 0.5])
    end = solve_fixed_point(lambda z: matrix @ z + 1.0, np.zeros(3), longest=np.inf)
    assert end.reached
    assert end.steps < 20
    np.testing.assert_allclose(end.point, [-0.5, 1 / 3, 2.0], rtol=1e-10)


def test_acceleration_solves_the_cosine():
    end = solve_fixed_point(np.cos, np.ones(1), tol=1e-14)
    assert end.reached
    np.testing.assert_allclose(end.point, 0.7390851332151607, rtol=1e-14)


def test_a_start_that_is_the_answer_takes_one_evaluation():
    end = solve_fixed_point(lambda z: z, np.arange(3.0))
    assert (end.reached, end.steps, end.gap) == (True, 1, 0.0)


def test_acceleration_says_when_it_ran_out_of_steps():
    end = solve_fixed_point(lambda z: z + 1.0, np.zeros(2), max_steps=7)
    assert not end.reached
    assert end.steps == 7
    assert end.gap == pytest.approx(1.0)


def test_acceleration_stops_where_the_map_is_not_a_number():
    with np.errstate(invalid="ignore"):
        end = solve_fixed_point(lambda z: np.sqrt(z - 1.0), np.zeros(2))
    assert not end.reached
    assert end.gap == np.inf


def test_start_is_left_alone():
    start = np.ones(3)
    solve_fixed_point(np.cos, start)
    np.testing.assert_array_equal(start, 1.0)


def test_a_path_is_followed_to_its_end():
    """The root of z^2 = 1 + size from the start 1, by Newton, a few steps each."""

    def solve_at(size, start):
        point = start
        for _ in range(6):
            point = point - (point**2 - 1 - size) / (2 * point)
        return point, abs(float(point[0] ** 2 - 1 - size))

    path = follow_path(solve_at, np.ones(1), accept=lambda gap: gap < 1e-12)
    assert path.size == 1.0
    assert path.failed is None
    assert path.last < 1e-12


@pytest.mark.parametrize("limit", [0.1, 0.3, 0.77])
def test_a_path_that_ends_early_is_followed_to_within_the_smallest_step(limit):
    path = follow_path(
        lambda size, _: (np.array([size]), size), np.zeros(1), accept=lambda size: size <= limit
    )
    assert limit - 2 * SMALLEST_STEP <= path.size <= limit
    assert path.failed > limit


def test_a_path_that_cannot_start_says_so():
    path = follow_path(lambda size, _: (np.zeros(1), size), np.zeros(1), accept=lambda _: False)
    assert path.size == 0.0
    assert path.last is None


def test_each_point_starts_from_the_line_through_the_last_two():
    starts = []

    def solve_at(size, start):
        starts.append((size, float(start[0])))
        return np.array([3.0 * size]), size

    follow_path(solve_at, np.zeros(1), accept=lambda _: True)
    later = starts[1:]
    assert later
    for size, start in later:
        assert start == pytest.approx(3.0 * size)  # exact on a straight path
