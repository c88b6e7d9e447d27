from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from fitflow.accounts.models import User
from fitflow.core.fields import EncryptedTextField
from fitflow.core.models import Row


class Import(Row):
    """A file of clients or sessions on its way in: from the upload over its mapping and dry run to what it made, and its undo.

    The file itself (`ImportPart`) goes as soon as it is imported, thrown away or 30 days old. What stays is which rows it made
    (`ImportMade`, ids alone), so that an undo takes back exactly those.
    """

    class Kind(models.TextChoices):
        CLIENTS = "clients", "Clients"
        TIMETABLE = "timetable", "Timetable"

    class State(models.TextChoices):
        READING = "reading", "Reading"  # a calendar file is unfolded
        MAPPING = "mapping", "To map"
        CHECKING = "checking", "Checking"
        CHECKED = "checked", "Checked"
        IMPORTING = "importing", "Importing"
        DONE = "done", "Imported"
        UNDOING = "undoing", "Undoing"
        UNDONE = "undone", "Undone"
        DROPPED = "dropped", "Thrown away"

    kind = models.CharField(max_length=9, choices=Kind.choices)
    state = models.CharField(max_length=9, choices=State.choices)
    file_name = models.CharField(max_length=200)
    size = models.PositiveIntegerField()
    # How the file is written: found out when it came.
    encoding = models.CharField(max_length=20, blank=True)
    mended_lines = models.PositiveIntegerField(default=0)
    delimiter = models.CharField(max_length=1, default=",")
    header_row = models.PositiveIntegerField(default=1)
    header = models.JSONField(default=list)
    preset = models.CharField(max_length=12, blank=True)
    mapping = models.JSONField(default=dict)
    # Rows below the heading, how many of them are read into ImportRow, and what the dry run found them to be.
    total = models.PositiveIntegerField(default=0)
    read = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    digest = models.CharField(
        max_length=64, blank=True, db_default=""
    )  # of what becomes of each row: counts may agree by chance
    # Grows with each new mapping: a check of an older one stops.
    round = models.PositiveIntegerField(default=0)
    leaves_out = models.PositiveIntegerField(default=0)  # problem rows that were left out knowingly
    notice = models.CharField(max_length=500, blank=True)  # what went wrong last, in words
    started_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    started_name = models.CharField(max_length=200, blank=True)
    # Who asked for it to be imported: not always whoever uploaded the file.
    asked_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    asked_name = models.CharField(max_length=200, blank=True, db_default="")
    finished_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)  # when the studio asked to mail the clients
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    undone_name = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(read__lte=models.F("total")), name="import_reads_its_rows"),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=False)
                | ~Q(state="done") & ~Q(state="undoing") & ~Q(state="undone"),
                name="import_finished_when",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_busy(self) -> bool:
        """Whether something goes on that the page waits for."""
        return self.state in {"reading", "checking", "importing", "undoing"}

    @property
    def can_be_dropped(self) -> bool:
        """Whether it has made nothing, nor is about to."""
        return self.finished_at is None and self.state not in {"importing", "dropped"}

    @property
    def problems(self) -> int:
        """How many rows the dry run found something wrong with."""
        return int(self.counts.get("problem", 0))

    @property
    def new(self) -> int:
        """How many rows would be imported."""
        return int(self.counts.get("new", 0))


class ImportPart(Row):
    """A piece of the uploaded file, as text. It holds people's data: encrypted, and kept no longer than needed."""

    batch = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    text = EncryptedTextField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["batch", "number"], name="import_part_once")]

    def __str__(self) -> str:
        return f"part {self.number}"


class ImportRow(Row):
    """One row of the file as it was understood. What it makes gets this row's own id, which nothing else has.

    `person` names the row that stands for this row's client, `session` the one that stands for its session: where that is
    the row itself, it makes them.
    """

    class Outcome(models.TextChoices):
        NEW = "new", "New"
        HERE = "here", "Here already"
        SAME = "same", "Same as an earlier row"
        SKIPPED = "skipped", "Left out"
        PROBLEM = "problem", "Problem"

    batch = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()  # as a spreadsheet counts
    outcome = models.CharField(max_length=7, choices=Outcome.choices, blank=True)
    problems = models.JSONField(default=list)  # wrong in itself: sentences
    clashes = models.JSONField(default=list)  # wrong beside other rows or what is here: sentences
    label = models.CharField(max_length=300, blank=True)  # what people know the row by
    same_as = models.PositiveIntegerField(null=True)
    # The client.
    name = models.CharField(max_length=200, blank=True)
    folded = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    street = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=100, blank=True)
    province = models.CharField(max_length=2, blank=True)
    postal_code = models.CharField(max_length=10, blank=True)
    person = models.UUIDField(null=True)
    client = models.UUIDField(null=True)  # who is here already
    # The session.
    service = models.UUIDField(null=True)
    trainer = models.UUIDField(null=True)
    location = models.UUIDField(null=True)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    status = models.CharField(
        max_length=10, blank=True
    )  # scheduled, completed, no_show; of a client: archived
    price = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    paid = models.BooleanField(default=False)
    session = models.UUIDField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["batch", "number"], name="import_row_once")]
        indexes: ClassVar = [
            models.Index(fields=["batch", "outcome", "number"], name="import_row_by_outcome"),
            models.Index(fields=["batch", "person"], name="import_row_by_person"),
        ]

    # What its cells were read as, in words: set where rows are shown.
    read_as = ""

    def __str__(self) -> str:
        return f"row {self.number}"

    @property
    def complaints(self) -> list[str]:
        """Everything that is wrong with the row, in sentences."""
        return [*self.problems, *self.clashes]


class ImportMade(Row):
    """What an import made: the table and the id. An undo takes back exactly these."""

    class Kind(models.TextChoices):
        CLIENT = "client", "Client"
        SESSION = "session", "Session"
        BOOKING = "booking", "Booking"
        CARE = "care", "Care"

    batch = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="made")
    kind = models.CharField(max_length=7, choices=Kind.choices)
    made = models.UUIDField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "kind", "made"], name="import_made_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.made}"
