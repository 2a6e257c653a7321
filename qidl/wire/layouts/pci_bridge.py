"""The PCI-to-PCI bridge with a standard hot-plug controller (SHPC), since 1.1. Same bytes ever since."""

from __future__ import annotations

from typing import Any

import construct

from qidl.errors import WireError
from qidl.wire.layouts.pci import PCI_DEVICE
from qidl.wire.primitives import Path, Reader, State, as_bytes
from qidl.wire.vmstate import VMState

MAX_SLOTS = 31
"""Slots of the bridge's controller in every release."""

_NSLOTS = 0x0C
_SLOTS = 0x24


def shpc_size(nslots: int) -> int:
    """Bytes of the register set of a hot-plug controller for ``nslots`` slots."""
    return _SLOTS + 4 * nslots


class SHPCRegisters(construct.Construct):  # type: ignore[misc]
    """The register set of a hot-plug controller, as raw bytes.

    No length is on the wire: QEMU reads as many bytes as its own controller has. They follow
    from the number of slots, a register that the guest cannot change.
    """

    kind = "buffer"

    def minimum_size(self) -> int:
        """Bytes without any slot."""
        return shpc_size(0)

    def _parse(self, stream: Reader, context: Any, path: Path) -> bytes:
        fixed = stream.take(shpc_size(0), path, "registers of a hot-plug controller")
        return fixed + stream.take(4 * fixed[_NSLOTS], path, f"registers of {fixed[_NSLOTS]} slots")

    def _build(self, obj: Any, stream: Any, context: Any, path: Path) -> Any:
        data = as_bytes(obj, path)
        if len(data) < shpc_size(0):
            raise WireError(f"at least {shpc_size(0)} bytes", str(len(data)), path=path)
        if len(data) != shpc_size(data[_NSLOTS]):
            expected = f"{shpc_size(data[_NSLOTS])} bytes for {data[_NSLOTS]} slots"
            raise WireError(expected, str(len(data)), path=path)
        stream.write(data)
        return obj

    def _sizeof(self, context: Any, path: Path) -> int:
        raise construct.SizeofError(path=path)

    def describe(self) -> dict[str, Any]:
        """What :func:`qidl.wire.describe.describe` cannot tell by itself."""
        return {"length": f"{shpc_size(0)}, and 4 per slot"}

    def draw_value(self, draw: Any, state: State) -> bytes:
        """Draw a value for :mod:`qidl.strategies`: registers of as many slots as every release's bridge has."""
        from hypothesis import strategies as st

        data = draw(st.binary(min_size=shpc_size(MAX_SLOTS), max_size=shpc_size(MAX_SLOTS)))
        return bytes(data[:_NSLOTS] + bytes([MAX_SLOTS]) + data[_NSLOTS + 1 :])


PCI_BRIDGE_V0 = VMState(
    "pci_bridge",
    version_id=0,
    fields=[
        "bridge.dev" / PCI_DEVICE,
        "bridge.dev.shpc" / SHPCRegisters() * "registers of the hot-plug controller; byte 12 counts the slots",
    ],
)
