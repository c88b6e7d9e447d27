"""Invoices' PDFs in a bucket, as production keeps them: moto answers as S3 does, over HTTP, and the settings are production's."""

from __future__ import annotations

import hashlib
import runpy
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import time
from typing import Any

import boto3
import pytest
from django.core.exceptions import SuspiciousOperation
from django.core.files.storage import default_storage
from moto.server import ThreadedMotoServer

from billing import services
from billing.models import Invoice, InvoiceDocumentFile
from fitflow.tenancy.context import studio_context
from fitflow.tenancy.storage import StudioS3Storage
from tests.billing.conftest import Browse
from tests.billing.make import OCTOBER, held, new_client
from tests.cast import Cast

BUCKET, REGION = "fitflow-documents", "ca-central-1"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of an S3 of our own."""
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def bucket(server: str, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Any]:
    """An empty bucket; documents go there as the settings say when S3_BUCKET is set."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "S3_BUCKET": BUCKET,
        "S3_ENDPOINT_URL": server,
        "S3_REGION": REGION,
    }.items():
        monkeypatch.setenv(name, value)
    store = boto3.resource("s3", endpoint_url=server, region_name=REGION)
    made = store.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    base = runpy.run_path(str(settings.BASE_DIR / "fitflow" / "settings" / "base.py"))
    settings.STORAGES = {**settings.STORAGES, "default": base["STORAGES"]["default"]}
    yield made
    made.objects.all().delete()
    made.delete()


@pytest.fixture
def stored(bucket: Any, cast: Cast) -> dict[str, InvoiceDocumentFile]:
    """One stored invoice of each studio, by the studio's slug."""
    found = {}
    for studio, owner, hour in ((cast.lotus, "owner", 10), (cast.summit, "owner2", 14)):
        with studio_context(studio):
            booking = held(cast, at=time(hour), client=new_client("Ines"))
            run = services.request_invoice_run(actor=cast.actor(owner, studio), **OCTOBER)
            services.advance_invoice_run(run_id=run.pk)
            invoice = Invoice.objects.get(lines__booking=booking)
            found[studio.slug] = services.store_pdf(invoice_id=invoice.pk)
    return found


def keys(bucket: Any) -> set[str]:
    return {each.key for each in bucket.objects.all()}


def test_each_studio_has_keys_of_its_own(
    cast: Cast, bucket: Any, stored: dict[str, InvoiceDocumentFile]
) -> None:
    assert isinstance(default_storage._wrapped, StudioS3Storage)  # type: ignore[attr-defined]
    assert keys(bucket) == {
        f"{studio.schema_name}/{stored[studio.slug].file.name}" for studio in (cast.lotus, cast.summit)
    }
    for key in keys(bucket):
        assert bucket.Object(key).get()["Body"].read()[:5] == b"%PDF-"


def test_a_stored_pdf_is_read_back_unchanged(
    cast: Cast, bucket: Any, stored: dict[str, InvoiceDocumentFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("billing.services.documents.shared_pool", None)  # Nothing is printed anew.
    with studio_context(cast.lotus):
        document = stored["lotus"]
        content = services.pdf_of(document.invoice)
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (document.sha256, document.size)
        with document.file.open() as file:
            assert file.read() == content


def test_another_studios_key_is_refused(
    cast: Cast, bucket: Any, stored: dict[str, InvoiceDocumentFile]
) -> None:
    name = str(stored["lotus"].file.name)
    climbing = f"../{cast.lotus.schema_name}/{name}"
    with studio_context(cast.summit):
        assert not default_storage.exists(name)
        with pytest.raises(FileNotFoundError):
            default_storage.open(name).read()
        for refused in (climbing, f"/{cast.lotus.schema_name}/{name}", f"invoices/../{climbing}"):
            for use in (
                default_storage.open,
                default_storage.url,
                default_storage.exists,
                default_storage.delete,
            ):
                with pytest.raises(SuspiciousOperation):
                    use(refused)
        default_storage.delete(name)
    assert f"{cast.lotus.schema_name}/{name}" in keys(bucket), "what summit deletes is summit's"


def test_it_is_downloaded_through_the_site(
    cast: Cast, browse: Browse, stored: dict[str, InvoiceDocumentFile]
) -> None:
    invoice = stored["lotus"].invoice_id
    with studio_context(None):
        answer = browse("owner").get(f"/invoices/{invoice}/pdf/")
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
        assert hashlib.sha256(answer.content).hexdigest() == stored["lotus"].sha256
        assert browse("owner2", "summit").get(f"/invoices/{invoice}/pdf/").status_code == 404


def test_a_signed_address_opens_one_document_and_ends(
    cast: Cast, stored: dict[str, InvoiceDocumentFile]
) -> None:
    with studio_context(cast.lotus):
        address = default_storage.url(str(stored["lotus"].file.name))
    assert f"/{BUCKET}/{cast.lotus.schema_name}/invoices/" in address
    assert "X-Amz-Signature=" in address
    assert "X-Amz-Expires=3600" in address
    with urllib.request.urlopen(address, timeout=10) as answer:
        assert hashlib.sha256(answer.read()).hexdigest() == stored["lotus"].sha256


def test_a_lost_object_is_printed_anew(
    cast: Cast, bucket: Any, stored: dict[str, InvoiceDocumentFile]
) -> None:
    bucket.objects.all().delete()
    with studio_context(cast.lotus):
        assert services.pdf_of(stored["lotus"].invoice)[:5] == b"%PDF-"
