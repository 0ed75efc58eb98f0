"""Logs that hold nothing a person wrote.

Exception messages, request paths and database errors can carry a name or a symptom. So Django's records are
written without their arguments, and a failure as its class and the places in the code it passed through.
"""

import logging
import time
import traceback
from types import TracebackType

ExcInfo = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)  # what logging hands over


class SafeFormatter(logging.Formatter):
    """One line a record; a traceback becomes ``Class at file:line function, …`` without its message."""

    converter = time.gmtime  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__("%(asctime)sZ %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        """Format a copy, so that other handlers still see the record as it was."""
        safe = logging.makeLogRecord(record.__dict__)
        safe.exc_text = None
        if record.name.startswith("django.security"):
            safe.msg, safe.args = "refused", ()
        elif record.name.startswith("django"):
            status = getattr(record, "status_code", None)
            safe.msg, safe.args = f"answered {status}" if status else str(record.msg), ()
            request = getattr(record, "request", None)
            match = getattr(request, "resolver_match", None)
            if match:
                safe.msg = f"{safe.msg} (view {match.view_name})"
        return super().format(safe)

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 - the standard library's name
        kind, _, trace = ei
        if kind is None:
            return ""
        frames = traceback.extract_tb(trace)
        places = ", ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-12:])
        return f"  {kind.__module__}.{kind.__name__} at {places}"
