"""What the section of every PCI device begins with: a version, its configuration space, its four interrupt lines."""

from __future__ import annotations

from handwritten.common import Wrong

PCI_FORMAT = ">i256s4I"


def check_pci(version_id: int, lines: tuple[int, ...] | list[int]) -> None:
    """Refuse what no release writes."""
    a, b, c, d = lines
    if version_id < 2 or a > 1 or b > 1 or c > 1 or d > 1:
        raise Wrong
