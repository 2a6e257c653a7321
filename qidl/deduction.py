"""Which levels could have written the sections of a stream."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from qidl.errors import WireError
from qidl.levels import LEVELS, section_key
from qidl.walk import Found, Walk


def fitting_levels(walked: Walk, data: memoryview) -> tuple[str, ...]:
    """Names of the levels that could have written a stream, the likeliest first, and of several that the oldest.

    Where none could, those that could read it: a section may be of an older version than any level writes.
    """
    fitting = _by_sections(walked.sections)
    if len(fitting) < 2 or not (_has_memory_of_1_2(walked) or any(_is_of_1_2(one, data) for one in walked.sections)):
        return fitting
    return tuple(sorted(fitting, key=lambda name: name in _BEFORE_1_2))


_BEFORE_1_2: Final = ("pc-1.0", "pc-1.1")


def _has_memory_of_1_2(walked: Walk) -> bool:
    """Whether a standard or VMware VGA has more video memory than it had before 1.2."""
    vram = walked.ram.get("vga.vram")
    keys = {section_key(found.header.idstr) for found in walked.sections}
    return vram is not None and vram.length > 8 << 20 and not keys.isdisjoint({"/vga", "/vmware_vga"})


def _is_of_1_2(found: Found, data: memoryview) -> bool:
    """Whether a virtio device has more bytes of configuration, or more vectors, than it had by itself before 1.2."""
    key = section_key(found.header.idstr)
    if key not in ("/virtio-blk", "/virtio-scsi") or not found.layouts:
        return False
    layout = next(iter(found.layouts.values()))
    try:
        state = layout.decode(data[found.header.payload_offset : found.end], found.header.version_id)
    except WireError:
        # Read leniently, it need not be right.
        return False
    return state["vdev"]["vdev"]["config_len"] > 32 if key == "/virtio-blk" else len(state.get("msix_table", b"")) > 32


def _by_sections(sections: Iterable[Found]) -> tuple[str, ...]:
    described = [found for found in sections if found.layouts]

    def writes(found: Found, name: str) -> bool:
        layout = found.layouts.get(name)
        return layout is not None and layout.accept(found.header.version_id) == layout.written(found.header.version_id)

    written = tuple(name for name in LEVELS if all(writes(found, name) for found in described))
    return written or tuple(name for name in LEVELS if all(name in found.layouts for found in described))


def nearest_level(sections: Iterable[Found]) -> str:
    """The level that reads the most sections, the oldest of several: for a mixture that fits none whole."""
    described = [found for found in sections if found.layouts]

    def count(name: str) -> Any:
        return sum(name in found.layouts for found in described)

    return max(LEVELS, key=count)
