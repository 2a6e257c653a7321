"""What every virtio device's section begins with.

Written by hand in C, without a description; same bytes in every release. The section is
that of a VirtIOPCIProxy: what its PCIDevice holds stands at the top, the device behind it
(a VirtIONet, a VirtIOBlock, …) under ``vdev``, and the VirtIODevice that every such device
begins with under ``vdev.vdev``.
"""

from __future__ import annotations

from typing import Any

from qidl.rules import check
from qidl.wire.layouts.virtqueue import VIRTQUEUE_MAX_SIZE
from qidl.wire.primitives import Array, Buffer, Equal, Int32, Range, UInt8, UInt16, UInt32, UInt64, When
from qidl.wire.vmstate import VMState

_STATUS = 0x06
_STATUS_CAPABILITIES = 0x10
_FIRST_CAPABILITY = 0x34
_END_OF_HEADER = 0x40
_MSIX = 0x11
_NO_VECTOR = 0xFFFF

_MAX_QUEUES = 64


def msix_entries(state: dict[str, Any]) -> int:
    """Entries of the MSI-X table; 0 if the device has none.

    The section itself does not say, since QEMU knows its own devices: the list of
    capabilities in the configuration space does.
    """
    return _entries(state["config"])


def _entries(config: bytes) -> int:
    seen: set[int] = set()
    at = config[_FIRST_CAPABILITY] & ~3 if config[_STATUS] & _STATUS_CAPABILITIES else 0
    while at >= _END_OF_HEADER and at not in seen:
        if config[at] == _MSIX:
            return ((config[at + 2] | config[at + 3] << 8) & 0x7FF) + 1
        seen.add(at)
        at = config[at + 1] & ~3
    return 0


def _msix_table_size(state: dict[str, Any]) -> int:
    """16 per MSI-X entry."""
    return 16 * msix_entries(state)


def _msix_pba_size(state: dict[str, Any]) -> int:
    """One per 8 MSI-X entries, rounded up."""
    return (msix_entries(state) + 7) // 8


def _has_msix(state: dict[str, Any]) -> bool:
    """The device has MSI-X."""
    return msix_entries(state) > 0


def _has_no_msix(state: dict[str, Any]) -> bool:
    """The device has no MSI-X."""
    return msix_entries(state) == 0


def _has_vector(vector: int, config: bytes) -> bool:
    return vector == _NO_VECTOR or vector < _entries(config)


def _has_vectors(queues: list[dict[str, Any]], config: bytes) -> bool:
    return all(_has_vector(queue.get("vector", _NO_VECTOR), config) for queue in queues)


_QUEUE = (
    "vring.num" / Range(UInt32, 0, VIRTQUEUE_MAX_SIZE) * "descriptors of the ring",
    "pa" / UInt64 * "guest address of the ring, 0 = not set up",
    "last_avail_idx" / UInt16 * "next entry to take from the available ring, modulo 65536",
)

_UNUSED = check(lambda index, place: bool(place) or not index, "last_avail_idx", "pa", expected="0, where pa is 0")

VIRTQUEUE = VMState("VirtQueue", version_id=1, fields=_QUEUE, rules=[_UNUSED])

VIRTQUEUE_MSIX = VMState(
    "VirtQueue",
    version_id=1,
    fields=[*_QUEUE, "vector" / UInt16 * "MSI-X entry for this queue's interrupts, 0xffff = none"],
    rules=[_UNUSED],
)


def virtio(config_len: int) -> tuple[Any, ...]:
    """The part that all virtio devices have in common.

    :param config_len: bytes of the device's configuration, as far as any release has it
    """
    return (
        "version_id" / Equal(Int32, 2) * "version of PCIDevice, written as 2",
        "config" / Buffer(256) * "configuration space",
        "irq_state" / Array(4, Range(UInt32, 0, 1)) * "levels of INTA to INTD",
        "msix_table" / When(_has_msix, Buffer(_msix_table_size)) * "per entry: address, data, mask; little-endian",
        "msix_pba" / When(_has_msix, Buffer(_msix_pba_size)) * "bit n: entry n is pending",
        "vdev.vdev.config_vector" / When(_has_msix, UInt16) * "MSI-X entry for changes of config, 0xffff = none",
        "vdev.vdev.status" / UInt8 * "as the driver set it: 1 acknowledge, 2 driver, 4 ready, 0x80 failed",
        "vdev.vdev.isr" / UInt8 * "bit 0: a queue wants service, bit 1: config changed",
        # An index of the queues: CVE-2013-6399.
        "vdev.vdev.queue_sel" / Range(UInt16, 0, _MAX_QUEUES - 1) * "selected queue",
        "vdev.vdev.guest_features" / UInt32 * "features that the driver accepted",
        # A longer one overruns QEMU's: CVE-2014-0182.
        "vdev.vdev.config_len" / Range(UInt32, 0, config_len) * "bytes of config",
        "vdev.vdev.config"
        / Buffer("vdev.vdev.config_len")
        * "device-specific configuration, in the guest's byte order",
        # Not a member in C: there are always 64 queues, and those behind the first unused one do not travel.
        # More overrun them: CVE-2013-4151.
        "vdev.vdev.num_queues" / Range(UInt32, 0, _MAX_QUEUES) * "queues that follow",
        "vdev.vdev.vq" / When(_has_msix, Array("vdev.vdev.num_queues", VIRTQUEUE_MSIX)) * "the queues",
        "vdev.vdev.vq" / When(_has_no_msix, Array("vdev.vdev.num_queues", VIRTQUEUE)) * "the queues",
    )


VIRTIO_RULES = (
    check(_has_vector, "vdev.vdev.config_vector", "config", expected="0xffff, or a vector of the MSI-X table"),
    check(_has_vectors, "vdev.vdev.vq", "config", expected="0xffff, or a vector of the MSI-X table for each queue"),
)
"""What its fields are together."""
