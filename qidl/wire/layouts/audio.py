"""The audio subsystem: an empty section wherever there is a sound card. Same in every release."""

from __future__ import annotations

from qidl.wire.vmstate import VMState

AUDIO_V1 = VMState("audio", version_id=1)
