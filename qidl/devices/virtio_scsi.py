"""The virtio SCSI adapter."""

from __future__ import annotations

from typing import Self

from qidl.annotations import BusState, DeviceState, broken, elsewhere, embedded, immutable, int32, uint32
from qidl.declaration import declare
from qidl.devices.virtio import VirtIODevice, VirtIOPCIProxy, VirtQueue, reset_device, reset_function


@declare
class VirtIOSCSI:
    """A SCSI adapter. Its requests travel with the disks that they are for."""

    vdev: VirtIODevice = embedded(VirtIODevice)

    qdev: DeviceState | None = None
    conf: object = immutable(reason="properties")
    bus: BusState | None = None
    sense_size: uint32 = broken(96, reason="what the guest set is in vdev.config, but is not taken from there")
    cdb_size: uint32 = broken(32, reason="what the guest set is in vdev.config, but is not taken from there")
    resetting: int32 = immutable(0, reason="1 only within a reset")
    events_dropped: bool = broken(False, reason="the guest is not told that it missed an event")
    ctrl_vq: VirtQueue | None = elsewhere(reason="one of vdev.vq")
    event_vq: VirtQueue | None = elsewhere(reason="one of vdev.vq")
    cmd_vqs: list[VirtQueue] | None = elsewhere(reason="the rest of vdev.vq")


@declare
class VirtIOSCSIPCI(VirtIOPCIProxy):
    """A virtio SCSI adapter on PCI."""

    vdev: VirtIOSCSI = embedded(VirtIOSCSI)

    @classmethod
    def reset(cls, num_queues: int = 1, *, vectors: int | None = None) -> Self:
        """Power-on state.

        :param num_queues: queues for requests, beside those for control and events
        :param vectors: entries of the MSI-X table, three more than ``num_queues`` unless given
        """
        vectors = num_queues + 3 if vectors is None else vectors
        device = reset_device([128] * (2 + num_queues), config_len=36, vectors=vectors)
        return cls(
            **reset_function(4, kind=8, class_code=0x0100, vectors=vectors),
            vdev=VirtIOSCSI(vdev=device),
        )
