"""From the payload of pc-1.3 to the device object, and back: the one place where the benchmarks say how."""

from __future__ import annotations

from captured import layout
from codec import Codec
from qidl import from_payload, to_payload
from qidl.devices import device_class
from qidl.section import Section


def objects(section: Section) -> Codec:
    """What turns the payload of a section of the newest level into its device object, and that into the payload."""
    form, version, cls = layout(section), section.version_id, device_class(section.idstr)
    return Codec(
        lambda payload: from_payload(cls, form, payload, version),
        lambda device: to_payload(device, form, version),
    )
