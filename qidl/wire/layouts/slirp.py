"""User-mode networking. Written by hand in C, without a description; same bytes in every release."""

from __future__ import annotations

from qidl.validation import check
from qidl.wire.primitives import Array, Buffer, Int8, Int16, Int32, Listed, Since, UInt8, UInt16, UInt32
from qidl.wire.vmstate import VMState

SOCKET_MARKER = 42
"""The byte before each socket."""


def _is_within(pointer: int, length: int) -> bool:
    return 0 <= pointer < max(length, 1)


SBUF = VMState(
    "sbuf",
    version_id=3,
    old_style=True,
    fields=[
        "sb_cc" / UInt32 * "bytes in use",
        "sb_datalen" / UInt32 * "bytes that there is room for",
        "sb_wptr" / Int32 * "write offset into sb_data",
        "sb_rptr" / Int32 * "read offset into sb_data",
        "sb_data" / Buffer("sb_datalen") * "the whole ring, whatever is in use",
    ],
    # From 2.10 on.
    rules=[
        check(_is_within, pointer, "sb_datalen", expected="an index below sb_datalen")
        for pointer in ("sb_wptr", "sb_rptr")
    ],
)

TCPCB = VMState(
    "tcpcb",
    version_id=3,
    old_style=True,
    fields=[
        "t_state" / Int16 * "state of the connection, 4 = established",
        "t_timer" / Array(4, Int16) * "retransmit, persist, keep-alive, 2 MSL; half-seconds",
        "t_rxtshift" / Int16 * "log2 of the back-off",
        "t_rxtcur" / Int16 * "retransmit time-out, half-seconds",
        "t_dupacks" / Int16 * "duplicate acknowledgements in a row",
        "t_maxseg" / UInt16 * "greatest segment, bytes",
        "t_force" / Int8 * "send a byte even into a closed window",
        "t_flags" / UInt16,
        "snd_una" / UInt32 * "oldest byte not acknowledged",
        "snd_nxt" / UInt32 * "next byte to send",
        "snd_up" / UInt32 * "urgent pointer",
        "snd_wl1" / UInt32 * "sequence number of the last window update",
        "snd_wl2" / UInt32 * "acknowledgement number of the last window update",
        "iss" / UInt32 * "first sequence number sent",
        "snd_wnd" / UInt32 * "send window",
        "rcv_wnd" / UInt32 * "receive window",
        "rcv_nxt" / UInt32 * "next byte expected",
        "rcv_up" / UInt32 * "urgent pointer",
        "irs" / UInt32 * "first sequence number received",
        "rcv_adv" / UInt32 * "end of the window advertised",
        "snd_max" / UInt32 * "highest byte sent, plus one",
        "snd_cwnd" / UInt32 * "congestion window",
        "snd_ssthresh" / UInt32 * "where slow start ends",
        "t_idle" / Int16 * "half-seconds since anything came",
        "t_rtt" / Int16 * "half-seconds since the timed segment went",
        "t_rtseq" / UInt32 * "sequence number of the timed segment",
        "t_srtt" / Int16 * "round-trip time, smoothed",
        "t_rttvar" / Int16 * "its variance, smoothed",
        "t_rttmin" / UInt16 * "least round-trip time",
        "max_sndwnd" / UInt32 * "greatest window that the peer offered",
        "t_oobflags" / UInt8 * "out-of-band data was seen",
        "t_iobc" / UInt8 * "the out-of-band byte",
        "t_softerror" / Int16 * "error not yet told",
        "snd_scale" / UInt8 * "window scale, sending",
        "rcv_scale" / UInt8 * "window scale, receiving",
        "request_r_scale" / UInt8 * "window scale asked for",
        "requested_s_scale" / UInt8 * "window scale that the peer asked for",
        "ts_recent" / UInt32 * "the peer's last time stamp",
        "ts_recent_age" / UInt32 * "when it came",
        "last_ack_sent" / UInt32,
    ],
)

SOCKET = VMState(
    "socket",
    version_id=3,
    old_style=True,
    fields=[
        "so_urgc" / UInt32 * "urgent bytes left",
        # Addresses and ports are in network order in memory, and written as if they were the host's integers.
        "so_faddr" / UInt32 * "address that the guest connected to; 10.0.2.100 is 0x6402000a on a PC",
        "so_laddr" / UInt32 * "the guest's address",
        "so_fport" / UInt16 * "port that the guest connected to; 9 is 0x900 on a PC",
        "so_lport" / UInt16 * "the guest's port",
        "so_iptos" / UInt8 * "type of service",
        "so_emu" / UInt8 * "protocol that is rewritten on the way",
        "so_type" / UInt8,
        "so_state" / UInt32 * "flags",
        "so_rcv" / SBUF * "from the guest",
        "so_snd" / SBUF * "to the guest",
        "so_tcpcb" / TCPCB,
    ],
)

BOOTP_CLIENT = VMState(
    "BOOTPClient",
    version_id=3,
    old_style=True,
    fields=[
        "allocated" / UInt16 * "the address is taken",
        "macaddr" / Buffer(6) * "by whom",
    ],
)

SLIRP_V3 = VMState(
    "slirp",
    version_id=3,
    old_style=True,
    minimum_version_id=1,
    fields=[
        "sockets" / Listed(SOCKET_MARKER, SOCKET) * "the guest's connections to character devices",
        "ip_id" / Since(2, UInt16) * "of the next IP packet",
        "bootp_clients" / Since(3, Array(16, BOOTP_CLIENT)) * "addresses that the DHCP server gave out",
    ],
)
