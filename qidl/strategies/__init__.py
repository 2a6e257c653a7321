"""Hypothesis strategies: states, devices, machines, streams, and declared classes themselves.

Needs hypothesis, which ``import qidl`` does not.
"""

from __future__ import annotations

# Imported here so that no example of a test pays for it, which has a deadline.
import qidl.compiled
import qidl.wire.compiled  # noqa: F401
from qidl.strategies.declarations import declarations
from qidl.strategies.layouts import states
from qidl.strategies.machines import snapshots, streams
from qidl.strategies.objects import objects, qobjects
from qidl.strategies.registration import register

__all__ = ["declarations", "objects", "qobjects", "register", "snapshots", "states", "streams"]
