"""Which levels could have written the sections of a stream."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from qidl.errors import WireError
from qidl.levels import LEVELS, RESIZED_VGAS, VIDEO_MEMORY, section_key
from qidl.limits import Budget
from qidl.walk import Found, Walk
from qidl.wire.mapped import held


def fitting_levels(walked: Walk, data: memoryview) -> tuple[str, ...]:
    """Names of the levels that could have written a stream, the likeliest first, and of several that the oldest.

    Where none could, those that could read it: a section may be of an older version than any level writes.
    """
    fitting = _by_sections(walked.sections)
    if len(fitting) < 2:
        return fitting
    found = [*_sizes(walked, data)]

    def others(name: str) -> int:
        """How many devices do not have what they have at a level by themselves."""
        return sum(getattr(LEVELS[name].sizes, what) != size for what, size in found)

    return tuple(sorted(fitting, key=others))


def _sizes(walked: Walk, data: memoryview) -> Iterator[tuple[str, int]]:
    """What devices have that differs between levels: the name in :class:`~qidl.levels.Sizes`, and how much."""
    keys = {section_key(found.header.idstr) for found in walked.sections}
    if VIDEO_MEMORY in walked.ram and not keys.isdisjoint(RESIZED_VGAS):
        yield "video_memory", walked.ram[VIDEO_MEMORY].length
    for found in walked.sections:
        key = section_key(found.header.idstr)
        if key not in ("/virtio-blk", "/virtio-scsi") or not found.layouts:
            continue
        state = _state(found, data, walked.budget)
        if key == "/virtio-blk" and state:
            yield "blk_config", state["vdev"]["vdev"]["config_len"]
        elif "msix_table" in state:
            yield "scsi_msix_table", len(state["msix_table"])


def _state(found: Found, data: memoryview, budget: Budget) -> dict[str, Any]:
    """What a section holds; nothing if it cannot be read strictly, or only beyond the limits."""
    payload = data[found.header.payload_offset : found.end]
    if len(payload) > budget.left:
        return {}
    budget.take_bytes(len(payload), found.header.idstr)
    layout = next(iter(found.layouts.values()))
    with held(payload):
        try:
            return layout.decode(payload, found.header.version_id, limits=budget.limits)
        except WireError:
            return {}


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
