"""The secrets that `bin/serve` generates and keeps in its state folder."""

import json
import os
import secrets
from pathlib import Path


class SecretsError(Exception):
    """An expected failure. Its text is one line that says what to do."""


def kept_secrets(path: Path) -> dict[str, str]:
    """Generated once: sessions and the printed password stay good from one start to the next."""
    if path.exists():
        try:
            kept: dict[str, str] = json.loads(path.read_text())
            return {name: kept[name] for name in ("secret_key", "staff_password")}
        except (ValueError, KeyError):
            raise SecretsError(f"{path} is damaged: delete it, and the next start makes new ones.") from None
    made = {"secret_key": secrets.token_urlsafe(50), "staff_password": _password()}
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(made, file)
        file.flush()
        os.fsync(file.fileno())
    new.rename(path)
    return made


def _password() -> str:
    """Easy to type from a screen: no letter that looks like another."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))
