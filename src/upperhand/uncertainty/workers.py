"""Where parts are made: in this process, in processes of this machine, or on a Dask cluster.

Workers only compute; the client alone writes. So a worker that dies leaves nothing half done, and a
cluster needs no shared disk.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import Any

from upperhand.core.errors import MissingExtraError, OptionError, UpperhandError
from upperhand.core.processes import ONE_THREAD, inherited, pool
from upperhand.uncertainty.parts import Made, Plan, make_part

#: Parts under way for each worker: one in work, one waiting.
AHEAD = 2
#: Deaths of workers without a part made between them, before a sweep gives up.
PATIENCE = 3
CONNECT_SECONDS = 10
AGAIN = "the parts made so far are kept; run the same sweep again to go on"


class SweepError(UpperhandError, RuntimeError):
    """A sweep that could not go on; what it made so far is kept."""


def made_here(plan: Plan, parts: Iterable[int]) -> Iterator[Made]:
    """Yield the parts, made one after the other in this process."""
    for part in parts:
        yield make_part(plan, part)


def made_locally(plan: Plan, parts: Iterable[int], *, workers: int) -> Iterator[Made]:
    """Yield the parts, made by worker processes of this machine, in the order they get ready.

    A worker that dies is replaced and its part made again.

    Raises:
        SweepError: If workers die three times in a row without making a part.
    """
    waiting = iter(parts)
    lost: list[int] = []
    deaths = 0
    while True:
        with inherited(ONE_THREAD), pool(workers) as started:
            under_way: dict[Future[Made], int] = {}
            try:
                for made in _through(started, plan, lost, waiting, under_way, AHEAD * workers):
                    deaths = 0
                    yield made
            except BrokenProcessPool as error:
                lost = [*under_way.values(), *lost]
                deaths += 1
                if deaths >= PATIENCE:
                    raise SweepError(
                        f"workers died {deaths} times in a row, parts {lost[:4]} among their work; "
                        f"look for too little memory, or use fewer `workers`; {AGAIN}"
                    ) from error
                continue
        return


def made_on_cluster(plan: Plan, parts: Iterable[int], *, scheduler: str) -> Iterator[Made]:
    """Yield the parts, made by the workers of a Dask scheduler, in the order they get ready.

    Dask gives the part of a worker that dies to another one.

    Raises:
        OptionError: If the address is none.
        SweepError: If there is no scheduler, it goes away, or a part kills its workers.
        MissingExtraError: If distributed is not installed.
    """
    if "://" not in scheduler:
        raise OptionError(f"scheduler '{scheduler}': is no address; give one like tcp://HOST:8786")
    distributed = _distributed()
    with _client(distributed, scheduler) as client:
        waiting = iter(parts)
        ready = distributed.as_completed(loop=client.loop)
        try:
            while True:
                # workers come and go: as many parts are under way as those of this moment need
                room = AHEAD * max(len(client.nthreads()), 1) - ready.count()
                for part in islice(waiting, max(room, 0)):
                    ready.add(_submit(client, plan, part))
                if not ready.count():
                    return
                future = next(ready)
                made: Made = future.result()
                future.release()
                yield made
        except (distributed.KilledWorker, distributed.client.FutureCancelledError) as error:
            raise SweepError(f"{scheduler}: {_why(error)}; {AGAIN}") from error
        except (OSError, distributed.CancelledError, distributed.comm.CommClosedError) as error:
            raise SweepError(f"{scheduler}: the scheduler is gone ({error}); {AGAIN}") from error
        except RuntimeError as error:
            if "deserialization" not in str(error):
                raise
            raise SweepError(
                f"{scheduler}: scheduler or workers cannot read the task; install the same version "
                f"of upperhand, and your own task, on all of them; {AGAIN}"
            ) from error


def _through(
    started: ProcessPoolExecutor,
    plan: Plan,
    lost: list[int],
    waiting: Iterator[int],
    under_way: dict[Future[Made], int],
    most: int,
) -> Iterator[Made]:
    """Keep so many parts under way, and yield each when it is made."""
    while True:
        while len(under_way) < most:
            part = lost.pop(0) if lost else next(waiting, None)
            if part is None:
                break
            try:
                under_way[started.submit(make_part, plan, part)] = part
            except BrokenProcessPool:
                lost.insert(0, part)
                raise
        if not under_way:
            return
        done, _ = wait(under_way, return_when=FIRST_COMPLETED)
        for future in done:
            made = future.result()
            del under_way[future]
            yield made


def _submit(client: Any, plan: Plan, part: int) -> Any:
    return client.submit(make_part, plan, part, key=f"part-{part}-{plan.fingerprint}", pure=False)


def _client(distributed: Any, scheduler: str) -> Any:
    try:
        return distributed.Client(scheduler, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, distributed.comm.CommClosedError) as error:
        raise SweepError(
            f"no scheduler answers at {scheduler}; start one with `dask scheduler`, check the "
            "address, or leave `scheduler` out to use this machine"
        ) from error


def _why(error: BaseException) -> str:
    return " ".join(str(error).split())[:300]


def _distributed() -> Any:
    try:
        import distributed
    except ImportError as error:
        raise MissingExtraError(
            "a cluster needs dask.distributed; install it with: pip install 'upperhand[cluster]'"
        ) from error
    return distributed
