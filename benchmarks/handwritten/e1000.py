"""The Ethernet controller."""

from __future__ import annotations

from operator import itemgetter
from struct import Struct

from handwritten.common import Checks, State, Wrong, expect_integers
from handwritten.pci import PCI_FORMAT, check_pci

E1000 = Struct(
    PCI_FORMAT  # 0
    + "4sII"  # 6: a gap of zeros, sizes of buffers
    + "IHHHI"  # 9: the EEPROM's pins
    + "BBHBBHIBHHHBbb256s65536s"  # 14: what is being sent
    + "64H32H"  # 30: EEPROM, registers of the PHY
    + "37I32I128I128I"  # 126: registers of the MAC
)
E1000_GAP = bytes(4)


def decode(data: bytes) -> State:
    """From the payload."""
    v = E1000.unpack(data)
    check_pci(v[0], v[2:6])
    if v[6] != E1000_GAP:
        raise Wrong
    return {
        "dev": {"version_id": v[0], "config": v[1], "irq_state": [v[2], v[3], v[4], v[5]]},
        "rxbuf_size": v[7],
        "rxbuf_min_shift": v[8],
        "eecd_state": {
            "val_in": v[9],
            "bitnum_in": v[10],
            "bitnum_out": v[11],
            "reading": v[12],
            "old_eecd": v[13],
        },
        "tx": {
            "ipcss": v[14],
            "ipcso": v[15],
            "ipcse": v[16],
            "tucss": v[17],
            "tucso": v[18],
            "tucse": v[19],
            "paylen": v[20],
            "hdr_len": v[21],
            "mss": v[22],
            "size": v[23],
            "tso_frames": v[24],
            "sum_needed": v[25],
            "ip": v[26],
            "tcp": v[27],
            "header": v[28],
            "data": v[29],
        },
        "eeprom_data": list(v[30:94]),
        "phy_reg": list(v[94:126]),
        "mac_reg": {
            "CTRL": v[126],
            "EECD": v[127],
            "EERD": v[128],
            "GPRC": v[129],
            "GPTC": v[130],
            "ICR": v[131],
            "ICS": v[132],
            "IMC": v[133],
            "IMS": v[134],
            "LEDCTL": v[135],
            "MANC": v[136],
            "MDIC": v[137],
            "MPC": v[138],
            "PBA": v[139],
            "RCTL": v[140],
            "RDBAH": v[141],
            "RDBAL": v[142],
            "RDH": v[143],
            "RDLEN": v[144],
            "RDT": v[145],
            "STATUS": v[146],
            "SWSM": v[147],
            "TCTL": v[148],
            "TDBAH": v[149],
            "TDBAL": v[150],
            "TDH": v[151],
            "TDLEN": v[152],
            "TDT": v[153],
            "TORH": v[154],
            "TORL": v[155],
            "TOTH": v[156],
            "TOTL": v[157],
            "TPR": v[158],
            "TPT": v[159],
            "TXDCTL": v[160],
            "WUFC": v[161],
            "VET": v[162],
            "RA": list(v[163:195]),
            "MTA": list(v[195:323]),
            "VFTA": list(v[323:451]),
        },
    }


get_eecd = itemgetter("val_in", "bitnum_in", "bitnum_out", "reading", "old_eecd")
get_tx = itemgetter(
    *("ipcss", "ipcso", "ipcse", "tucss", "tucso", "tucse", "paylen", "hdr_len", "mss", "size", "tso_frames"),
    *("sum_needed", "ip", "tcp"),
)
get_registers = itemgetter(
    *("CTRL", "EECD", "EERD", "GPRC", "GPTC", "ICR", "ICS", "IMC", "IMS", "LEDCTL", "MANC", "MDIC", "MPC", "PBA"),
    *("RCTL", "RDBAH", "RDBAL", "RDH", "RDLEN", "RDT", "STATUS", "SWSM", "TCTL", "TDBAH", "TDBAL", "TDH", "TDLEN"),
    *("TDT", "TORH", "TORL", "TOTH", "TOTL", "TPR", "TPT", "TXDCTL", "WUFC", "VET"),
)


def encode(state: State) -> bytes:
    """To the payload."""
    dev, tx, eecd, registers = state["dev"], state["tx"], state["eecd_state"], state["mac_reg"]
    if (len(state), len(dev), len(tx), len(eecd), len(registers)) != (8, 3, 16, 5, 40):
        raise Wrong
    header, data, eeprom, phy = tx["header"], tx["data"], state["eeprom_data"], state["phy_reg"]
    ra, mta, vfta = registers["RA"], registers["MTA"], registers["VFTA"]
    if (len(header), len(data), len(eeprom), len(phy)) != (256, 65536, 64, 32):
        raise Wrong
    if (len(ra), len(mta), len(vfta)) != (32, 128, 128):
        raise Wrong
    version_id, config, lines = dev["version_id"], dev["config"], dev["irq_state"]
    check_pci(version_id, lines)
    if len(config) != 256:
        raise Wrong
    first = (state["rxbuf_size"], state["rxbuf_min_shift"], *get_eecd(eecd), *get_tx(tx))
    rest = (*eeprom, *phy, *get_registers(registers), *ra, *mta, *vfta)
    if Checks.types:
        expect_integers((version_id, *lines, *first), rest)
    return E1000.pack(version_id, config, *lines, E1000_GAP, *first, header, data, *rest)
