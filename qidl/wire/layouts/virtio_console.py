"""virtio serial bus. Its section still has the name of the console that it grew out of."""

from __future__ import annotations

from typing import Any

from qidl.rules import check
from qidl.wire.layouts.virtio import VIRTIO_RULES, virtio
from qidl.wire.layouts.virtqueue import VIRTQUEUE_ELEMENT
from qidl.wire.primitives import Array, Bool, Only, Range, Since, UInt16, UInt32, UInt64, When
from qidl.wire.vmstate import VMState


def _ports_map_words(state: dict[str, Any]) -> int:
    """One per 32 of max_nr_ports, rounded up."""
    ports: int = state["vdev"]["config"]["max_nr_ports"]
    return (ports + 31) // 32


_PORT = (
    "id" / UInt32 * "number of the port",
    "guest_connected" / Bool * "a program in the guest has it open",
    "host_connected" / Bool * "something on the host has it open",
)

VIRTIO_SERIAL_PORT_V2 = VMState("VirtIOSerialPort", version_id=2, fields=_PORT)

VIRTIO_SERIAL_PORT_V3 = VMState(
    "VirtIOSerialPort",
    version_id=3,
    fields=[
        *_PORT,
        # Not a member in C, where elem.out_num says it.
        "elem_popped" / UInt32 * "a buffer of the guest is half written",
        "iov_idx" / When("elem_popped", UInt32) * "piece that comes next",
        "iov_offset" / When("elem_popped", UInt64) * "bytes of it that are done",
        "elem" / When("elem_popped", VIRTQUEUE_ELEMENT) * "the buffer",
    ],
)


def _are_mapped(ports: list[dict[str, Any]], ports_map: list[int]) -> bool:
    words = dict(enumerate(ports_map))
    return all(words.get(port["id"] // 32, 0) >> port["id"] % 32 & 1 for port in ports)


_PORTS = check(_are_mapped, "vdev.ports", "vdev.ports_map", expected="the bit of each port's id in ports_map")

VIRTIO_CONSOLE_V3 = VMState(
    "virtio-console",
    version_id=3,
    minimum_version_id=0,
    fields=[
        *virtio(config_len=8),
        "vdev.config.cols" / Since(2, UInt16) * "columns of the console",
        "vdev.config.rows" / Since(2, UInt16) * "rows of the console",
        # Every port takes two of the 64 queues that a virtio device has, and two more are for control.
        "vdev.config.max_nr_ports" / Since(2, Range(UInt32, 0, 31)) * "ports that there may be",
        "vdev.ports_map" / Since(2, Array(_ports_map_words, UInt32)) * "bit n of word w: port 32w + n exists",
        "vdev.nr_active_ports" / Since(2, UInt32) * "ports that follow",
        "vdev.ports" / Only(2, Array("vdev.nr_active_ports", VIRTIO_SERIAL_PORT_V2)) * "in the order of their making",
        "vdev.ports" / Since(3, Array("vdev.nr_active_ports", VIRTIO_SERIAL_PORT_V3)) * "in the order of their making",
    ],
    rules=[*VIRTIO_RULES, _PORTS],
)
