"""User-mode networking: what of a guest's connections is saved."""

from __future__ import annotations

from typing import Self

from qidl.annotations import (
    Property,
    array,
    broken,
    elsewhere,
    embedded,
    immutable,
    int8,
    int16,
    int32,
    properties,
    uint8,
    uint16,
    uint32,
)
from qidl.declaration import declare


@declare
class sbuf:
    """One direction of a connection: a ring of bytes."""

    sb_cc: uint32 = 0
    sb_datalen: uint32 = 0
    # Pointers in C, offsets into sb_data on their way. Nothing bounds them there.
    sb_wptr: int32 = 0
    sb_rptr: int32 = 0
    sb_data: bytearray = array(size="sb_datalen")


@declare
class tcpcb:
    """Control block of a TCP connection, in the terms of BSD."""

    t_state: int16 = 0
    t_timer: list[int16] = array(4)
    t_rxtshift: int16 = 0
    t_rxtcur: int16 = 0
    t_dupacks: int16 = 0
    t_maxseg: uint16 = 0
    t_force: int8 = 0
    t_flags: uint16 = 0
    snd_una: uint32 = 0
    snd_nxt: uint32 = 0
    snd_up: uint32 = 0
    snd_wl1: uint32 = 0
    snd_wl2: uint32 = 0
    iss: uint32 = 0
    snd_wnd: uint32 = 0
    rcv_wnd: uint32 = 0
    rcv_nxt: uint32 = 0
    rcv_up: uint32 = 0
    irs: uint32 = 0
    rcv_adv: uint32 = 0
    snd_max: uint32 = 0
    snd_cwnd: uint32 = 0
    snd_ssthresh: uint32 = 0
    t_idle: int16 = 0
    t_rtt: int16 = 0
    t_rtseq: uint32 = 0
    t_srtt: int16 = 0
    t_rttvar: int16 = 0
    t_rttmin: uint16 = 0
    max_sndwnd: uint32 = 0
    t_oobflags: uint8 = 0
    t_iobc: uint8 = 0
    t_softerror: int16 = 0
    snd_scale: uint8 = 0
    rcv_scale: uint8 = 0
    request_r_scale: uint8 = 0
    requested_s_scale: uint8 = 0
    ts_recent: uint32 = 0
    ts_recent_age: uint32 = 0
    last_ack_sent: uint32 = 0

    t_template: object = immutable(reason="header of every segment, made from the socket's addresses")
    t_socket: socket | None = elsewhere(reason="pointer back to the socket")


@declare
class socket:
    """A connection of the guest to a character device of the host."""

    so_urgc: uint32 = 0
    so_faddr: uint32 = 0
    so_laddr: uint32 = 0
    so_fport: uint16 = 0
    so_lport: uint16 = 0
    so_iptos: uint8 = 0
    so_emu: uint8 = 0
    so_type: uint8 = 0
    so_state: uint32 = 0
    so_rcv: sbuf = embedded(sbuf)
    so_snd: sbuf = embedded(sbuf)
    so_tcpcb: tcpcb = embedded(tcpcb)

    s: int32 = immutable(-1, reason="descriptor of the host; a character device has none")
    extra: object = elsewhere(reason="the rule that has the same address and port, found again on loading")
    slirp: Slirp | None = elsewhere(reason="pointer back to the network")


@declare
class BOOTPClient:
    """An address that the DHCP server has to give."""

    allocated: uint16 = 0
    macaddr: bytearray = array(6)


@declare
class Slirp:
    """A user-mode network."""

    # Out of tcb, the connections that a guest-forwarding rule leads to a character device.
    sockets: list[socket] = array()
    ip_id: uint16 = 0
    bootp_clients: list[BOOTPClient] = array(16)

    tcb: object = broken(reason="all other connections are cut")
    tcp_iss: uint32 = broken(0, reason="initial sequence numbers begin anew")
    udb: object = broken(reason="answers to datagrams sent before are lost")
    icmp: object = broken(reason="answers to echo requests sent before are lost")
    ipq: object = broken(reason="datagrams that are still in fragments are lost")
    m_freelist: object = broken(reason="packets queued for the guest are lost")
    m_usedlist: object = broken(reason="packets queued for the guest are lost")
    if_fastq: object = broken(reason="packets queued for the guest are lost")
    if_batchq: object = broken(reason="packets queued for the guest are lost")
    arp_table: object = broken(reason="learnt again")
    tftp_sessions: object = broken(reason="transfers under way are cut")
    client_ipaddr: uint32 = broken(0, reason="learnt again when the guest next asks for its address")
    exec_list: object = properties(Property("guestfwd"))
    vnetwork_addr: uint32 = properties(Property("net"), default=0)
    vnetwork_mask: uint32 = properties(Property("net"), default=0)
    vhost_addr: uint32 = properties(Property("host"), default=0)
    vdhcp_startaddr: uint32 = properties(Property("dhcpstart"), default=0)
    vnameserver_addr: uint32 = properties(Property("dns"), default=0)
    client_hostname: str = properties(Property("hostname"), default="")
    restricted: int32 = properties(Property("restrict", False), default=0)
    tftp_prefix: str | None = properties(Property("tftp"))
    bootp_filename: str | None = properties(Property("bootfile"))
    opaque: object = immutable(reason="the host's side")

    @classmethod
    def reset(cls) -> Self:
        """Power-on state: no connection, no address given."""
        return cls()
