"""``python -m qidl`` is the ``qidl`` command."""

import sys

from qidl.cli import main

sys.exit(main())
