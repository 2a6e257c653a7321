"""virtio random number generator, new in 1.3. It has no state of its own."""

from __future__ import annotations

from qidl.wire.layouts.virtio import VIRTIO_RULES, virtio
from qidl.wire.vmstate import VMState

VIRTIO_RNG_V1 = VMState("virtio-rng", version_id=1, fields=virtio(config_len=0), rules=VIRTIO_RULES)
