"""How the embedded PostgreSQL is made and configured: roles, rights, who may connect, what it may log."""

import json
import os
import re
import secrets
import shutil
import stat
from hashlib import sha256
from pathlib import Path
from subprocess import CompletedProcess

from clinic_site.postgres_programs import Account, PostgresError, Programs

DATABASE = "clinic"
OWNER = "clinic_owner"
APP = "clinic_app"
# sockaddr_un holds 108 bytes on Linux, 104 elsewhere, its closing NUL among them.
SOCKET_NAME = "/.s.PGSQL.5432"
LONGEST_SOCKET_PATH = 103

# Run in template1: every database made from it has the extensions, the tests' own too.
SETUP_SQL = f"""\
CREATE EXTENSION pg_trgm;
CREATE EXTENSION unaccent;
CREATE ROLE {OWNER} LOGIN CREATEDB PASSWORD '%(owner)s';
CREATE ROLE {APP} LOGIN PASSWORD '%(app)s';
CREATE DATABASE {DATABASE} OWNER {OWNER};
REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC;
GRANT CONNECT ON DATABASE {DATABASE} TO {APP};
"""
# No line admits the superuser: it exists while the cluster is made, in single-user mode, and never again.
HBA = f"""\
local all {OWNER} scram-sha-256
local all {APP} scram-sha-256
"""
# Errors go to the application, which may be told what a person wrote. The server's own log may not: `log`
# leaves ERROR lines out, `terse` the DETAIL that quotes rows and, after a crash, whole statements.
CONFIGURATION = """\
listen_addresses = ''
unix_socket_directories = %(sockets)s
unix_socket_permissions = 0700
hba_file = %(hba)s
max_connections = 100
shared_buffers = 128MB
timezone = 'UTC'
log_timezone = 'UTC'
log_min_messages = log
log_min_error_statement = panic
log_error_verbosity = terse
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_checkpoints = off
"""


def make(programs: Programs, account: Account, home: Path, folder: Path) -> None:
    """A new cluster, complete before it gets its name: a start that is cut short leaves only new/."""
    making = home / "new"
    if making.exists():
        shutil.rmtree(making)
    data = making / "data"
    making.mkdir()
    making.chmod(0o711)
    data.mkdir(mode=0o700)
    account.give(data)
    passwords = {OWNER: secrets.token_urlsafe(24), APP: secrets.token_urlsafe(24)}
    options = ["--encoding=UTF8", "--locale=C.UTF-8", "-U", "postgres", "--auth=reject", "--no-sync"]
    if programs.major >= 17:
        options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    _check(account.run(programs["initdb"], "-D", data, *options))
    # In single-user mode, one command a line: nobody else can be connected.
    alone = ["--single", "-D", data, "-c", "fsync=off", "-c", "exit_on_error=on", "template1"]
    sql = SETUP_SQL % {"owner": passwords[OWNER], "app": passwords[APP]}
    _check(account.run(programs["postgres"], *alone, input=sql))
    # Written to disk once, here, instead of at each step.
    _check(account.run(programs["initdb"], "-D", data, "--sync-only"))
    _write(making / "roles.json", json.dumps(passwords), 0o600)
    making.rename(folder)
    _sync(home)


def configure(folder: Path, sockets: Path) -> None:
    """Written anew at each start: the folder may have moved, these settings may have changed."""
    hba = folder / "pg_hba.conf"
    directory = '"' + str(sockets).replace('"', '""') + '"'
    values = {"sockets": _quoted(directory), "hba": _quoted(str(hba))}
    _write(hba, HBA, 0o644)
    _write(folder / "postgresql.conf", CONFIGURATION % values, 0o644)


def socket_folder(home: Path, account: Account) -> Path:
    """A folder that only the server's account (and root) can enter; in /tmp where the path is too long."""
    folder = home / "socket"
    if len(os.fsencode(folder)) + len(SOCKET_NAME) > LONGEST_SOCKET_PATH:
        folder = Path("/tmp") / f"clinic-{sha256(os.fsencode(home)).hexdigest()[:16]}"  # noqa: S108
    try:
        folder.mkdir(mode=0o700)
        account.give(folder)
    except FileExistsError:
        pass
    found = folder.lstat()
    expected = os.geteuid() if account.uid is None else account.uid
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != expected or stat.S_IMODE(found.st_mode) != 0o700:
        raise PostgresError(f"{folder} is somebody else's or open to others: remove it and start again.")
    return folder


def _check(answer: CompletedProcess[str]) -> None:
    if answer.returncode:
        causes = re.findall(r".*(?:error|ERROR|FATAL).*", answer.stdout)
        raise PostgresError(f"PostgreSQL could not be set up: {(causes or [answer.stdout.strip()])[0]}")


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def _write(path: Path, text: str, mode: int) -> None:
    """Replace the file whole; `mode` from its first byte."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.chmod(mode)
    new.rename(path)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
