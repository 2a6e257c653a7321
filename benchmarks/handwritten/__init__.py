"""Eight devices of pc-1.3 written by hand with struct, as one would for speed: what qidl is held against.

Each turns a payload into a dict, and a dict into a payload. It refuses what is cut short, too long,
out of range, unknown or of the wrong type, but does not say where. It knows the version that pc-1.3
writes, and no other. What qidl does beyond that: it looks for subsections behind every struct, as
QEMU does, not only where there are any, and it keeps bytes that QEMU skips unread.
"""

from __future__ import annotations

from codec import Codec
from handwritten import apic, cpu, e1000, fdc, hpet, i8254, ide, mc146818rtc

DEVICES = {
    "mc146818rtc": Codec(mc146818rtc.decode, mc146818rtc.encode),
    "hpet": Codec(hpet.decode, hpet.encode),
    "i8254": Codec(i8254.decode, i8254.encode),
    "apic": Codec(apic.decode, apic.encode),
    "cpu": Codec(cpu.decode, cpu.encode),
    "fdc": Codec(fdc.decode, fdc.encode),
    "ide": Codec(ide.decode, ide.encode),
    "e1000": Codec(e1000.decode, e1000.encode),
}
"""By the name of the section."""
