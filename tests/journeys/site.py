"""A site that answers on a loopback port: web server, background work and sweeps in threads."""

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from argon2 import PasswordHasher
from flask import Flask
from werkzeug.serving import BaseWSGIServer, make_server

from drillreg.accounts import passwords
from drillreg.app import create_app
from drillreg.config import Settings
from drillreg.core import clock
from drillreg.core.db import Base, db
from drillreg.scheduler.jobs import JOBS
from drillreg.work.worker import run_next

PASSWORD = "a good pass-phrase"


def free_port() -> int:
    """Return a port of the loopback address that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Site:
    """An application served at `origin`; background work is done as it comes in."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.app: Flask = create_app(
            Settings(
                data_dir=folder,
                database_url=f"sqlite:///{folder / 'drillreg.sqlite'}",
                public_url=self.origin,
                secret_key="journey-" * 5,
                log_level="WARNING",
            )
        )
        self.failures: list[BaseException] = []
        self._over = threading.Event()
        self._server: BaseWSGIServer | None = None
        self._threads: list[threading.Thread] = []

    def create_tables(self) -> None:
        """Make the tables of an empty database."""
        with self.app.app_context():
            Base.metadata.create_all(db.engine)

    def start(self) -> None:
        """Serve, and do background work."""
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._server = make_server("127.0.0.1", self.port, self.app, threaded=True)
        for task in (self._server.serve_forever, self._work):
            thread = threading.Thread(target=task, daemon=True)
            thread.start()
            self._threads.append(thread)

    def _work(self) -> None:
        while not self._over.wait(0.15):
            try:
                while run_next(self.app, "journey"):
                    pass
            except Exception as error:
                self.failures.append(error)

    def sweep(self) -> None:
        """Do once what the scheduler does by the clock."""
        for job in JOBS:
            with self.app.app_context():
                job.run(clock.now())

    def stop(self) -> None:
        """End the server and the background thread."""
        self._over.set()
        if self._server:
            self._server.shutdown()
            self._server.server_close()
        for thread in self._threads:
            thread.join(10)
        with self.app.app_context():
            db.engine.dispose()


@contextmanager
def cheap_passwords() -> Iterator[None]:
    """Hash passwords fast while a site of the tests runs."""
    kept = passwords.hasher
    passwords.hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    try:
        yield
    finally:
        passwords.hasher = kept
