"""An installation of its own on this machine: real processes to start, kill and count."""

import importlib
import os
import pkgutil
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from flask import Flask
from flask_migrate import stamp
from sqlalchemy import func, select

import drillreg
from drillreg.app import create_app
from drillreg.config import Settings
from drillreg.core.db import Base, db
from drillreg.scheduler.serve import web_command
from drillreg.upkeep.database import MIGRATIONS
from tests.faults.clients import Client

ROOT = Path(drillreg.__file__).parent.parent
POSTGRES = os.environ.get("DRILLREG_TEST_POSTGRES", "")


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(condition, seconds: float, what: str, every: float = 0.1):
    """Wait until a condition holds and return its value; fail with what was waited for."""
    over = time.monotonic() + seconds
    while time.monotonic() < over:
        found = condition()
        if found:
            return found
        time.sleep(every)
    raise AssertionError(f"not within {seconds} s: {what}")


def children_of(pid: int) -> list[int]:
    """Return the processes that a process started and that still run."""
    with suppress(OSError):
        return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def is_python(pid: int) -> bool:
    """Say whether a process is a Python program (gunicorn's workers are)."""
    with suppress(OSError):
        return b"gunicorn" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def all_models() -> None:
    """Import the tables of every package, so that they are all created."""
    for package in pkgutil.iter_modules(drillreg.__path__):
        with suppress(ModuleNotFoundError):
            importlib.import_module(f"drillreg.{package.name}.models")


def postgres_admin(*statements: str, address: str = POSTGRES) -> None:
    """Run statements beside the databases of the cluster."""
    with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


@dataclass
class Installation:
    """A data folder, a database and the processes on them."""

    folder: Path
    backend: str
    postgres: str = POSTGRES
    web_workers: int = 2
    database: str = field(default_factory=lambda: f"drillreg_f{secrets.token_hex(4)}")
    processes: list[subprocess.Popen] = field(default_factory=list)
    clients: list[Client] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.settings = Settings(
            data_dir=self.folder / "data",
            database_url=self._url(),
            bind=f"127.0.0.1:{self.port}",
            public_url=f"http://127.0.0.1:{self.port}",
            web_workers=self.web_workers,
            secret_key=secrets.token_urlsafe(32),
            log_level="WARNING",
        )
        self.settings.data_dir.mkdir(parents=True, exist_ok=True)

    def _url(self) -> str:
        if self.backend == "sqlite":
            return ""
        return f"{self.postgres}/{self.database}".replace("postgresql://", "postgresql+psycopg://")

    # The database

    def open(self) -> Flask:
        """Return the application on the database as it is."""
        all_models()
        self.app = create_app(self.settings)
        return self.app

    def create(self) -> Flask:
        """Create the database with all tables and return the application that reads it."""
        if self.backend == "postgresql":
            postgres_admin(f"CREATE DATABASE {self.database}", address=self.postgres)
        self.open()
        with self.app.app_context():
            Base.metadata.create_all(db.engine)
            stamp(directory=str(MIGRATIONS))
        self.let_go()
        return self.app

    def let_go(self) -> None:
        """Close this process's own connections."""
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

    @contextmanager
    def reading(self):
        """Look into the database with a session that holds nothing afterwards."""
        with self.app.app_context():
            try:
                yield db.session
            finally:
                db.session.rollback()
                db.session.remove()
                db.engine.dispose()

    def counts(self) -> dict[str, int]:
        """Return the number of rows of every table."""
        with self.reading() as session:
            return {
                name: session.scalar(select(func.count()).select_from(table)) or 0
                for name, table in sorted(Base.metadata.tables.items())
            }

    # Processes

    def environment(self) -> dict[str, str]:
        """Return the environment in which every process finds this installation."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("DRILLREG_")}
        named = {
            "DRILLREG_DATA_DIR": str(self.settings.data_dir),
            "DRILLREG_DATABASE_URL": self.settings.database_url,
            "DRILLREG_SECRET_KEY": self.settings.secret_key,
            "DRILLREG_BIND": self.settings.bind,
            "DRILLREG_PUBLIC_URL": self.settings.public_url,
            "DRILLREG_WEB_WORKERS": str(self.web_workers),
            "DRILLREG_LOG_LEVEL": self.settings.log_level,
        }
        return inherited | {key: text for key, text in named.items() if text}

    def start(self, command: list[str], log: str) -> subprocess.Popen:
        """Start a process of this installation; what it says goes into a file of the folder."""
        with (self.folder / f"{log}.log").open("ab") as writer:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment(),
                stdout=writer,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def start_web(self, target: str = "") -> subprocess.Popen:
        """Start the web server as the product does and wait until it answers."""
        command = web_command(self.settings)
        if target:
            command = [*command[:-1], target]
        process = self.start(command, "web")
        wait_for(self.answers, 30, "the web server answers")
        return process

    def start_background(self) -> subprocess.Popen:
        """Start a background process with the work of the fault plan beside the real work."""
        return self.start([sys.executable, "-m", "tests.faults.background"], "background")

    def answers(self) -> bool:
        """Say whether somebody listens at the address."""
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False

    def workers(self, master: subprocess.Popen) -> list[int]:
        """Return the worker processes of a web server."""
        return [pid for pid in children_of(master.pid) if is_python(pid)]

    def command(self, *words: str, check: bool = True) -> subprocess.CompletedProcess:
        """Run a command of the product on this installation."""
        done = subprocess.run(
            [sys.executable, "-m", "drillreg", *words],
            cwd=ROOT,
            env=self.environment(),
            capture_output=True,
            text=True,
        )
        assert not check or done.returncode == 0, (words, done.stdout[-2000:], done.stderr[-2000:])
        return done

    def log(self, name: str) -> str:
        """Return what a process has said so far."""
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def ensure_sealed(self) -> tuple[int, int]:
        """Check the whole audit chain by the command; return rows checked and not yet sealed."""
        said = self.command("audit", "verify").stdout
        found = re.search(r"(\d+) rows checked, (\d+) waiting", said)
        assert found, said
        return int(found[1]), int(found[2])

    def client(self) -> Client:
        """Return a browser that has seen nothing yet; it is closed with the installation."""
        self.clients.append(Client(self.port))
        return self.clients[-1]

    def rest(self) -> None:
        """Kill what still runs; the database stays."""
        for client in self.clients:
            client.close()
        for process in self.processes:
            end(process)
        self.processes.clear()
        if hasattr(self, "app"):
            self.let_go()

    def stop(self) -> None:
        """Kill what still runs and drop the database."""
        self.rest()
        if self.backend == "postgresql":
            with suppress(psycopg.Error):
                postgres_admin(
                    f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)", address=self.postgres
                )

    def empty_twin(self, folder: Path) -> "Installation":
        """Return another installation with an empty database and an empty data folder."""
        other = Installation(folder, self.backend, self.postgres, self.web_workers)
        if self.backend == "postgresql":
            postgres_admin(f"CREATE DATABASE {other.database}", address=self.postgres)
        other.app = create_app(other.settings)
        other.let_go()
        return other


def kill(pid: int) -> None:
    """Kill a process at once, as a power cut or the out-of-memory killer would."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def end(process: subprocess.Popen) -> None:
    """Kill a process and everything it started in its own session."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)
