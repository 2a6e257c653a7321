"""The virtio memory balloon."""

from __future__ import annotations

from typing import Self

from qidl.annotations import DeviceState, array, broken, elsewhere, embedded, size_t, uint32, uint64
from qidl.declaration import declare
from qidl.devices.virtio import VirtIODevice, VirtIOPCIProxy, VirtQueue, VirtQueueElement, reset_device, reset_function


@declare
class VirtIOBalloon:
    """A balloon: how much memory the guest shall give up, and has."""

    vdev: VirtIODevice = embedded(VirtIODevice)
    num_pages: uint32 = 0
    actual: uint32 = 0

    ivq: VirtQueue | None = elsewhere(reason="one of vdev.vq")
    dvq: VirtQueue | None = elsewhere(reason="one of vdev.vq")
    svq: VirtQueue | None = elsewhere(reason="one of vdev.vq")
    stats: list[uint64] = broken(array(6), reason="what the guest told of its memory is forgotten")
    stats_vq_elem: VirtQueueElement | None = broken(reason="the guest's buffer for statistics never comes back")
    stats_vq_offset: size_t = broken(0, reason="goes with stats_vq_elem")
    qdev: DeviceState | None = None


@declare
class VirtIOBalloonPCI(VirtIOPCIProxy):
    """A virtio balloon on PCI. It has no MSI-X."""

    vdev: VirtIOBalloon = embedded(VirtIOBalloon)

    @classmethod
    def reset(cls) -> Self:
        """Power-on state: the guest has all its memory."""
        device = reset_device([128, 128, 128], config_len=8, vectors=0)
        return cls(
            **reset_function(2, kind=5, class_code=0x00FF, vectors=0),
            vdev=VirtIOBalloon(vdev=device),
        )
