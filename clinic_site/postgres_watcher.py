"""Stops the embedded PostgreSQL when its last user is gone, however it went.

A process of its own, started by embedded_postgres. Each user of the server keeps a shared lock on one file;
the kernel drops it even when the user is killed. Whoever can lock that file exclusively is alone.
"""

import fcntl
import os
import subprocess
import sys
from typing import Any

FAST_STOP_SECONDS = 20


def main(locks: tuple[int, ...], pg_ctl: str, data: str, ids: tuple[int, ...]) -> None:
    """Wait until nobody uses the server, then stop it; a user who came meanwhile makes us wait again.

    The locks are inherited file descriptors: each user shares `users`, each start is made under `starting`,
    and `watching` is ours for life.
    """
    users, starting, watching = locks
    while True:
        fcntl.flock(users, fcntl.LOCK_EX)
        fcntl.flock(users, fcntl.LOCK_UN)
        fcntl.flock(starting, fcntl.LOCK_EX)
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            fcntl.flock(starting, fcntl.LOCK_UN)
            continue
        stop(pg_ctl, data, *ids)
        # In this order: a start that was waiting must find no watcher, and make its own.
        os.close(watching)
        os.close(users)
        return


def stop(pg_ctl: str, data: str, uid: int, gid: int) -> None:
    who: dict[str, Any] = {"user": uid, "group": gid, "extra_groups": []} if uid >= 0 else {}
    command = [pg_ctl, "-D", data, "-s", "-w", "-t", str(FAST_STOP_SECONDS), "stop", "-m"]
    quiet: dict[str, Any] = {"cwd": "/", "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    if subprocess.run([*command, "fast"], **who, **quiet).returncode:
        subprocess.run([*command, "immediate"], **who, **quiet)


if __name__ == "__main__":
    # Nobody's child: whoever started it need not wait for it.
    if os.fork():
        os._exit(0)
    locks, (control, folder), ids = map(int, sys.argv[1:4]), sys.argv[4:6], map(int, sys.argv[6:8])
    main((*locks,), control, folder, (*ids,))
