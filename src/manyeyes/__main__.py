"""`python -m manyeyes`, which does what the command `manyeyes` does."""

import sys

from .commands.main import main

sys.exit(main())
