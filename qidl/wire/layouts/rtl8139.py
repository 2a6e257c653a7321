"""The Realtek RTL8139C+ Ethernet controller. Same bytes in every release."""

from __future__ import annotations

from qidl.wire.layouts.pci import PCI_DEVICE
from qidl.wire.primitives import Array, Buffer, Int32, Int64, Since, UInt8, UInt16, UInt32, UInt64, Unused
from qidl.wire.vmstate import VMState

TALLY_COUNTERS = VMState(
    "tally_counters",
    version_id=1,
    fields=[
        "TxOk" / UInt64 * "packets sent",
        "RxOk" / UInt64 * "packets received",
        "TxERR" / UInt64 * "packets not sent for an error",
        "RxERR" / UInt32 * "packets received with an error",
        "MissPkt" / UInt16 * "packets missed",
        "FAE" / UInt16 * "frame alignment errors",
        "Tx1Col" / UInt32 * "packets sent after one collision",
        "TxMCol" / UInt32 * "packets sent after several collisions",
        "RxOkPhy" / UInt64 * "unicast packets received",
        "RxOkBrd" / UInt64 * "broadcast packets received",
        # RxOkMul, the multicast counter, ought to be here.
        "TxAbt" / UInt16 * "packets given up",
        "TxUndrn" / UInt16 * "packets sent after an underrun",
    ],
)

RTL8139_HOTPLUG_READY = VMState(
    # No payload: its presence makes a release that cannot load a hot-plugged machine refuse.
    "rtl8139/hotplug_ready",
    version_id=1,
)

RTL8139_V4 = VMState(
    "rtl8139",
    version_id=4,
    minimum_version_id=3,
    fields=[
        "dev" / PCI_DEVICE,
        "phys" / Buffer(6) * "own address; C has room for 8 bytes",
        "mult" / Buffer(8) * "multicast hash",
        "TxStatus" / Array(4, UInt32) * "transmit status, in C mode",
        "TxAddr" / Array(4, UInt32) * "transmit addresses, in C mode",
        "RxBuf" / UInt32 * "receive buffer, in C mode",
        "RxBufferSize" / UInt32 * "bytes of it",
        "RxBufPtr" / UInt32 * "read offset in it",
        "RxBufAddr" / UInt32 * "write offset in it",
        "IntrStatus" / UInt16 * "interrupt causes",
        "IntrMask" / UInt16 * "interrupts enabled",
        "TxConfig" / UInt32,
        "RxConfig" / UInt32,
        "RxMissed" / UInt32 * "packets missed",
        "CSCR" / UInt16 * "CS configuration: link test and status",
        "Cfg9346" / UInt8 * "EEPROM access and write protection",
        "Config0" / UInt8,
        "Config1" / UInt8,
        "Config3" / UInt8,
        "Config4" / UInt8,
        "Config5" / UInt8,
        "clock_enabled" / UInt8 * "the chip's clock runs",
        "bChipCmdState" / UInt8 * "receiver and transmitter enabled, buffer empty",
        "MultiIntr" / UInt16 * "early interrupts",
        "BasicModeCtrl" / UInt16 * "PHY: control",
        "BasicModeStatus" / UInt16 * "PHY: status",
        "NWayAdvert" / UInt16 * "PHY: own abilities",
        "NWayLPAR" / UInt16 * "PHY: the partner's abilities",
        "NWayExpansion" / UInt16 * "PHY: auto-negotiation",
        "CpCmd" / UInt16 * "C+ command",
        "TxThresh" / UInt8 * "early transmit threshold, in C+ mode",
        "unused_irq" / Unused(4) * "stood for the interrupt line",
        "conf.macaddr" / Buffer(6) * "address that the command line gave",
        "rtl8139_mmio_io_addr_dummy" / Int32 * "was the number of a region of memory; written as 0",
        "currTxDesc" / UInt32 * "transmit descriptor, in C mode",
        "currCPlusRxDesc" / UInt32 * "receive descriptor, in C+ mode",
        "currCPlusTxDesc" / UInt32 * "transmit descriptor, in C+ mode",
        "RxRingAddrLO" / UInt32 * "receive ring in C+ mode, low half",
        "RxRingAddrHI" / UInt32 * "receive ring in C+ mode, high half",
        "eeprom.contents" / Array(64, UInt16) * "words of the EEPROM",
        "eeprom.mode" / Int32 * "what the EEPROM is about to do",
        "eeprom.tick" / UInt32 * "clock edges since it was selected",
        "eeprom.address" / UInt8,
        "eeprom.input" / UInt16 * "bits shifted in",
        "eeprom.output" / UInt16 * "bits left to shift out",
        "eeprom.eecs" / UInt8 * "line: chip select",
        "eeprom.eesk" / UInt8 * "line: clock",
        "eeprom.eedi" / UInt8 * "line: data in",
        "eeprom.eedo" / UInt8 * "line: data out",
        "TCTR" / UInt32 * "timer count, ticks of the 33 MHz PCI clock",
        "TimerInt" / UInt32 * "count at which the timer interrupts, 0 = never",
        "TCTR_base" / Int64 * "when the timer was 0, ns of the virtual clock",
        "tally_counters" / TALLY_COUNTERS,
        # Version 3 does not say: there it is on if CpCmd is not 0.
        "cplus_enabled" / Since(4, UInt32) * "C+ mode",
    ],
    subsections=[RTL8139_HOTPLUG_READY],
)
