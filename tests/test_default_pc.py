"""The default PC at power-on."""

from __future__ import annotations

from typing import Any

import captures
import pytest

import qidl
from qidl.differences import diff
from qidl.errors import CompatError, SchemaError
from qidl.levels import LEVELS
from qidl.testing import power_on

# What the releases captured otherwise: the host's clock, and what a release sets to other values.
_DIFFERENT = {
    *("mc146818rtc.*", "ram.*", "fdc.state.drives[1].sect", "e1000.phy_reg[1]", "e1000.mac_reg.RA[0]"),
    *("e1000.mac_reg.RA[1]", "piix4_pm.pci0_status.up"),
}


@pytest.mark.parametrize("level", LEVELS)
def test_power_on(level: str) -> None:
    """The machine at power-on is what the release of its level captured, and its stream loads."""
    snapshot = power_on(level)
    assert level == snapshot.level
    assert level in qidl.load(snapshot.to_bytes()).possible_levels
    captured = qidl.load(captures.own(level), level=level)
    assert {name: block.length for name, block in captured.ram.items()} == {
        name: block.length for name, block in snapshot.ram.items()
    }
    found = {(one.section.rpartition("/")[2], one.path) for one in diff(snapshot, captured)}
    assert set() == {f"{name}.{'*' if f'{name}.*' in _DIFFERENT else path}" for name, path in found} - _DIFFERENT


def test_power_on_with_more_memory() -> None:
    """The size of memory is in its block and in CMOS RAM; a machine is one's own."""
    snapshot = power_on("pc-1.2", ram_size=64 << 20)
    assert 64 << 20 == snapshot.ram["pc.ram"].length
    assert bytes([0, 63 * 4]) == snapshot["mc146818rtc"].state["cmos_data"][0x17:0x19]
    assert bytes(8) == snapshot.ram["pc.ram"].read(0, 8, missing=0)
    snapshot["timer"].state["dummy"] = 1
    assert 0 == power_on("pc-1.2", ram_size=64 << 20)["timer"].state["dummy"]
    with pytest.raises(CompatError, match="found 'pc-9'"):
        power_on("pc-9")


@pytest.mark.parametrize("ram_size", [0, 100, -4096, 1 << 70, 4096.0, True, "16M"])
def test_power_on_with_memory_that_there_cannot_be(ram_size: Any) -> None:
    """Memory is whole pages, as many as a PC can have."""
    with pytest.raises(SchemaError, match=r"^ram_size: expected from 1 to \d+ pages of 4096 bytes, found "):
        power_on(ram_size=ram_size)


@pytest.mark.parametrize("ram_size", [4096, 1 << 52])
def test_limits_of_memory(ram_size: int) -> None:
    """The least and the most memory there can be."""
    assert ram_size == power_on(ram_size=ram_size).ram["pc.ram"].length
