"""Between QEMU 1.2 and 1.3, each with its own machine type: pc-1.2 and pc-1.3."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from qidl.compat.rtc import RTC
from qidl.compat.step import Lost, step, steps

State = dict[str, Any]


@step("/piix4_pm", newer="pc-1.3", older="pc-1.2")
class PIIX4PM:
    """Until 1.2 the general purpose events took four times their place, of which only the first meant something."""

    @staticmethod
    def down(state: State) -> None:
        gpe = state["ar"]["gpe"]
        for name in ("sts", "en"):
            gpe[name] = [gpe[name], 0, 0, 0]

    @staticmethod
    def up(state: State) -> Iterator[Lost]:
        gpe = state["ar"]["gpe"]
        for name in ("sts", "en"):
            first, *rest = gpe[name]
            for place, value in enumerate(rest, 1):
                if value:
                    yield Lost(
                        f"ar.gpe.{name}[{place}]", value, "what lay behind the registers in memory", harmless=True
                    )
            gpe[name] = first


@step("/ehci", newer="pc-1.3", older="pc-1.2")
class EHCI:
    """1.3 keeps the controller apart from its PCI device; the bytes are the same."""

    @staticmethod
    def down(state: State) -> None:
        state["dev"] = state.pop("pcidev")
        state.update(state.pop("ehci"))

    @staticmethod
    def up(state: State) -> None:
        pcidev = state.pop("dev")
        core = dict(state)
        state.clear()
        state.update(pcidev=pcidev, ehci=core)


@step("/vmware_vga", newer="pc-1.3", older="pc-1.2")
class VMwareVGA:
    """Until 1.2 the size of the frame buffer was kept, which follows from the mode."""

    @staticmethod
    def down(state: State) -> Iterator[Lost]:
        chip = state["chip"]
        unused = chip.pop("unused_fb_size", None)
        if unused is not None:
            yield Lost("chip.unused_fb_size", unused, "1.3 skips it", harmless=True)
        chip["fb_size"] = _fb_size(chip)

    @staticmethod
    def up(state: State) -> Iterator[Lost]:
        chip = state["chip"]
        size = chip.pop("fb_size")
        if size != _fb_size(chip):
            yield Lost("chip.fb_size", size, "the next change of mode computes it", harmless=True)


def _fb_size(chip: State) -> int:
    """Bytes of the frame buffer, as a signed 32-bit integer holds them."""
    size = (chip["depth"] + 7 >> 3) * chip["new_width"] * chip["new_height"]
    return int((size + (1 << 31)) % (1 << 32) - (1 << 31))


STEPS: Final = steps(RTC, PIIX4PM, EHCI, VMwareVGA)
