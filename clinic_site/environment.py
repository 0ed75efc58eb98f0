"""Reads the environment. What is missing or malformed stops the start with one line, not with a traceback.

A value is never repeated: it may hold a password.
"""

import os
import sys
from collections.abc import Callable
from typing import Any, NoReturn

from environs import Env, EnvError


class Environment:
    """environs, as in ``environment.int("PORT", 8000)``, with a start that stops where it would raise."""

    def __init__(self) -> None:
        self._env = Env()

    def require(self, *names: str) -> None:
        """Stop where one of these variables is not set, or empty."""
        missing = [name for name in names if not os.environ.get(name)]
        if missing:
            stop(f"{', '.join(missing)} not set")

    def __getattr__(self, kind: str) -> Callable[..., Any]:
        read = getattr(self._env, kind)

        def read_or_stop(name: str, *default: Any) -> Any:
            try:
                return read(name, *default)
            except EnvError:
                stop(f"{name} is malformed")

        return read_or_stop


def stop(problem: str) -> NoReturn:
    sys.exit(f"clinic_site: {problem}: see .env.example, or start the demonstration with bin/serve.")
