"""`python -m ingest PATH…` is `quoth ingest PATH…`."""

import sys

from quoth.cli import main

sys.exit(main(["ingest", *sys.argv[1:]]))
