"""The Ethernet controller."""

from __future__ import annotations

from operator import itemgetter
from struct import Struct

from handwritten.common import Checks, State, Wrong, expect, expect_integers
from handwritten.pci import PCI, decode_pci, encode_pci

E1000 = Struct(">4sII" + "IHHHI" + "BBHBBHIBHHHBbb256s65536s" + "64H32H" + "37I" + "32I128I128I")
E1000_TX = (
    *("ipcss", "ipcso", "ipcse", "tucss", "tucso", "tucse", "paylen", "hdr_len", "mss", "size", "tso_frames"),
    *("sum_needed", "ip", "tcp", "header", "data"),
)
E1000_EECD = ("val_in", "bitnum_in", "bitnum_out", "reading", "old_eecd")
E1000_REGISTERS = (
    *("CTRL", "EECD", "EERD", "GPRC", "GPTC", "ICR", "ICS", "IMC", "IMS", "LEDCTL", "MANC", "MDIC", "MPC", "PBA"),
    *("RCTL", "RDBAH", "RDBAL", "RDH", "RDLEN", "RDT", "STATUS", "SWSM", "TCTL", "TDBAH", "TDBAL", "TDH", "TDLEN"),
    *("TDT", "TORH", "TORL", "TOTH", "TOTL", "TPR", "TPT", "TXDCTL", "WUFC", "VET"),
)


def decode(data: bytes) -> State:
    """From the payload."""
    if len(data) != PCI.size + E1000.size:
        raise Wrong
    v = E1000.unpack_from(data, PCI.size)
    if any(v[0]):
        raise Wrong
    return {
        "dev": decode_pci(data),
        "rxbuf_size": v[1],
        "rxbuf_min_shift": v[2],
        "eecd_state": dict(zip(E1000_EECD, v[3:8], strict=True)),
        "tx": dict(zip(E1000_TX, v[8:24], strict=True)),
        "eeprom_data": list(v[24:88]),
        "phy_reg": list(v[88:120]),
        "mac_reg": {
            **dict(zip(E1000_REGISTERS, v[120:157], strict=True)),
            "RA": list(v[157:189]),
            "MTA": list(v[189:317]),
            "VFTA": list(v[317:445]),
        },
    }


get_tx = itemgetter(*E1000_TX)
get_eecd = itemgetter(*E1000_EECD)
get_registers = itemgetter(*E1000_REGISTERS)


def encode(state: State) -> bytes:
    """To the payload."""
    expect(state, 8)
    tx, eecd, registers = state["tx"], state["eecd_state"], state["mac_reg"]
    expect(tx, 16)
    expect(eecd, 5)
    expect(registers, 40)
    ra, mta, vfta = registers["RA"], registers["MTA"], registers["VFTA"]
    if (len(tx["header"]), len(tx["data"]), len(ra), len(mta), len(vfta)) != (256, 65536, 32, 128, 128):
        raise Wrong
    if len(state["eeprom_data"]) != 64 or len(state["phy_reg"]) != 32:
        raise Wrong
    first = (state["rxbuf_size"], state["rxbuf_min_shift"], *get_eecd(eecd))
    *sending, header, data = get_tx(tx)
    rest = (*state["eeprom_data"], *state["phy_reg"], *get_registers(registers), *ra, *mta, *vfta)
    if Checks.types:
        expect_integers(first, sending, rest)
    return encode_pci(state["dev"]) + E1000.pack(bytes(4), *first, *sending, header, data, *rest)
