"""The people side in a process of its own for `bench/forms.py`: FOLDER PORT. Its limits count, and stop nobody."""

import os
import sys
from dataclasses import replace

from portal.people import limits
from portal.shared.limits import Rules


def main(folder: str, port: str) -> None:
    """Prepare a fresh installation and serve it until told to stop."""
    os.environ |= {"DATA": folder, "PORT": port}
    limits.TABLE = {endpoint: _without_end(rules) for endpoint, rules in limits.TABLE.items()}
    limits.WITHOUT_PROOF = replace(limits.WITHOUT_PROOF, most=10**9)
    from portal.people.serve import serve  # once the limits are lifted
    from portal.people.setup import migrate

    migrate()
    serve()


def _without_end(rules: Rules) -> Rules:
    return tuple(replace(rule, most=10**9) for rule in rules)


if __name__ == "__main__":
    main(*sys.argv[1:])
