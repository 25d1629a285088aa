"""`python -m ingest PATH…` is `quoth ingest PATH…`."""

import sys

from quoth.cli import main

main(["ingest", *sys.argv[1:]])
