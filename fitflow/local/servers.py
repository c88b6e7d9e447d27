"""PostgreSQL and Redis of one purpose together, and the environment that leads to them."""

import os
import shutil
from dataclasses import dataclass, field

from .places import Places, Purpose
from .postgres import Cluster, installed
from .redis import Store
from .state import lock


@dataclass
class Servers:
    """One purpose's servers; what `DATABASE_URL` and `REDIS_URL` name already is neither started nor stopped."""

    places: Places
    purpose: Purpose
    started: list[Cluster | Store] = field(default_factory=list)

    def all(self) -> list[Cluster | Store]:
        """Return the servers that are ours to run, in the order to start them."""
        found: list[Cluster | Store] = []
        if not os.environ.get("DATABASE_URL"):
            found.append(Cluster.of(self.places, self.purpose))
        if not os.environ.get("REDIS_URL"):
            found.append(Store.of(self.places, self.purpose))
        return found

    def up(self, *, tether: bool = False) -> None:
        """Start what does not run yet; with `tether` it ends when we do."""
        with lock(self.places.local / f"servers-{self.purpose}.lock", waiting=lambda _: None):
            for server in self.all():
                if server.start(tether=tether):
                    self.started.append(server)

    def keep_up(self, *, tether: bool = False) -> None:
        """Start again those of our servers that have fallen."""
        for server in self.started:
            server.start(tether=tether)

    def down(self, *, only_started: bool = False) -> list[str]:
        """Stop the servers, or only those we started; returns the names of those that ran."""
        with lock(self.places.local / f"servers-{self.purpose}.lock", waiting=lambda _: None):
            chosen = self.started if only_started else self.all()
            stopped = [type(server).__name__ for server in reversed(chosen) if server.stop()]
            self.started.clear()
            return stopped

    def environment(self) -> dict[str, str]:
        """Return the variables by which the project finds its servers and tools."""
        found = {"DJANGO_SETTINGS_MODULE": f"fitflow.settings.{self.purpose}"}
        for server in self.all():
            found["DATABASE_URL" if isinstance(server, Cluster) else "REDIS_URL"] = server.url
        folders = [str(self.places.venv / "bin"), *(str(one.folder) for one in installed()[:1])]
        found["VIRTUAL_ENV"] = str(self.places.venv)
        found["PATH"] = os.pathsep.join([*folders, os.environ.get("PATH", os.defpath)])
        # Without compiled modules each process takes three times as long to start. They are kept in our own folder, so
        # that whoever wants none beside the sources has none there.
        found["PYTHONDONTWRITEBYTECODE"] = ""
        found["PYTHONPYCACHEPREFIX"] = str(self.places.bytecode)
        if browser := chromium():
            found["FITFLOW_CHROMIUM"] = browser
        return found


def chromium() -> str | None:
    """Return the machine's Chromium or Chrome, which the end-to-end tests drive."""
    mac = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
    for name in (
        os.environ.get("FITFLOW_CHROMIUM", ""),
        "chromium",
        "chromium-browser",
        "google-chrome",
        mac,
    ):
        if name and (found := shutil.which(name)):
            return found
    return None
