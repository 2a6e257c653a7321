"""The virtio serial bus and its ports. The section is called virtio-console."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from qidl.annotations import (
    BusState,
    DeviceState,
    array,
    broken,
    elsewhere,
    embedded,
    immutable,
    optional,
    uint16,
    uint32,
    uint64,
)
from qidl.declaration import declare
from qidl.devices.virtio import VirtIODevice, VirtIOPCIProxy, VirtQueue, VirtQueueElement, reset_device, reset_function


@declare
class virtio_console_config:
    """What the guest sees of the bus."""

    cols: uint16 = 0
    rows: uint16 = 0
    max_nr_ports: uint32 = 0


@declare
class VirtIOSerialPort:
    """A serial port, and the buffer of the guest that is half written."""

    id: uint32 = 0
    guest_connected: bool = False
    host_connected: bool = False
    # No member in C: whether elem.out_num is not 0. What follows is absent if it is 0.
    elem_popped: uint32 = 0
    iov_idx: uint32 | None = optional()
    iov_offset: uint64 | None = optional()
    elem: VirtQueueElement | None = optional()

    dev: DeviceState | None = None
    next: object = elsewhere(reason="the next port of the bus")
    vser: VirtIOSerial | None = elsewhere(reason="pointer back to the bus")
    ivq: VirtQueue | None = elsewhere(reason="one of the bus's vdev.vq")
    ovq: VirtQueue | None = elsewhere(reason="one of the bus's vdev.vq")
    bh: object = immutable(reason="writes on")
    throttled: bool = broken(False, reason="whether the host keeps up; taken for granted after loading")


@declare
class VirtIOSerial:
    """A bus of serial ports."""

    vdev: VirtIODevice = embedded(VirtIODevice)
    config: virtio_console_config = embedded(virtio_console_config)
    # A word for 32 ports.
    ports_map: list[uint32] = array()
    # No member in C: the length of the list that follows, in the order in which the ports were made.
    nr_active_ports: uint32 = 0
    ports: list[VirtIOSerialPort] = array(size="nr_active_ports")

    # C has a post_load, too: ports whose host's end changed, until the guest is told after loading.
    c_ivq: VirtQueue | None = elsewhere(reason="one of vdev.vq")
    c_ovq: VirtQueue | None = elsewhere(reason="one of vdev.vq")
    ivqs: list[VirtQueue] | None = elsewhere(reason="those of vdev.vq that ports read from")
    ovqs: list[VirtQueue] | None = elsewhere(reason="those of vdev.vq that ports write to")
    bus: BusState | None = None
    qdev: DeviceState | None = None


@declare
class VirtIOSerialPCI(VirtIOPCIProxy):
    """A virtio serial bus on PCI."""

    vdev: VirtIOSerial = embedded(VirtIOSerial)

    @classmethod
    def reset(cls, ports: Sequence[int] = (1, 0), *, max_nr_ports: int = 8, vectors: int | None = None) -> Self:
        """Power-on state: no port is connected.

        :param ports: numbers of the ports, in the order in which they travel
        :param max_nr_ports: ports that there may be, 1 to 31
        :param vectors: entries of the MSI-X table, one more than ``max_nr_ports`` unless given
        """
        vectors = max_nr_ports + 1 if vectors is None else vectors
        bus = VirtIOSerial(
            # The first port's queues, those for control, and the other ports'.
            vdev=reset_device([128, 128, 32, 32] + [128, 128] * (max_nr_ports - 1), config_len=8, vectors=vectors),
            config=virtio_console_config(max_nr_ports=max_nr_ports),
            ports_map=[sum(1 << number for number in set(ports))],
            ports=[VirtIOSerialPort(id=number) for number in ports],
        )
        bus.nr_active_ports = len(bus.ports)
        return cls(**reset_function(3, kind=3, class_code=0x0780, vectors=vectors), vdev=bus)
