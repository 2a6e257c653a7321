"""The Intel 8255x Ethernet controllers. Same bytes for every model, in every release; the model names the section."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from qidl.wire.layouts.pci import PCI_DEVICE
from qidl.wire.primitives import Array, Buffer, UInt8, UInt16, UInt32, Unused
from qidl.wire.vmstate import VMState

_FIELDS = (
    "dev" / PCI_DEVICE,
    "unused_registers" / Unused(32) * "were registers that the chip does not have",
    "mult" / Buffer(8) * "multicast hash",
    "mem" / Buffer(4096) * "registers, little-endian",
    "scb_stat" / UInt8 * "status of command and receive unit",
    "int_stat" / UInt8 * "interrupt causes",
    "unused_region" / Unused(3 * 4) * "were the addresses of the BARs",
    "conf.macaddr" / Buffer(6) * "own address; the destination's gives way to it",
    "unused_statcounter" / Unused(19 * 4) * "were counters",
    "mdimem" / Array(32, UInt16) * "registers of the PHY",
    "device" / UInt32 * "model, its name read as hexadecimal",
    "cu_base" / UInt32 * "command unit: base",
    "cu_offset" / UInt32 * "command unit: offset of the next command block",
    "ru_base" / UInt32 * "receive unit: base",
    "ru_offset" / UInt32 * "receive unit: offset of the next frame descriptor",
    "statsaddr" / UInt32 * "where the guest wants its statistics",
    "statistics.tx_good_frames" / UInt32,
    "statistics.tx_max_collisions" / UInt32,
    "statistics.tx_late_collisions" / UInt32,
    "statistics.tx_underruns" / UInt32,
    "statistics.tx_lost_crs" / UInt32 * "carrier lost",
    "statistics.tx_deferred" / UInt32,
    "statistics.tx_single_collisions" / UInt32,
    "statistics.tx_multiple_collisions" / UInt32,
    "statistics.tx_total_collisions" / UInt32,
    "statistics.rx_good_frames" / UInt32,
    "statistics.rx_crc_errors" / UInt32,
    "statistics.rx_alignment_errors" / UInt32,
    "statistics.rx_resource_errors" / UInt32,
    "statistics.rx_overrun_errors" / UInt32,
    "statistics.rx_cdt_errors" / UInt32 * "collision detect",
    "statistics.rx_short_frame_errors" / UInt32,
    "statistics.fc_xmt_pause" / UInt32 * "flow control: pause frames sent",
    "statistics.fc_rcv_pause" / UInt32 * "flow control: pause frames received",
    "statistics.fc_rcv_unsupported" / UInt32 * "flow control: other frames received",
    "statistics.xmt_tco_frames" / UInt16 * "management frames sent",
    "statistics.rcv_tco_frames" / UInt16 * "management frames received",
    "configuration" / Buffer(22) * "operand of the configure command",
)


def _model(name: str) -> VMState:
    return VMState(name, version_id=3, minimum_version_id=2, fields=_FIELDS)


I82550_V3 = _model("i82550")
I82551_V3 = _model("i82551")
I82557A_V3 = _model("i82557a")
I82557B_V3 = _model("i82557b")
I82557C_V3 = _model("i82557c")
I82558A_V3 = _model("i82558a")
I82558B_V3 = _model("i82558b")
I82559A_V3 = _model("i82559a")
I82559B_V3 = _model("i82559b")
I82559C_V3 = _model("i82559c")
I82559ER_V3 = _model("i82559er")
I82562_V3 = _model("i82562")
I82801_V3 = _model("i82801")

EEPRO100_V3: Final[Mapping[str, VMState]] = {
    layout.name: layout
    for layout in (
        I82550_V3,
        I82551_V3,
        I82557A_V3,
        I82557B_V3,
        I82557C_V3,
        I82558A_V3,
        I82558B_V3,
        I82559A_V3,
        I82559B_V3,
        I82559C_V3,
        I82559ER_V3,
        I82562_V3,
        I82801_V3,
    )
}
"""The layout of every model, by the name of its section."""
