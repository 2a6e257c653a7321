"""PCI Express ports: a root port, a switch's upstream port and its downstream port. Same bytes in every release."""

from __future__ import annotations

from typing import Any

import construct

from qidl.wire.layouts.pci import PCIE_DEVICE
from qidl.wire.primitives import Array, Path, Range, Reader, State, UInt16, UInt32
from qidl.wire.vmstate import VMState

AER_LOG_LIMIT = 128
"""Greatest value of the property ``aer_log_max``."""


class LogMax(construct.Construct):  # type: ignore[misc]
    """Capacity of the error log: at least ``log_num``, at most 128.

    QEMU takes any count and fills an array of its own capacity with it: CVE-2013-4529.
    """

    kind = UInt16.kind

    def _within(self, context: Any) -> Any:
        return Range(UInt16, context.state["log_num"], AER_LOG_LIMIT)

    def _parse(self, stream: Reader, context: Any, path: Path) -> Any:
        return self._within(context)._parse(stream, context, path)

    def _build(self, obj: Any, stream: Any, context: Any, path: Path) -> Any:
        return self._within(context)._build(obj, stream, context, path)

    def _sizeof(self, context: Any, path: Path) -> int:
        return int(UInt16.length)

    def describe(self) -> dict[str, Any]:
        """What :func:`qidl.wire.describe.describe` cannot tell by itself."""
        return {"accepted": f"log_num..{AER_LOG_LIMIT}"}

    def draw_value(self, draw: Any, state: State) -> int:
        """Draw a value for :mod:`qidl.strategies`."""
        from hypothesis import strategies as st

        return int(draw(st.integers(state["log_num"], AER_LOG_LIMIT)))


PCIE_AER_ERROR = VMState(
    "PCIE_AER_ERROR",
    version_id=1,
    fields=[
        "status" / UInt32 * "bit of the error in the correctable or uncorrectable status register",
        "source_id" / UInt16 * "requester: bus, device, function",
        "flags" / UInt16 * "kind of the error, and which of the logs are valid",
        "header" / Array(4, UInt32) * "header log",
        "prefix" / Array(4, UInt32) * "TLP prefix log",
    ],
)

PCIE_AER_LOG = VMState(
    "PCIE_AER_ERROR_LOG",
    version_id=1,
    fields=[
        "log_num" / Range(UInt16, 0, AER_LOG_LIMIT) * "errors that follow",
        "log_max" / LogMax() * "errors that the log has room for",
        "log" / Array("log_num", PCIE_AER_ERROR) * "errors that wait to be read, the oldest first",
    ],
)


def _port(name: str, device: str) -> VMState:
    return VMState(
        name,
        version_id=1,
        fields=[
            device / PCIE_DEVICE,
            f"{device}.exp.aer_log" / PCIE_AER_LOG * "Advanced Error Reporting",
        ],
    )


IOH3420_V1 = _port("ioh-3240-express-root-port", "port.br.dev")  # so its name is spelled on the wire

XIO3130_UPSTREAM_V1 = _port("xio3130-express-upstream-port", "br.dev")

XIO3130_DOWNSTREAM_V1 = _port("xio3130-express-downstream-port", "port.br.dev")
