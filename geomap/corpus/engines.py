"""Where parts are worked on: in this process, or on a Dask cluster, started here or found running."""

from __future__ import annotations

import logging
import math
import os
import queue
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any, Protocol, TypeVar

from geomap.corpus.own_process import end_apart
from geomap.errors import GeomapError, InputError, NetworkError
from geomap.files import shown

T = TypeVar("T")
R = TypeVar("R")
ASK_AGAIN_SECONDS = 5.0
"""How old may be what is known of a cluster; a part takes longer."""
QUIET = {
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "2s",
    "distributed.worker.memory.monitor-interval": "2s",
}
"""How often Dask looks at itself: by its defaults a cluster of two workers takes a seventh of a core for that."""


class Engine(Protocol):
    """Runs one call over many items; results come in any order."""

    def run(self, call: Callable[[T], R], items: Iterable[T], *, ahead: bool = False) -> Iterator[R]:
        """Results as they are ready; the first error that a call raises ends it.

        ``ahead`` gives workers their next items before they ask: for calls of milliseconds. For calls of seconds it
        would leave some with two items at the end while others have none.
        """


class Here:
    """This process, one item after the other."""

    def run(self, call: Callable[[T], R], items: Iterable[T], *, ahead: bool = False) -> Iterator[R]:
        return map(call, items)


