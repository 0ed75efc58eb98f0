"""`bin/manage COMMAND ...`: manage.py on the demonstration's own database, whether `bin/serve` runs or not.

It starts the embedded PostgreSQL where none runs and shares it where one does. Like what answers requests it
has the application's role alone.
"""

import os
import subprocess
import sys

from clinic_site import embedded_postgres
from clinic_site.postgres_programs import PostgresError
from clinic_site.serve import CHECKOUT, ServeError, Site, state_folder
from clinic_site.serve_address import Address, AddressError
from clinic_site.serve_secrets import SecretsError


def main() -> int:
    """The exit code of the command."""
    try:
        site = Site(state_folder(), Address.from_environment(dict(os.environ)))
        if not os.environ.get("DATABASE_URL"):
            site.cluster = embedded_postgres.start(site.var)
        try:
            command = [sys.executable, "manage.py", *sys.argv[1:]]
            return subprocess.run(command, cwd=CHECKOUT, env=site.environment(), check=False).returncode
        finally:
            if site.cluster is not None:
                site.cluster.close()
    except (ServeError, AddressError, SecretsError, PostgresError) as error:
        print(f"bin/manage: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
