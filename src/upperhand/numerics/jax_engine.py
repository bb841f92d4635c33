"""The second engine: fixed points and implicit derivatives in JAX (float64).

The only module of the package that imports JAX; the extra is `upperhand[jax]`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from upperhand.core.errors import MissingExtraError

Step = Callable[[Any, Any], Any]


def _jax() -> Any:
    try:
        import jax
    except ImportError as error:
        raise MissingExtraError(
            "the second engine needs JAX: run `pip install 'upperhand[jax]'`, or use engine='numpy'"
        ) from error
    jax.config.update("jax_enable_x64", val=True)  # type: ignore[no-untyped-call] # untyped in JAX
    return jax


def solve_fixed_point_with_jax(
    step: Step, given: Any, start: Any, *, tol: float, max_steps: int, memory: int = 8
) -> tuple[Any, float, int]:
    """Iterate `step(given, state)` with Anderson acceleration, compiled as one loop.

    Args:
        step: The map, in the array namespace of its arguments.
        given: Parameters, any tree of arrays.
        start: First state, any tree of arrays.
        tol: Largest admissible gap.
        max_steps: Evaluations before giving up.
        memory: Differences kept.

    Returns:
        State as NumPy arrays, gap and evaluations.
    """
    jax = _jax()
    import numpy as np

    run = _compiled(jax, step, memory)
    point, gap, steps = run(given, start, tol, max_steps)
    return jax.tree.map(np.asarray, point), float(gap), int(steps)


def _compiled(jax: Any, step: Step, memory: int) -> Any:
    jnp = jax.numpy

    def run(given: Any, start: Any, tol: Any, max_steps: Any) -> Any:
        from jax.flatten_util import ravel_pytree

        first, back = ravel_pytree(start)

        def mapping(vector: Any) -> Any:
            return ravel_pytree(step(given, back(vector)))[0]

        def body(carry: Any) -> Any:
            point, change, moves, turns, count = carry
            gram = turns @ turns.T
            scale = jnp.where(jnp.diag(gram) > 0, jnp.sqrt(jnp.diag(gram)), 1.0)
            solved = jnp.linalg.lstsq(
                gram / jnp.outer(scale, scale), (turns @ change) / scale, rcond=1e-14
            )[0]
            new = point + change - (solved / scale) @ (moves + turns)
            new_change = mapping(new) - new
            slot = count % memory
            moves = moves.at[slot].set(new - point)
            turns = turns.at[slot].set(new_change - change)
            return new, new_change, moves, turns, count + 1

        def unfinished(carry: Any) -> Any:
            gap = jnp.max(jnp.abs(carry[1]))
            return (gap > tol) & jnp.isfinite(gap) & (carry[4] < max_steps)

        history = jnp.zeros((memory, first.size))
        carry = (first, mapping(first) - first, history, history, 1)
        point, change, _, _, count = jax.lax.while_loop(unfinished, body, carry)
        return back(point), jnp.max(jnp.abs(change)), count

    return jax.jit(run)


def implicit_gradient(
    step: Step, outcome: Callable[[Any, Any], Any], given: Any, state: Any
) -> Any:
    """Return the derivative of `outcome(given, state)` by `given`, with `state` in equilibrium.

    The implicit function theorem with one transposed linear solve (GMRES on JAX's transposed map).
    """
    jax = _jax()
    from jax.flatten_util import ravel_pytree

    vector, back = ravel_pytree(jax.tree.map(jax.numpy.asarray, state))
    given = jax.tree.map(jax.numpy.asarray, given)

    def flat_step(parameters: Any, point: Any) -> Any:
        return ravel_pytree(step(parameters, back(point)))[0]

    direct, seed = jax.grad(lambda p, z: outcome(p, back(z)), argnums=(0, 1))(given, vector)
    transposed = jax.vjp(lambda z: flat_step(given, z), vector)[1]
    multiplier, _ = jax.scipy.sparse.linalg.gmres(
        lambda y: y - transposed(y)[0], seed, tol=1e-13, atol=0.0, restart=60, maxiter=20
    )
    through = jax.vjp(lambda p: flat_step(p, vector), given)[1](multiplier)[0]
    return jax.tree.map(lambda a, b: a + b, direct, through)
