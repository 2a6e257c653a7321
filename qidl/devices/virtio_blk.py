"""The virtio disk."""

from __future__ import annotations

from typing import Self

from qidl.annotations import DeviceState, array, elsewhere, embedded, immutable, uint32
from qidl.declaration import declare
from qidl.devices.virtio import VirtIODevice, VirtIOPCIProxy, VirtQueue, VirtQueueElement, reset_device, reset_function


@declare
class VirtIOBlockReq:
    """A request of the guest."""

    elem: VirtQueueElement = embedded(VirtQueueElement)

    dev: VirtIOBlock | None = elsewhere(reason="pointer back to the disk")
    # ``in`` in C, which Python keeps for itself.
    in_: object = immutable(reason="where elem maps the status to")
    out: object = immutable(reason="where elem maps the header to")
    qiov: object = immutable(reason="the pieces of elem that hold data")
    next: object = elsewhere(reason="the request behind it in the list")
    acct: object = immutable(reason="statistics")


@declare
class VirtIOBlock:
    """A disk."""

    vdev: VirtIODevice = embedded(VirtIODevice)
    # Stopped by an I/O error. The first in the list is the last that came; loading turns the list round.
    rq: list[VirtIOBlockReq] = array()

    bs: object = elsewhere(reason="the host's medium")
    vq: VirtQueue | None = elsewhere(reason="the one in vdev.vq")
    bh: object = immutable(reason="runs the requests again when the machine does")
    conf: object = immutable(reason="properties")
    blk: object = immutable(reason="properties")
    sector_mask: uint32 = immutable(0, reason="alignment of requests, by property")
    qdev: DeviceState | None = None


@declare
class VirtIOBlkPCI(VirtIOPCIProxy):
    """A virtio disk on PCI."""

    vdev: VirtIOBlock = embedded(VirtIOBlock)

    @classmethod
    def reset(cls, *, vectors: int = 2) -> Self:
        """Power-on state.

        :param vectors: entries of the MSI-X table
        """
        device = reset_device([128], config_len=33, vectors=vectors)
        return cls(
            **reset_function(1, kind=2, class_code=0x0100, vectors=vectors),
            vdev=VirtIOBlock(vdev=device),
        )