class OnDask:
    """A Dask cluster. So few items are under way at a time that neither scheduler nor client holds a long list."""

    def __init__(self, client: Any, address: str) -> None:
        self._client, self._address = client, address
        self._threads, self._asked = 1, -math.inf

    def run(self, call: Callable[[T], R], items: Iterable[T], *, ahead: bool = False) -> Iterator[R]:
        waiting = iter(items)
        # our own queue: Dask's as_completed waits for ever on what was sent while a scheduler was going away
        ended: queue.SimpleQueue[Any] = queue.SimpleQueue()
        running = 0
        while True:
            for item in islice(waiting, max(0, self._window(ahead) - running)):
                with self._answering():
                    # an item's call may run twice where a worker dies: it must be one that can
                    self._client.submit(call, item, pure=False).add_done_callback(ended.put)
                running += 1
            if not running:
                return
            yield self._result(self._next(ended))
            running -= 1

    def _window(self, ahead: bool) -> int:
        """Items under way: one a thread, or two and some; workers come and go, so it is asked again now and then."""
        if time.monotonic() - self._asked > ASK_AGAIN_SECONDS:
            with self._answering():
                self._threads = sum(self._client.nthreads().values())
            self._asked = time.monotonic()
        threads = max(self._threads, 1)
        return 2 * threads + 2 if ahead else threads

    def _next(self, ended: queue.SimpleQueue[Any]) -> Any:
        while True:
            try:
                return ended.get(timeout=ASK_AGAIN_SECONDS)
            except queue.Empty:
                # a client that lost its scheduler tries to reach it again, then closes
                if self._client.status not in ("running", "connecting"):
                    raise self._gone() from None

    def _result(self, future: Any) -> Any:
        from distributed.scheduler import KilledWorker

        with self._answering():
            # where the worker that held a finished item's result has died since, it is done again: this waits for it
            failed = future.exception()
            if failed is None:
                found = future.result()
            future.release()
        if isinstance(failed, KilledWorker):
            raise GeomapError(
                f"an input part ended {failed.allowed_failures + 1} workers one after the other, the last at "
                f"{shown(getattr(failed.last_worker, 'address', '?'))}; expected them to live. "
                "Look at their memory, then start the same command again to go on"
            )
        if failed is not None:
            raise failed
        return found

    @contextmanager
    def _answering(self) -> Iterator[None]:
        """Whatever Dask raises where its scheduler is gone, as one error."""
        import asyncio
        from concurrent import futures

        from distributed.client import ClosedClientError
        from distributed.comm.core import CommClosedError

        try:
            yield
        except (asyncio.CancelledError, futures.CancelledError, ClosedClientError, CommClosedError, TimeoutError):
            raise self._gone() from None

    def _gone(self) -> NetworkError:
        return NetworkError(
            f"{self._address}: the scheduler is gone; expected it to stay. Start the same command again to go on"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificates:
    """Files in PEM by which both ends of a ``tls://`` connection know each other: who signs, and what we are."""

    authority: Path
    certificate: Path
    key: Path


def _security(distributed: Any, scheduler: str, certificates: Certificates | None) -> Any:
    """What Dask wants to know of certificates; None where its own configuration says it, or none are needed."""
    if certificates is None:
        # asked first: a client that has none takes 20 s to go away
        if (
            scheduler.startswith("tls://")
            and distributed.Security().get_connection_args("client")["ssl_context"] is None
        ):
            raise InputError(f"{shown(scheduler)}: needs certificates; expected --tls-ca, --tls-cert and --tls-key")
        return None
    if not scheduler.startswith("tls://"):
        raise InputError(f"{shown(scheduler)}: certificates are for tls:// addresses; expected one, or no certificates")
    for path in (certificates.authority, certificates.certificate, certificates.key):
        if not path.is_file():
            raise InputError(f"{shown(path)}: no such file; expected a certificate or key in PEM")
    return distributed.Security(
        tls_ca_file=str(certificates.authority),
        tls_client_cert=str(certificates.certificate),
        tls_client_key=str(certificates.key),
        require_encryption=True,
    )


def _joined(distributed: Any, scheduler: str, certificates: Certificates | None) -> Any:
    """A client of a running scheduler."""
    security = _security(distributed, scheduler, certificates)
    try:
        distributed.comm.resolve_address(scheduler)  # a client of no known protocol takes 40 s to go away
        return distributed.Client(scheduler, timeout="10s", set_as_default=False, security=security)
    except (OSError, ValueError) as error:
        if scheduler.startswith("tls://"):
            raise NetworkError(
                f"{shown(scheduler)}: no Dask scheduler answers that our certificates know ({type(error).__name__}); "
                "expected --tls-ca, --tls-cert and --tls-key of one authority with it"
            ) from None
        raise NetworkError(
            f"{shown(scheduler)}: no Dask scheduler answers ({type(error).__name__}); "
            "expected an address such as tcp://host:8786"
        ) from None


def _is_this_machine(address: str) -> bool:
    host = address.partition("://")[2].rpartition(":")[0].strip("[]")
    return host in ("localhost", "::1") or host.startswith("127.")


@contextmanager
def engine_for(
    workers: int | None, scheduler: str | None, say: Callable[[str], None], certificates: Certificates | None = None
) -> Iterator[Engine]:
    """This process for one worker, a local cluster for several, the running one where an address is given."""
    if workers is not None and scheduler is not None:
        raise InputError("--workers and --scheduler: found both; expected one of them")
    if workers is not None and not 1 <= workers <= 4 * (os.cpu_count() or 1):
        raise InputError(f"--workers {workers}: expected 1 to {4 * (os.cpu_count() or 1)}, four a core at most")
    if scheduler is None and workers in (None, 1):
        try:
            yield Here()
        finally:
            end_apart()
        return
    try:
        distributed: Any = import_module("distributed")
        dask: Any = import_module("dask")
    except ImportError:
        raise InputError("--workers and --scheduler need Dask; try: pip install 'geomap-territory[corpus]'") from None
    # what Dask logs of lost workers and slow loops is said in our own lines, or is not for our users
    for name in [n for n in logging.root.manager.loggerDict if n.partition(".")[0] == "distributed"]:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    if scheduler is not None:
        with _joined(distributed, scheduler, certificates) as client:
            say(f"joined {shown(scheduler)}, dashboard {client.dashboard_link}")
            if not scheduler.startswith("tls://") and not _is_this_machine(scheduler):
                say(
                    f"{shown(scheduler)}: neither encrypted nor asked who it is; where others share the network, use tls://"
                )
            yield OnDask(client, shown(scheduler))
        return
    with (
        dask.config.set(QUIET),
        distributed.LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address="127.0.0.1:0"
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):
        say(f"{workers} workers, dashboard {client.dashboard_link}")
        yield OnDask(client, "local cluster")
