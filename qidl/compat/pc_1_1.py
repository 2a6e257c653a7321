"""Between QEMU 1.1 and 1.2, each with its own machine type: pc-1.1 and pc-1.2."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from qidl.compat.machine import Machine
from qidl.compat.step import Lost, step, steps
from qidl.errors import CompatError
from qidl.levels import LEVELS, RESIZED_VGAS, VIDEO_MEMORY, Sizes

State = dict[str, Any]


@step("cpu", newer="pc-1.2", older="pc-1.1")
class CPU:
    """1.2 keeps the register by which a guest asks for paravirtual end of interrupt."""

    @staticmethod
    def down(state: State) -> Iterator[Lost]:
        if "pv_eoi_en_msr" in state:
            yield Lost("pv_eoi_en_msr", state.pop("pv_eoi_en_msr"), "1.1 does not know the register")


_OLDER, _NEWER = LEVELS["pc-1.1"].sizes, LEVELS["pc-1.2"].sizes

_BLK_CONFIG = _OLDER.blk_config
_BLK_CONFIG_WCE = 1 << 11


@step("/virtio-blk", newer="pc-1.2", older="pc-1.1")
class VirtIOBlk:
    """1.2 adds a byte to the configuration: the write cache, which only a driver that accepts it can see.

    1.1 has no room for it, and would not notice.
    """

    @staticmethod
    def down(state: State) -> Iterator[Lost]:
        device = state["vdev"]["vdev"]
        rest = device["config"][_BLK_CONFIG:]
        if rest:
            unseen = not device["guest_features"] & _BLK_CONFIG_WCE
            yield Lost(f"vdev.vdev.config[{_BLK_CONFIG}:]", rest, "1.1 has 32 bytes of it", harmless=unseen)
            device["config"] = device["config"][:_BLK_CONFIG]
            device["config_len"] = _BLK_CONFIG


_MSIX_ENTRY = 16
_MSIX_1_1 = _OLDER.scsi_msix_table // _MSIX_ENTRY
_MSIX_1_2 = _NEWER.scsi_msix_table // _MSIX_ENTRY
_MASKED = bytes(12) + b"\1\0\0\0"
_NO_VECTOR = 0xFFFF


@step("/virtio-scsi", newer="pc-1.2", older="pc-1.1")
class VirtIOSCSI:
    """The SCSI adapter has four interrupt vectors from 1.2 on, two in 1.1."""

    @staticmethod
    def down(state: State) -> Iterator[Lost]:
        if not _resize_msix(state, _MSIX_1_2, _MSIX_1_1):
            return
        device = state["vdev"]["vdev"]
        for vector in (device["config_vector"], *(queue["vector"] for queue in device["vq"])):
            if _MSIX_1_1 <= vector != _NO_VECTOR:
                raise CompatError(f"vdev.vdev: expected one of the {_MSIX_1_1} vectors of 1.1, found {vector}")
        kept = _MSIX_1_1 * _MSIX_ENTRY
        for place in range(_MSIX_1_1, _MSIX_1_2):
            entry = state["msix_table"][place * _MSIX_ENTRY : (place + 1) * _MSIX_ENTRY]
            if entry != _MASKED:
                yield Lost(f"msix_table[{place * _MSIX_ENTRY}]", entry[0], "1.1 has two vectors", harmless=True)
        pending = state["msix_pba"][0]
        if pending >> _MSIX_1_1:
            yield Lost("msix_pba[0]", pending, "1.1 has two vectors", harmless=True)
        state["msix_table"] = state["msix_table"][:kept]
        state["msix_pba"] = bytes([pending & (1 << _MSIX_1_1) - 1])

    @staticmethod
    def up(state: State) -> None:
        if _resize_msix(state, _MSIX_1_1, _MSIX_1_2):
            state["msix_table"] += _MASKED * (_MSIX_1_2 - _MSIX_1_1)


def _resize_msix(state: State, before: int, after: int) -> bool:
    """Change the number of vectors that the capability says; False if it says another than ``before``."""
    if len(state.get("msix_table", b"")) != before * _MSIX_ENTRY:
        return False
    config = bytearray(state["config"])
    # The adapter has one capability: MSI-X, whose size is kept less one.
    place = config[0x34] + 2
    config[place] = config[place] & 0xF8 | after - 1
    state["config"] = bytes(config)
    return True


def _refuse_running(state: State) -> None:
    for number, request in enumerate(state["requests"]["entry"]):
        if not request["retry"]:
            raise CompatError(f"requests.entry[{number}]: expected a request to be run again, found one under way")


@step("/scsi-disk", newer="pc-1.2", older="pc-1.1")
class SCSIDisk:
    """1.2 keeps requests that are under way; 1.1 only those to be run again."""

    @staticmethod
    def down(state: State) -> None:
        _refuse_running(state["qdev"])


@step("/SCSIDevice", newer="pc-1.2", older="pc-1.1")
class SCSIGeneric:
    """1.2 keeps requests that are under way; 1.1 only those to be run again."""

    @staticmethod
    def down(state: State) -> None:
        _refuse_running(state)


@step(newer="pc-1.2", older="pc-1.1")
class VideoMemory:
    """Standard and VMware VGA have 16 MiB of video memory by default in 1.2, 8 MiB before."""

    @staticmethod
    def down(machine: Machine) -> None:
        _resize(machine, _NEWER, _OLDER)

    @staticmethod
    def up(machine: Machine) -> None:
        _resize(machine, _OLDER, _NEWER)


def _resize(machine: Machine, before: Sizes, after: Sizes) -> None:
    block = machine.blocks.get(VIDEO_MEMORY)
    if block is not None and block.length == before.video_memory and any(map(machine.find, RESIZED_VGAS)):
        block.length = after.video_memory


STEPS: Final = steps(CPU, VirtIOBlk, VirtIOSCSI, SCSIDisk, SCSIGeneric, VideoMemory)
