"""`python -m quoth` is the command line; this module knows nothing else."""

import sys

from quoth.cli import main

if __name__ == "__main__":
    sys.exit(main())
