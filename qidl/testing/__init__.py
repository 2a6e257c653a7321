"""Laws and rules that any device, layout or step can be held against, and a machine to try them on.

The checks need hypothesis, which is imported when they run.
"""

from __future__ import annotations

from qidl.default_pc import power_on
from qidl.testing.device import check_device
from qidl.testing.engines import Engine, engines
from qidl.testing.layout import check_layout
from qidl.testing.step import check_step

__all__ = ["Engine", "check_device", "check_layout", "check_step", "engines", "power_on"]
