"""A process that calls the measured view when told how often, and answers with the CPU seconds it took."""

from __future__ import annotations

import os
import sys
import time
from io import BytesIO

import django


def main() -> None:
    django.setup()
    from django.core.handlers.wsgi import WSGIHandler

    handler = WSGIHandler()
    host = os.environ["BENCH_HOST"]
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": os.environ.get("BENCH_PATH", "/api/week/"),
        "QUERY_STRING": os.environ["BENCH_QUERY"],
        "SERVER_NAME": host,
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": host,
        "HTTP_COOKIE": os.environ.get("BENCH_COOKIE", ""),
        "wsgi.url_scheme": "http",
    }
    size = 0

    def call() -> int:
        seen: list[str] = []
        answer = handler({**environ, "wsgi.input": BytesIO()}, lambda status, headers: seen.append(status))  # type: ignore[arg-type]
        body = b"".join(answer)
        answer.close()
        assert seen[0].startswith("200"), (seen, body[:300])
        return len(body)

    for line in sys.stdin:
        start = time.process_time()
        for _ in range(int(line)):
            size = call()
        print(time.process_time() - start, size, flush=True)


if __name__ == "__main__":
    main()
