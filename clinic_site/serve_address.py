"""Where `bin/serve` listens, and under which names it is known."""

import socket
import time
from dataclasses import dataclass


class AddressError(Exception):
    """An expected failure. Its text is one line that says what to do."""


@dataclass(frozen=True)
class Address:
    host: str
    port: int

    @classmethod
    def from_environment(cls, environment: dict[str, str]) -> "Address":
        port = environment.get("PORT", "8000")
        if not port.isdecimal() or not 0 < int(port) < 65536:
            raise AddressError(f"PORT={port} is not a port: give a number from 1 to 65535.")
        return cls(environment.get("HOST", "127.0.0.1"), int(port))

    @property
    def reachable_host(self) -> str:
        """Where this machine itself reaches it: a wildcard is no address to go to."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104

    @property
    def url(self) -> str:
        host = self.reachable_host
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def names(self) -> list[str]:
        names = [self.host, "localhost", "127.0.0.1", "[::1]"]
        if self.host != self.reachable_host:
            names.append(socket.gethostname())
        return [f"[{name}]" if ":" in name and not name.startswith("[") else name for name in names]

    def check_free(self, patience: float = 0.0) -> None:
        """Raise if nobody can listen there; `patience` seconds for one that is just ending."""
        deadline = time.monotonic() + patience
        while (error := self._why_taken()) is not None:
            if time.monotonic() > deadline:
                raise AddressError(
                    f"{self.host}:{self.port} cannot be listened on ({error.strerror or error}): "
                    f"choose another port, for example PORT={self.port % 65535 + 1} bin/serve"
                )
            time.sleep(0.05)

    def _why_taken(self) -> OSError | None:
        try:
            family, kind, protocol, _, target = socket.getaddrinfo(
                self.host, self.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )[0]
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(target)
                probe.listen(1)
        except OSError as error:
            return error
        return None
