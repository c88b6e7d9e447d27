"""Moving in: a file comes, is mapped, checked, imported all or nothing, and taken back again."""

from trainers.services.importing.checking import advance_check, give_up_check, request_check
from trainers.services.importing.mapping import save_columns, save_values
from trainers.services.importing.starting import (
    drop_import,
    give_up_reading,
    read_calendar_file,
    start_import,
)
from trainers.services.importing.telling import tell_clients
from trainers.services.importing.tidying import forget_old_files
from trainers.services.importing.undoing import carry_out_undo, give_up_undo, in_the_way, request_undo
from trainers.services.importing.writing import carry_out_import, give_up_import, progress_of, request_import

__all__ = [
    "advance_check",
    "carry_out_import",
    "carry_out_undo",
    "drop_import",
    "forget_old_files",
    "give_up_check",
    "give_up_import",
    "give_up_reading",
    "give_up_undo",
    "in_the_way",
    "progress_of",
    "read_calendar_file",
    "request_check",
    "request_import",
    "request_undo",
    "save_columns",
    "save_values",
    "start_import",
    "tell_clients",
]
