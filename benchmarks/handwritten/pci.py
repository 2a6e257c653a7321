"""What the section of every PCI device begins with."""

from __future__ import annotations

from struct import Struct

from handwritten.common import Checks, State, Wrong, expect, expect_integers

PCI = Struct(">i256s4I")


def decode_pci(data: bytes) -> State:
    """What the section of every PCI device begins with."""
    version_id, config, a, b, c, d = PCI.unpack_from(data)
    if version_id < 2 or a > 1 or b > 1 or c > 1 or d > 1:
        raise Wrong
    return {"version_id": version_id, "config": config, "irq_state": [a, b, c, d]}


def encode_pci(dev: State) -> bytes:
    """To the payload."""
    expect(dev, 3)
    version_id, config = dev["version_id"], dev["config"]
    a, b, c, d = dev["irq_state"]
    if version_id < 2 or len(config) != 256 or a > 1 or b > 1 or c > 1 or d > 1:
        raise Wrong
    if Checks.types:
        expect_integers((version_id, a, b, c, d))
    return PCI.pack(version_id, config, a, b, c, d)
