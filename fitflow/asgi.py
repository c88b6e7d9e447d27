"""HTTP and sockets in one ASGI application. Production serves HTTP over WSGI and only the sockets from here."""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fitflow.settings.demo")
django.setup(set_prefix=False)

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.sessions import SessionMiddlewareStack  # noqa: E402
from django.urls import path, re_path  # noqa: E402

from fitflow.core.streaming import StreamingHandler  # noqa: E402
from fitflow.tenancy.sockets import RefusingConsumer, StudioSocket  # noqa: E402
from trainers.consumers import LiveConsumer  # noqa: E402

http = StreamingHandler()
sockets = URLRouter([path("ws/live/", LiveConsumer.as_asgi()), re_path(r"", RefusingConsumer.as_asgi())])
application = ProtocolTypeRouter({"http": http, "websocket": StudioSocket(SessionMiddlewareStack(sockets))})
