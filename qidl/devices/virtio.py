"""virtio: what all its devices have in common, and the requests in their queues."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qidl.annotations import (
    MemoryRegion,
    Property,
    array,
    elsewhere,
    embedded,
    immutable,
    int32,
    optional,
    properties,
    property_,
    uint8,
    uint16,
    uint32,
    uint64,
    valid,
)
from qidl.declaration import declare
from qidl.devices.pci import PCIDevice, config_space

NO_VECTOR = 0xFFFF
"""Number that stands for no entry of the MSI-X table."""

VIRTQUEUE_MAX_SIZE = 1024

_MAX_QUEUES = 64
_MSIX_MASKED = 1


@declare
class VRing:
    """Where a queue lies in guest memory."""

    num: uint32 = valid(0, range=(0, VIRTQUEUE_MAX_SIZE))

    desc: uint64 = immutable(0, reason="computed again from the queue's pa and num")
    avail: uint64 = immutable(0, reason="computed again from the queue's pa and num")
    used: uint64 = immutable(0, reason="computed again from the queue's pa and num")


@declare
class VirtQueue:
    """A queue: the next request that the device will take from it, and how it interrupts."""

    vring: VRing = embedded(VRing)
    pa: uint64 = 0
    last_avail_idx: uint16 = 0
    # Only with MSI-X does it travel.
    vector: uint16 | None = optional()

    signalled_used: uint16 = immutable(0, reason="not looked at, since signalled_used_valid is false after loading")
    signalled_used_valid: bool = immutable(False, reason="false after loading: the next interrupt is sent in any case")
    notification: bool = immutable(True, reason="true after loading: the guest notifies the device of every request")
    inuse: int32 = immutable(0, reason="requests taken and not yet returned; the devices know which")
    handle_output: object = immutable()
    vdev: VirtIODevice | None = elsewhere(reason="pointer back to the device")
    guest_notifier: object = immutable()
    host_notifier: object = immutable()


@declare
class VirtIODevice:
    """What every virtio device begins with: registers and queues."""

    # Only with MSI-X does it travel.
    config_vector: uint16 | None = optional()
    status: uint8 = 0
    isr: uint8 = 0
    queue_sel: uint16 = valid(0, range=(0, _MAX_QUEUES - 1))
    guest_features: uint32 = 0
    # size_t in C.
    config_len: uint32 = 0
    config: bytearray = array(size="config_len")
    # No member in C: there are always 64, and those before the first unused one travel.
    num_queues: uint32 = valid(0, range=(0, _MAX_QUEUES))
    vq: list[VirtQueue] = array(size="num_queues")

    name: str = immutable("")
    nvectors: int32 = immutable(0, reason="entries of the MSI-X table, by property")
    get_features: object = immutable()
    bad_features: object = immutable()
    set_features: object = immutable()
    get_config: object = immutable()
    set_config: object = immutable()
    reset: object = immutable(reason="hook of the device")
    set_status: object = immutable()
    binding: object = immutable(reason="how the bus is reached")
    binding_opaque: VirtIOPCIProxy | None = elsewhere(reason="pointer back to the PCI function")
    device_id: uint16 = immutable(0, reason="kind of device")
    vm_running: bool = immutable(False, reason="whether the machine runs")
    vmstate: object = immutable(reason="entry in a list of callbacks")


@declare
class VirtIOPCIProxy(PCIDevice):
    """The PCI function that stands before a virtio device; the device itself is its ``vdev``."""

    # Absent without MSI-X; else as many entries as its capability says, of 16 bytes, or of 1 bit.
    msix_table: bytearray | None = optional(array())
    msix_pba: bytearray | None = optional(array())

    bar: MemoryRegion | None = None
    flags: uint32 = properties(Property("ioeventfd", True, bit=1), default=1 << 1)
    class_code: uint32 = property_("class", 0)
    nvectors: uint32 = property_("vectors", 0)
    blk: object = immutable(reason="properties of a disk")
    nic: object = immutable(reason="properties of a network card")
    host_features: uint32 = immutable(0, reason="features that are offered, by property and by what the host can do")
    fsconf: object = immutable(reason="properties of a file system")
    serial: object = immutable(reason="properties of a serial bus")
    net: object = immutable(reason="properties of a network card")
    scsi: object = immutable(reason="properties of a SCSI adapter")
    rng: object = immutable(reason="properties of a random number generator")
    ioeventfd_disabled: bool = immutable(False)
    ioeventfd_started: bool = immutable(False)
    vector_irqfd: object = immutable()


@declare
class iovec:
    """A piece of host memory."""

    # Of no meaning elsewhere: a loading QEMU maps the guest address anew.
    iov_base: uint64 = 0
    iov_len: uint64 = 0


@declare
class VirtQueueElement:
    """A request that was taken from a queue, and the guest memory that it speaks of.

    Beyond ``out_num`` and ``in_num`` the arrays hold what memory held before.
    """

    index: uint32 = 0
    out_num: uint32 = valid(0, range=(0, VIRTQUEUE_MAX_SIZE))
    in_num: uint32 = valid(0, range=(0, VIRTQUEUE_MAX_SIZE))
    # No member in C: the struct travels as it is in memory.
    padding: bytearray = array(4)
    in_addr: list[uint64] = array(VIRTQUEUE_MAX_SIZE)
    out_addr: list[uint64] = array(VIRTQUEUE_MAX_SIZE)
    in_sg: list[iovec] = array(VIRTQUEUE_MAX_SIZE)
    out_sg: list[iovec] = array(VIRTQUEUE_MAX_SIZE)


def reset_device(queues: Sequence[int], *, config_len: int, vectors: int) -> VirtIODevice:
    """A virtio device that no driver has touched.

    :param queues: size of each queue
    :param config_len: bytes of its configuration
    :param vectors: entries of the MSI-X table, 0 for none
    """
    vector = NO_VECTOR if vectors else None
    return VirtIODevice(
        config_vector=vector,
        config_len=config_len,
        config=bytearray(config_len),
        num_queues=len(queues),
        vq=[VirtQueue(vring=VRing(num=size), vector=vector) for size in queues],
        nvectors=vectors,
    )


def reset_function(number: int, *, kind: int, class_code: int, vectors: int) -> dict[str, Any]:
    """Values for the fields of a :class:`VirtIOPCIProxy` at power-on.

    :param number: PCI device id, less 0x1000
    :param kind: virtio's number for the kind of device, which is the subsystem id
    :param class_code: PCI class
    :param vectors: entries of the MSI-X table, up to 128; 0 for none
    """
    registers = {
        **_bytes(0x00, 0x1AF4, 2),
        **_bytes(0x02, 0x1000 + number, 2),
        **_bytes(0x0A, class_code, 2),
        0x10: 1,  # registers, in I/O space
        **_bytes(0x2C, 0x1AF4, 2),
        **_bytes(0x2E, kind, 2),
        0x3D: 1,
    }
    if not vectors:
        return {"config": config_space(registers), "class_code": class_code}
    capability = {
        0x06: 0x10,
        0x34: 0x40,
        0x40: 0x11,
        **_bytes(0x42, vectors - 1, 2),
        **_bytes(0x44, 0x0001, 4),  # table at 0 of BAR 1
        **_bytes(0x48, 0x0801, 4),  # pending bits at 0x800
    }
    return {
        "config": config_space(registers | capability),
        "class_code": class_code,
        "nvectors": vectors,
        "msix_table": bytearray([*bytes(12), _MSIX_MASKED, 0, 0, 0] * vectors),
        "msix_pba": bytearray((vectors + 7) // 8),
    }


def _bytes(offset: int, value: int, size: int) -> dict[int, int]:
    return dict(enumerate(value.to_bytes(size, "little"), offset))
