"""virtio disk. Its config grew by a byte in 1.2, which the section itself tells."""

from __future__ import annotations

from qidl.wire.layouts.virtio import VIRTIO_RULES, virtio
from qidl.wire.layouts.virtqueue import VIRTQUEUE_ELEMENT
from qidl.wire.primitives import Listed
from qidl.wire.vmstate import VMState

VIRTIO_BLK_REQ = VMState(
    "VirtIOBlockReq",
    version_id=2,
    fields=["elem" / VIRTQUEUE_ELEMENT * "its place in the queue and in guest memory"],
)

VIRTIO_BLK_V2 = VMState(
    "virtio-blk",
    version_id=2,
    fields=[
        *virtio(config_len=33),
        "vdev.rq" / Listed(1, VIRTIO_BLK_REQ) * "requests that an I/O error stopped; run again when the machine is",
    ],
    rules=VIRTIO_RULES,
)
