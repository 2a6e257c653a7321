"""virtio memory balloon."""

from __future__ import annotations

from qidl.wire.layouts.virtio import VIRTIO_RULES, virtio
from qidl.wire.primitives import UInt32
from qidl.wire.vmstate import VMState

VIRTIO_BALLOON_V1 = VMState(
    "virtio-balloon",
    version_id=1,
    fields=[
        *virtio(config_len=8),
        "vdev.num_pages" / UInt32 * "pages of 4096 bytes that the guest shall give up",
        "vdev.actual" / UInt32 * "pages that it gave up",
    ],
    rules=VIRTIO_RULES,
)
