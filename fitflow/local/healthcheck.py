"""`python -m fitflow.local.healthcheck PORT`: a container's health check, in an image without curl."""

import http.client
import os
import sys


def main(port: int) -> int:
    """Return 0 when `/readyz` answers that the process and what it needs are there."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=4)
    try:
        headers = {"Host": os.environ.get("PUBLIC_HOST", "localhost"), "X-Forwarded-Proto": "https"}
        line.request("GET", "/readyz", headers=headers)
        status = line.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        print(f"no answer: {error}", file=sys.stderr)
        return 1
    finally:
        line.close()
    print(status)
    return 0 if status == 200 else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
