"""The virtio network card."""

from __future__ import annotations

from typing import Self

from qidl.annotations import (
    DeviceState,
    QEMUTimer,
    array,
    broken,
    derived,
    elsewhere,
    embedded,
    immutable,
    int32,
    int64,
    property_,
    size_t,
    uint8,
    uint16,
    uint32,
    valid,
)
from qidl.declaration import declare
from qidl.devices.virtio import VirtIODevice, VirtIOPCIProxy, VirtQueue, VirtQueueElement, reset_device, reset_function

_MULTICAST = 0x01
_VNET_HDR_LEN = 10
_VNET_HDR_LEN_MERGEABLE = 12
_LINK_UP = 1

DEFAULT_MAC = bytes.fromhex("525400123456")
"""Address of the first network card of a machine."""


@declare
class MACTable:
    """Addresses that the card takes packets for, unicast first. The struct has no name in C."""

    # int in C, which has room for 64.
    in_use: uint32 = valid(0, range=(0, 64))
    macs: list[bytearray] = array(None, 6, size="in_use")
    multi_overflow: uint8 = 0
    uni_overflow: uint8 = 0

    first_multi: int32 = derived(0, reason="index of the first multicast address")

    def post_load(self) -> None:
        """Find the first multicast address; there are ``in_use`` before it if there is none."""
        multicast = (index for index, mac in enumerate(self.macs) if mac[0] & _MULTICAST)
        self.first_multi = next(multicast, len(self.macs))


@declare
class VirtIONet:
    """A network card: its filters and what it agreed on with the host's end."""

    vdev: VirtIODevice = embedded(VirtIODevice)
    mac: bytearray = array(6)
    # int in C, as is mergeable_rx_bufs.
    tx_waiting: uint32 = 0
    mergeable_rx_bufs: uint32 = 0
    status: uint16 = _LINK_UP
    promisc: uint8 = 1
    allmulti: uint8 = 0
    mac_table: MACTable = embedded(MACTable)
    vlans: list[uint32] = array(128)
    has_vnet_hdr: uint32 = 0
    alluni: uint8 = 0
    nomulti: uint8 = 0
    nouni: uint8 = 0
    nobcast: uint8 = 0
    has_ufo: uint8 = 0

    rx_vq: VirtQueue | None = elsewhere(reason="one of vdev.vq")
    tx_vq: VirtQueue | None = elsewhere(reason="one of vdev.vq")
    ctrl_vq: VirtQueue | None = elsewhere(reason="one of vdev.vq")
    nic: object = immutable(reason="the host's side")
    tx_timer: QEMUTimer = broken(-1, reason="set anew if tx_waiting says so, for its whole time")
    tx_bh: object = immutable(reason="scheduled again if tx_waiting says so")
    tx_timeout: uint32 = property_("x-txtimer", 150000)
    tx_burst: int32 = property_("x-txburst", 256)
    host_hdr_len: size_t = immutable(0, reason="hangs on the host's end")
    guest_hdr_len: size_t = derived(_VNET_HDR_LEN)
    async_tx_elem: VirtQueueElement | None = broken(reason="async_tx.elem in C: a packet on its way out is lost")
    async_tx_len: int64 = broken(0, reason="async_tx.len in C")
    vhost_started: uint8 = immutable(0, reason="0 whenever state is saved")
    qdev: DeviceState | None = None

    def post_load(self) -> None:
        """Compute the length of the header that the guest puts before a packet."""
        self.guest_hdr_len = _VNET_HDR_LEN_MERGEABLE if self.mergeable_rx_bufs else _VNET_HDR_LEN


@declare
class VirtIONetPCI(VirtIOPCIProxy):
    """A virtio network card on PCI."""

    vdev: VirtIONet = embedded(VirtIONet)

    @classmethod
    def reset(cls, mac: bytes = DEFAULT_MAC, *, vectors: int = 3) -> Self:
        """Power-on state: link up, every packet is taken.

        :param mac: address of the card, 6 bytes
        :param vectors: entries of the MSI-X table
        """
        device = reset_device([256, 256, 64], config_len=8, vectors=vectors)
        return cls(
            **reset_function(0, kind=1, class_code=0x0200, vectors=vectors),
            vdev=VirtIONet(vdev=device, mac=bytearray(mac)),
        )
