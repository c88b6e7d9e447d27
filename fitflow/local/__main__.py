"""`python -m fitflow.local <command>`: what the Makefile calls."""

import sys

if sys.version_info < (3, 11):
    sys.exit("FitFlow needs Python 3.11 or newer to set itself up; this is %s." % sys.version.split()[0])

from .cli import main

sys.exit(main(sys.argv[1:]))
