"""virtio SCSI adapter, from 1.1. Its requests travel with the disks that they are for."""

from __future__ import annotations

from qidl.wire.layouts.virtio import VIRTIO_RULES, virtio
from qidl.wire.vmstate import VMState

VIRTIO_SCSI_V1 = VMState(
    "virtio-scsi", version_id=1, minimum_version_id=0, fields=virtio(config_len=36), rules=VIRTIO_RULES
)
