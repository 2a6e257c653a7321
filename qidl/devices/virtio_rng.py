"""The virtio random number generator."""

from __future__ import annotations

from typing import Self

from qidl.annotations import DeviceState, QEMUTimer, broken, elsewhere, embedded, immutable, int64
from qidl.declaration import declare
from qidl.devices.virtio import VirtIODevice, VirtIOPCIProxy, VirtQueue, reset_device, reset_function


@declare
class VirtIORNG:
    """A source of random numbers. Of itself it saves nothing."""

    vdev: VirtIODevice = embedded(VirtIODevice)

    qdev: DeviceState | None = None
    vq: VirtQueue | None = elsewhere(reason="the one in vdev.vq")
    conf: object = immutable(reason="properties")
    rng: object = immutable(reason="the host's side")
    rate_limit_timer: QEMUTimer = broken(-1, reason="a new period begins")
    quota_remaining: int64 = broken(0, reason="a new period begins")


@declare
class VirtIORNGPCI(VirtIOPCIProxy):
    """A virtio random number generator on PCI. It has no MSI-X."""

    vdev: VirtIORNG = embedded(VirtIORNG)

    @classmethod
    def reset(cls) -> Self:
        """Power-on state."""
        device = reset_device([8], config_len=0, vectors=0)
        return cls(
            **reset_function(5, kind=4, class_code=0x00FF, vectors=0),
            vdev=VirtIORNG(vdev=device),
        )
