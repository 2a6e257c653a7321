"""virtio network card."""

from __future__ import annotations

from qidl.wire.layouts.host_order import HostArray, UInt32LE
from qidl.wire.layouts.virtio import VIRTIO_RULES, virtio
from qidl.wire.primitives import Array, Before, Buffer, Range, Since, UInt8, UInt16, UInt32
from qidl.wire.vmstate import VMState

VIRTIO_NET_V11 = VMState(
    "virtio-net",
    version_id=11,
    minimum_version_id=2,
    fields=[
        *virtio(config_len=8),
        "vdev.mac" / Buffer(6),
        "vdev.tx_waiting" / UInt32 * "packets wait in the transmit queue for its timer or bottom half",
        "vdev.mergeable_rx_bufs" / UInt32 * "a received packet may span several buffers",
        "vdev.status" / Since(3, UInt16) * "bit 0: link is up",
        "vdev.promisc" / Since(8, UInt8) * "take every packet",
        "vdev.promisc" / Since(4, Before(8, UInt32)) * "take every packet",
        "vdev.allmulti" / Since(8, UInt8) * "take every multicast packet",
        "vdev.allmulti" / Since(4, Before(8, UInt32)) * "take every multicast packet",
        # QEMU has room for 64, and writes no more. Of a longer table it takes nothing, unless it takes the count for a
        # negative number, and overruns the table: CVE-2013-4148 and -4149.
        "vdev.mac_table.in_use" / Since(5, Range(UInt32, 0, 64)) * "addresses that follow",
        "vdev.mac_table.macs" / Since(5, Array("vdev.mac_table.in_use", Buffer(6))) * "to take, unicast first",
        "vdev.vlans" / Since(6, HostArray(128, UInt32LE)) * "VLANs to take: bit n of word w is VLAN 32w + n",
        "vdev.has_vnet_hdr" / Since(7, UInt32) * "the host's end understands virtio's packet headers",
        "vdev.mac_table.multi_overflow" / Since(9, UInt8) * "too many multicast addresses: take them all",
        "vdev.mac_table.uni_overflow" / Since(9, UInt8) * "too many unicast addresses: take them all",
        "vdev.alluni" / Since(10, UInt8) * "take every unicast packet",
        "vdev.nomulti" / Since(10, UInt8) * "take no multicast packet",
        "vdev.nouni" / Since(10, UInt8) * "take no unicast packet",
        "vdev.nobcast" / Since(10, UInt8) * "take no broadcast packet",
        "vdev.has_ufo" / Since(11, UInt8) * "the host's end does UDP fragmentation offload",
    ],
    rules=VIRTIO_RULES,
)
