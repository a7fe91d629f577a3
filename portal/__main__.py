"""`python -m portal` is `bin/portal`."""

from portal.cli import main

main()
