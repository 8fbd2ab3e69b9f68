"""Where parts are worked on: in this process, or on a Dask cluster, started here or found running."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from itertools import islice
from typing import Any, Protocol, TypeVar

from geomap.errors import GeomapError, InputError, NetworkError
from geomap.files import shown

T = TypeVar("T")
R = TypeVar("R")


class Engine(Protocol):
    """Runs one call over many items; results come in any order."""

    def run(self, call: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """Results as they are ready; the first error that a call raises ends it."""


class Here:
    """This process, one item after the other."""

    def run(self, call: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        return map(call, items)


class OnDask:
    """A Dask cluster. So few items are under way at a time that neither scheduler nor client holds a long list."""

    def __init__(self, client: Any, address: str) -> None:
        self._client, self._address = client, address

    def run(self, call: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        distributed: Any = import_module("distributed")
        waiting = iter(items)

        def submit(many: int) -> list[Any]:
            # an item's call may run twice where a worker dies: it must be one that can
            return [self._client.submit(call, item, pure=False) for item in islice(waiting, many)]

        running = distributed.as_completed(submit(self._window()), loop=self._client.loop)
        for future in running:
            yield self._result(future)
            future.release()
            running.update(submit(1 if running.count() else self._window()))

    def _window(self) -> int:
        threads: int = sum(self._client.nthreads().values())
        return 2 * max(threads, 1) + 2

    def _result(self, future: Any) -> Any:
        from distributed.scheduler import KilledWorker

        if future.status not in ("finished", "error"):
            raise NetworkError(
                f"{self._address}: the scheduler is gone; expected it to stay. Start the same command again to go on"
            )
        try:
            return future.result()
        except KilledWorker as error:
            raise GeomapError(
                f"an input part ended {error.allowed_failures + 1} workers one after the other, the last at "
                f"{shown(getattr(error.last_worker, 'address', '?'))}; expected them to live. "
                "Look at their memory, then start the same command again to go on"
            ) from None


@contextmanager
def engine_for(workers: int | None, scheduler: str | None, say: Callable[[str], None]) -> Iterator[Engine]:
    """This process for one worker, a local cluster for several, the running one where an address is given."""
    if workers is not None and scheduler is not None:
        raise InputError("--workers and --scheduler: found both; expected one of them")
    if workers is not None and not 1 <= workers <= 4 * (os.cpu_count() or 1):
        raise InputError(f"--workers {workers}: expected 1 to {4 * (os.cpu_count() or 1)}, four a core at most")
    if scheduler is None and workers in (None, 1):
        yield Here()
        return
    try:
        distributed: Any = import_module("distributed")
    except ImportError:
        raise InputError("--workers and --scheduler need Dask; try: pip install 'geomap-territory[corpus]'") from None
    # what Dask logs of lost workers and slow loops is said in our own lines, or is not for our users
    for name in [n for n in logging.root.manager.loggerDict if n.partition(".")[0] == "distributed"]:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    if scheduler is not None:
        try:
            distributed.comm.resolve_address(scheduler)  # a client of no known protocol takes 40 s to go away
            client = distributed.Client(scheduler, timeout="10s", set_as_default=False)
        except (OSError, ValueError) as error:
            raise NetworkError(
                f"{shown(scheduler)}: no Dask scheduler answers ({type(error).__name__}); "
                "expected an address such as tcp://host:8786"
            ) from None
        with client:
            say(f"joined {shown(scheduler)}, dashboard {client.dashboard_link}")
            yield OnDask(client, shown(scheduler))
        return
    with (
        distributed.LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address="127.0.0.1:0"
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):
        say(f"{workers} workers, dashboard {client.dashboard_link}")
        yield OnDask(client, "local cluster")
