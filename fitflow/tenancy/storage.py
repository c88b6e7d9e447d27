"""Storage of documents: every path begins with the studio's folder, whichever store is behind it."""

from __future__ import annotations

from typing import Any

from django.core.files.storage import FileSystemStorage
from django.utils._os import safe_join
from storages.backends.s3 import S3Storage

from fitflow.tenancy.db import connection


class StudioFileStorage(FileSystemStorage):
    """Files below MEDIA_ROOT/<schema>/; a path that climbs out of it is refused. Names are kept without the folder."""

    @property
    def location(self) -> str:
        return safe_join(self.base_location, connection.schema_name)


class StudioS3Storage(S3Storage):
    """Objects below <schema>/ in one bucket."""

    @property
    def location(self) -> str:
        return str(connection.schema_name)

    @location.setter
    def location(self, value: Any) -> None:
        """The folder is the studio's; what the settings say is ignored."""
