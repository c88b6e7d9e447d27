"""The project's processes, spelled in one place: the demo runs them here, docker-compose.yml in containers."""

from dataclasses import dataclass

APPLICATION = "fitflow.asgi:application"

# Each on its own, as docker-compose.yml runs them. HTTP over WSGI carries several times what ASGI does with
# synchronous views; sockets need ASGI.
PRODUCTION: dict[str, tuple[str, ...]] = {
    "migrate": ("python", "manage.py", "migrate_schemas"),
    "web": (
        *(
            "gunicorn",
            "fitflow.wsgi:application",
            "--bind",
            "0.0.0.0:8000",
            "--workers",
            "4",
            "--threads",
            "4",
        ),
        *("--no-control-socket", "--worker-tmp-dir", "/dev/shm", "--max-requests", "10000"),
        # No access log: it would hold search words and links' secrets. The application logs each request without them.
        *("--max-requests-jitter", "1000"),
    ),
    "live": (
        *("uvicorn", APPLICATION, "--host", "0.0.0.0", "--port", "8001", "--ws-ping-interval", "20"),
        *("--proxy-headers", "--no-server-header", "--no-access-log"),
    ),
    # What takes its time: invoice runs and documents.
    "worker": (
        *("celery", "-A", "fitflow.celery", "worker", "-Q", "fitflow", "--concurrency", "2"),
        *("--without-gossip", "--without-mingle", "--loglevel", "INFO"),
    ),
    # What waits for others rather than works: live events and mail. It never stands behind a document.
    "courier": (
        *("celery", "-A", "fitflow.celery", "worker", "-n", "courier@%h", "-Q", "fitflow-live,fitflow-mail"),
        *("--pool", "threads", "--concurrency", "8", "--without-gossip", "--without-mingle"),
        *("--loglevel", "INFO"),
    ),
    "beat": ("celery", "-A", "fitflow.celery", "beat", "--pidfile", "", "--loglevel", "INFO"),
}


@dataclass(frozen=True)
class Process:
    """One process under the demo's supervisor."""

    name: str
    command: tuple[str, ...]
    patience: float  # seconds it may take to end what it is doing


def demo(port: int) -> tuple[Process, ...]:
    """Return the demo's processes in the order to start them: pages and sockets come from one process here."""
    web = (
        *(
            "uvicorn",
            APPLICATION,
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
            "--timeout-graceful-shutdown",
            "3",
        ),
        # Nobody stands in front: what a caller says of her own address is not believed.
        *("--no-proxy-headers", "--no-access-log", "--no-server-header"),
    )
    return (
        Process("web", web, patience=6),
        Process("worker", PRODUCTION["worker"], patience=15),
        Process("courier", PRODUCTION["courier"], patience=15),
        Process("beat", PRODUCTION["beat"], patience=5),
    )
