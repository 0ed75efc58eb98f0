"""How fast requests leave the site and in how much memory, beside PostgreSQL's own COPY of the same rows.

    .venv/bin/python bench/export.py [requests]

It makes an embedded PostgreSQL in a temporary folder, fills it, writes each shape in this process as a
download does (the trail and the progress noted), throws the bytes away, and removes the folder. Memory is the
highest resident size while it writes above that before: of a tenth of the requests, then of all. Exit code 0
only where all of them take no more than MORE_MEGABYTES above a tenth.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.own_database import let_go, own_database, settled  # noqa: E402

MORE_MEGABYTES = 8.0


def main(requests: int) -> int:
    with own_database():
        return run(requests)


def run(requests: int) -> int:
    import django

    django.setup()
    from django.conf import settings

    from appointments.models import Export
    from clinic_site.management.commands.bootstrap import prepare_database

    settings.EXPORT_LIMIT = requests
    prepare_database()
    fill(requests)
    settled()
    print(f"{requests:,} requests\n")
    print(f"{'shape':8} {'seconds':>8} {'a second':>9} {'MB':>7} {'MB of memory: a tenth':>22} {'all':>6}")
    flat = True
    for shape in (Export.Shape.CSV, Export.Shape.TEXT, Export.Shape.FHIR):
        _seconds, _size, tenth = measured(lambda upto, s=shape: export(s, upto), requests // 10)  # type: ignore[misc]
        seconds, size, memory = measured(lambda upto, s=shape: export(s, upto), requests)  # type: ignore[misc]
        told(shape.value, requests, seconds, size, f"{tenth:22.1f} {memory:6.1f}")
        flat = flat and memory <= tenth + MORE_MEGABYTES
    seconds, size, memory = measured(copy, requests)
    told("COPY", requests, seconds, size, f"{'':22} {memory:6.1f}")
    let_go()
    return 0 if flat else 1


def told(name: str, requests: int, seconds: float, size: int, memory: str) -> None:
    print(f"{name:8} {seconds:8.1f} {requests / seconds:9,.0f} {size / 1e6:7.1f} {memory}")


def fill(requests: int) -> None:
    """Half of them for oneself, half for someone who is helped."""
    from django.db import connection

    from tests.builders import HELPED, a_request
    from tests.many_requests import copies_of_one

    models = [a_request(eye_signs=["red"], phone="+12165550123"), a_request(**HELPED, is_sample=True)]
    with connection.cursor() as cursor:
        for start, model in zip("AB", models, strict=True):
            cursor.execute(copies_of_one(), [start, requests // 2 - 1, model.pk])


def export(shape: str, requests: int) -> int:
    """Begin one and write it whole; its size."""
    from appointments import audit, export_stream, exports
    from appointments.models import AppointmentRequest

    last = AppointmentRequest.objects.order_by("pk").values_list("pk", flat=True)[requests - 1]
    chosen = AppointmentRequest.objects.filter(pk__lte=last)
    told = exports.begin(
        actor=audit.SYSTEM, shape=shape, purpose="quality", purpose_note="", chosen={}, requests=chosen
    )
    exports.claim(actor=audit.SYSTEM, export_id=told.pk)
    writer = export_stream.writer(shape)
    return sum(
        map(len, export_stream.stream(actor=audit.SYSTEM, export=told, requests=chosen, writer=writer))
    )


def copy(requests: int) -> int:
    """The same rows as PostgreSQL writes them itself: CSV, nothing looked up, nothing made inert."""
    from django.db import connection

    class Sink:
        size = 0

        def write(self, part: bytes) -> None:
            self.size += len(part)

    sink = Sink()
    with connection.cursor() as cursor:
        cursor.copy_expert(
            "COPY (SELECT * FROM appointments_appointmentrequest ORDER BY id) TO STDOUT (FORMAT csv)", sink
        )
    return sink.size


def measured(write: Callable[[int], int], requests: int) -> tuple[float, int, float]:
    """Seconds, bytes, and how many megabytes of memory it took at its highest (Linux)."""
    Path("/proc/self/clear_refs").write_text("5")  # proc(5): the highest resident size begins anew
    before = memory("VmRSS")
    began = time.perf_counter()
    size = write(requests)
    seconds = time.perf_counter() - began
    return seconds, size, memory("VmHWM") - before


def memory(name: str) -> float:
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
