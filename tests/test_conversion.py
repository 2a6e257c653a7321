"""Conversions between levels: captured pairs, laws, losses, refusals."""

from __future__ import annotations

import copy
import itertools
import re
from collections.abc import Iterator
from typing import Any

import captures
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

import qidl
from qidl.compat.chain import STEPS, chain
from qidl.compat.machine import Machine, Part
from qidl.compat.step import Loss, Lost, Step, step, steps
from qidl.differences import diff, diff_states
from qidl.errors import CompatError, DeclarationError, QidlError
from qidl.levels import LEVELS
from qidl.snapshot import Snapshot
from qidl.strategies import states
from qidl.wire import path as paths

NEIGHBOURS = [(a, b) for a, b in itertools.permutations(LEVELS, 2)]

# What differs between power-on states of the same machine although nothing is lost between
# their levels: values that a release changed, or that are the host's. By device and path.
DIFFERENT_AT_POWER_ON = [
    (r"mc146818rtc\..*", "the host's date and clock"),
    (r"fdc\.state\.drives\[\d\]\.media_rate", "a drive takes it from its medium: older levels do not say it"),
    (r"fdc\.state\.drives\[\d\]\.sect", "1 for every drive until 1.1, 0 for one that is not there from 1.2 on"),
    (r"e1000\.phy_reg\[1\]", "auto-negotiation is complete at power-on in 1.0, not so later"),
    (r"e1000\.mac_reg\.RA\[[01]\]", "1.3 puts the address into the receive filter at power-on"),
    (r"piix4_pm\.pci0_status\.up", "1.0: slots to be added; later: slots in use"),
    (r"vga\.(vga\.)?vbe_bank_mask", "follows from the video memory: 8 MiB, 16 from 1.2 on"),
    (r"vmware_vga\.chip\.scratch\[\d+\]", "memory that QEMU leaves uninitialised"),
    (r"ac97\.mixer_data\[\d+\]", "default volumes in 1.0, silence later"),
    (r"uhci\.dev\.config\[\d+\]", "1.2 changed the interrupt pin of the ICH9 controllers"),
    (r"virtio-console\.vdev\.ports\[\d\]\.guest_connected", "connected from the beginning in 1.0"),
    (r"virtio-(console|balloon|net|blk)\.(config|msix_table|msix_pba)(\[\d+\])?", "1.1 and 1.2 changed capabilities"),
    (r"virtio-blk\.vdev\.vdev\.config(_len)?", "1.2 added a byte"),
    (r"i6300esb_wdt\.version_id", "the size of a C struct, of each build"),
]


_FURTHER = {"reset", "reset-usb-all", "reset-virtio-all", "reset-vmware"}


def _pairs() -> Iterator[tuple[str, str, str]]:
    for older, newer in NEIGHBOURS:
        prefixes = [f"{captures.RELEASES[level]}-{level}-" for level in (older, newer)]
        scenarios = [{name.removeprefix(prefix) for name in captures.names(f"{prefix}reset*")} for prefix in prefixes]
        for scenario in sorted(scenarios[0] & scenarios[1]):
            # Between neighbours every machine; further apart, those that most steps concern.
            neighbours = {*itertools.pairwise(LEVELS), *((b, a) for a, b in itertools.pairwise(LEVELS))}
            if (older, newer) in neighbours or scenario in _FURTHER:
                yield older, newer, scenario


REFUSED = {
    # An ohci has no section: nothing says which controller the tablet is at.
    ("pc-1.0", "reset-usb-ctrls"): "1/usb-ptr: expected one controller with a device in port 1, found none",
}


@pytest.mark.parametrize(("source", "target", "scenario"), list(_pairs()))
def test_captured_pairs(source: str, target: str, scenario: str) -> None:
    """Converting one power-on state gives the other's device sections, but for what a release changed."""
    snapshot = qidl.load(captures.own(source, scenario), level=source)
    refusal = REFUSED.get((source, scenario))
    if refusal:
        with pytest.raises(CompatError, match=refusal):
            snapshot.convert(target)
        return
    converted = snapshot.convert(target)
    wanted = qidl.load(captures.own(target, scenario), level=target)
    unexpected = []
    for difference in diff(converted, wanted):
        if difference.section != "ram":
            name = f"{difference.section.rpartition('/')[2].partition('#')[0]}.{difference.path}"
            if not any(re.fullmatch(pattern, name) for pattern, _ in DIFFERENT_AT_POWER_ON):
                unexpected.append(difference)
    # SCSI disks are lost on the way to 1.0 and cannot come back.
    if source == "pc-1.0":
        unexpected = [found for found in unexpected if not found.section.endswith("/scsi-disk")]
    assert [] == unexpected
    assert _blocks(wanted) == _blocks(converted)


def _blocks(snapshot: Snapshot) -> dict[str, int]:
    # 1.2 has no option ROM for some cards that 1.0 and 1.1 had one for.
    return {name: block.length for name, block in snapshot.ram.items() if not name.endswith(".rom")}


@pytest.mark.parametrize("name", captures.names("*everything*") + captures.names("*linux*") + captures.names("*gdb*"))
@pytest.mark.parametrize("target", list(LEVELS))
def test_converted_streams_are_streams(name: str, target: str) -> None:
    """What is converted loads at the target level and round-trips; what cannot be is refused by name."""
    snapshot = qidl.load(captures.capture(name))
    try:
        converted = snapshot.convert(target)
    except CompatError as error:
        assert re.match(r"\S+: ", str(error))
        return
    raw = converted.to_bytes()
    again = qidl.load(raw, level=target)
    assert raw == again.to_bytes()
    assert [] == list(diff(converted, again))
    assert [(s.idstr, s.offset, s.length) for s in converted] == [(s.idstr, s.offset, s.length) for s in again]


def test_to_its_own_level() -> None:
    """Converting to the level that it has gives the same stream."""
    raw = captures.own("pc-1.1")
    converted = qidl.load(raw).convert("pc-1.1")
    assert (raw, ()) == (converted.to_bytes(), converted.losses)


def test_chain_is_step_by_step() -> None:
    """Several hops at once are the same as one after the other."""
    for scenario in ("reset", "reset-usb-all", "reset-virtio-all"):
        snapshot = qidl.load(captures.own("pc-1.3", scenario))
        at_once = snapshot.convert("pc-1.0")
        one_by_one = snapshot.convert("pc-1.2").convert("pc-1.1").convert("pc-1.0")
        assert at_once.to_bytes() == one_by_one.to_bytes()


@pytest.mark.parametrize("scenario", ["reset", "reset-usb-all", "reset-virtio-all", "reset-smp2", "reset-nic-rtl8139"])
def test_up_and_down_again(scenario: str) -> None:
    """A 1.0 machine that is taken up to 1.3 and down again is what it was, device section by device section."""
    snapshot = qidl.load(captures.own("pc-1.0", scenario))
    again = snapshot.convert("pc-1.3").convert("pc-1.0")
    left = [found for found in diff(snapshot, again) if "second_time" not in found.path]
    assert [] == left


SECTION_STEPS = [found for found in STEPS if isinstance(found, Step)]


def _machine(key: str, state: dict[str, Any], hpet_config: int | None) -> Machine:
    parts = [Part(f"path{key}" if key.startswith("/") else key, 0, 1, state)]
    if hpet_config is not None:
        parts.append(Part("hpet", 0, 2, {"config": hpet_config}))
    return Machine(parts)


@pytest.mark.parametrize("found", SECTION_STEPS, ids=lambda found: f"{found.section}-{found.newer}")
@pytest.mark.parametrize("direction", ["down and up", "up and down"])
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_there_and_back(found: Step, direction: str, data: st.DataObject) -> None:
    """There and back gives the start, but for the losses reported; what comes of a step, its level encodes."""
    levels = (found.newer, found.older) if direction == "down and up" else (found.older, found.newer)
    there, back = (found.down, found.up) if direction == "down and up" else (found.up, found.down)
    layout = LEVELS[levels[0]].layouts(found.section)[0]
    state = data.draw(states(layout))
    machine = _machine(found.section, state, data.draw(st.sampled_from([None, 0, 2])))
    before = copy.deepcopy(state)
    try:
        lost = list(there(state, machine) or ())
    except CompatError:
        return
    target = LEVELS[levels[1]].layouts(found.section)[0]
    assert target.decode(target.encode(state)) == state
    for loss in lost:
        if "[32:]" not in loss.path:
            assert paths.get(before, loss.path) == loss.value
    lost += back(state, machine) or ()
    reported = tuple(loss.path.partition("[32:]")[0] for loss in lost)
    unreported = [
        path
        for path, *_ in diff_states(before, state)
        if not path.startswith(reported or ("nothing",)) and not (path.endswith("config_len") and reported)
    ]
    assert [] == unreported


def test_every_layout_that_changes_has_a_step() -> None:
    """Where neighbouring levels have different layouts for a section, a step leads from one to the other."""
    for older, newer in itertools.pairwise(LEVELS.values()):
        between = {found.section for found in SECTION_STEPS if (found.older, found.newer) == (older.name, newer.name)}
        for key in older.table:
            changed = [a.fields != b.fields for a, b in zip(older.layouts(key), newer.layouts(key), strict=True)]
            same_bytes = key == "/i6300esb_wdt"
            assert not any(changed) or key in between or same_bytes, (older.name, newer.name, key)


def test_losses_are_reported() -> None:
    """What the older level cannot hold is reported with section, path, value and reason."""
    snapshot = qidl.load(captures.own("pc-1.1"))
    snapshot["hpet"].state["rtc_irq_level"] = 1
    converted = snapshot.convert("pc-1.0")
    serious = [loss for loss in converted.losses if not loss.harmless]
    assert [("hpet", "rtc_irq_level", 1)] == [(loss.section, loss.path, loss.value) for loss in serious]
    assert "hpet.rtc_irq_level = 1: 1.0 has it low until the RTC's next interrupt" == str(serious[0])
    with pytest.raises(CompatError, match="expected nothing to be lost; hpet.rtc_irq_level = 1"):
        snapshot.convert("pc-1.0", lossless=True)


def test_active_vapic() -> None:
    """A guest that is patched to call the vapic's ROM loses it; one that is not, nothing."""
    snapshot = qidl.load(captures.own("pc-1.1"))
    harmless = {loss.section: loss.harmless for loss in snapshot.convert("pc-1.0", lossless=True).losses}
    assert harmless["kvm-tpr-opt"]
    snapshot["kvm-tpr-opt"].state["state"] = 1
    with pytest.raises(CompatError, match="kvm-tpr-opt = .*: the guest is patched"):
        snapshot.convert("pc-1.0", lossless=True)


@pytest.mark.parametrize("name", [*captures.names("*pc-1.0-linux*"), "1.0.1-pc-1.0-reset", "1.0.1-pc-1.0-gdb-cpu"])
def test_pit(name: str) -> None:
    """Every captured PIT comes back from 1.1 as it was."""
    snapshot = qidl.load(captures.capture(name))
    assert snapshot["i8254"].state == snapshot.convert("pc-1.1").convert("pc-1.0")["i8254"].state


def test_pit_under_the_hpet() -> None:
    """1.0 stops the timer while the HPET stands in for the PIT; 1.1 says so in words."""
    snapshot = qidl.load(captures.own("pc-1.1"))
    snapshot["hpet"].set("config", 3)
    snapshot["i8254"].set("channels[0].irq_disabled", 1)
    older = snapshot.convert("pc-1.0", lossless=True)
    assert -1 == older["i8254"].get("channels[0].irq_timer")
    assert snapshot["i8254"].state == older.convert("pc-1.1", lossless=True)["i8254"].state


def test_pit_whose_timer_differs() -> None:
    """As 1.1 itself does, the timer of a 1.0 stream wins over the channel's own time, and that is reported."""
    snapshot = qidl.load(captures.own("pc-1.0"))
    snapshot["i8254"].set("channels[0].irq_timer", 5)
    before = snapshot["i8254"].get("channels[0].next_transition_time")
    converted = snapshot.convert("pc-1.1")
    assert 5 == converted["i8254"].get("channels[0].next_transition_time")
    assert [("channels[0].next_transition_time", before)] == [(loss.path, loss.value) for loss in converted.losses]


def test_firmware() -> None:
    """system.flash and isa-bios become pc.bios, and come back with the same contents."""
    older = qidl.load(captures.own("pc-1.0"))
    newer = older.convert("pc-1.1")
    again = qidl.load(newer.to_bytes())
    for snapshot in (newer, again):
        assert "pc.bios" not in snapshot.ram
        assert (128 << 10, 128 << 10) == (snapshot.ram["system.flash"].length, snapshot.ram["isa-bios"].length)
        for block in ("system.flash", "isa-bios"):
            expected = older.ram["pc.bios"].read(0, 128 << 10, missing=7)
            assert expected == snapshot.ram[block].read(0, 128 << 10, missing=7)
    assert [] == [found for found in diff(older, again.convert("pc-1.0")) if found.section == "ram"]


def test_older_machine_type() -> None:
    """What 1.1 writes of a pc-1.0 machine becomes a pc-1.1 machine's, or a 1.0's."""
    mixture = qidl.load(captures.capture("1.1.2-pc-1.0-reset"))
    for target in ("pc-1.1", "pc-1.3"):
        converted = mixture.convert(target)
        assert "system.flash" in converted.ram
        assert "kvm-tpr-opt" in converted
    assert "pc.bios" in mixture.convert("pc-1.0").ram


def test_opaque_section() -> None:
    """A section that no level knows cannot be converted, not even to the level that it is of."""
    raw = captures.own("pc-1.1").replace(b"\x06serial", b"\x06gadget", 1)
    with pytest.warns(qidl.UnknownSectionWarning):
        snapshot = qidl.load(raw)
    for target in ("pc-1.0", "pc-1.1"):
        with pytest.raises(CompatError, match="gadget: expected a .* knows, or leave to drop it"):
            snapshot.convert(target)


def test_usb_paths() -> None:
    """A USB device gets the path of the controller that has something in its port, and loses it again."""
    newer = qidl.load(captures.own("pc-1.1", "reset-usb-all"))
    older = newer.convert("pc-1.0")
    assert "2.1/usb-ptr" in older
    names = [section.idstr for section in newer if section.name.startswith("usb-")]
    assert names == [section.idstr for section in older.convert("pc-1.1") if section.name.startswith("usb-")]


def test_two_controllers() -> None:
    """Two devices at the same port of two controllers are one too many for 1.0."""
    snapshot = qidl.load(captures.own("pc-1.1", "reset-usb-all"))
    section = snapshot["0000:00:01.2/1/usb-ptr"]
    twin = copy.copy(section)
    twin.header = section.header._replace(idstr="0000:00:09.0/1/usb-ptr", section_id=99)
    snapshot.sections.append(twin)
    with pytest.raises(CompatError, match="expected one 1/usb-ptr, which is all that 1.0 tells apart"):
        snapshot.convert("pc-1.0")


def test_balloon_class() -> None:
    """The balloon's PCI class is the one that the level's machine has: 1.0 would drop all that follows."""
    newer = qidl.load(captures.own("pc-1.1", "reset-virtio-all"))
    older = newer.convert("pc-1.0")
    assert b"\xff\x00" == newer["virtio-balloon"].state["config"][10:12]
    assert b"\x00\x05" == older["virtio-balloon"].state["config"][10:12]


def test_dropped_by_name() -> None:
    """A section can be left out by name; that is a loss."""
    converted = qidl.load(captures.own("pc-1.1")).convert("pc-1.0", drop=["slirp"])
    assert "slirp" not in converted
    assert ("slirp", "") in [(loss.section, loss.path) for loss in converted.losses]
    with pytest.raises(QidlError, match="nothing: expected a section of"):
        qidl.load(captures.own("pc-1.1")).convert("pc-1.0", drop=["nothing"])


def test_unknown_level() -> None:
    """A level that there is not is refused."""
    with pytest.raises(CompatError, match="level: expected one of pc-1.0, .* found 'pc-9'"):
        qidl.load(captures.own("pc-1.1")).convert("pc-9")
    with pytest.raises(CompatError, match="found 'pc-9'"):
        chain("pc-9", "pc-1.0")


def test_state_that_no_step_made_fit() -> None:
    """A member that the target does not have, and no step takes away, is refused."""
    snapshot = qidl.load(captures.own("pc-1.1"))
    snapshot["timer"].state["more"] = 1
    with pytest.raises(CompatError, match="timer: expected a state that pc-1.0 can hold; timer: more: expected no"):
        snapshot.convert("pc-1.0")


def test_own_step() -> None:
    """A step of one's own is the same decorator, handed in."""

    @step("timer", newer="pc-1.1", older="pc-1.0")
    class Clock:
        """The clock is set back."""

        @staticmethod
        def down(state: dict[str, Any]) -> Iterator[Lost]:
            yield Lost("cpu_clock_offset", state["cpu_clock_offset"], "it is set to 7")
            state["cpu_clock_offset"] = 7

    converted = qidl.load(captures.own("pc-1.1")).convert("pc-1.0", steps=[Clock])
    assert 7 == converted["timer"].state["cpu_clock_offset"]
    assert "cpu_clock_offset" in [loss.path for loss in converted.losses]
    with pytest.raises(DeclarationError, match="expected a step, made by @step, found 1"):
        steps(1)


def test_video_memory() -> None:
    """Standard VGA's memory is cut off at 8 MiB on the way down, and extended on the way up."""
    newer = qidl.load(captures.own("pc-1.2", "reset-vgastd"), level="pc-1.2")
    older = newer.convert("pc-1.1")
    assert [16 << 20, 8 << 20, 16 << 20] == [
        snapshot.ram["vga.vram"].length for snapshot in (newer, older, older.convert("pc-1.2"))
    ]


def test_interrupt_vectors() -> None:
    """The SCSI adapter of 1.2 has more vectors than 1.1's: one of them in use is refused."""
    newer = qidl.load(captures.own("pc-1.2", "reset-virtio-scsi"), level="pc-1.2")
    assert newer["virtio-scsi"].state == newer.convert("pc-1.1").convert("pc-1.2")["virtio-scsi"].state
    newer["virtio-scsi"].state["msix_table"] = bytes(64)
    newer["virtio-scsi"].state["msix_pba"] = b"\x0f"
    lost = [loss.path for loss in newer.convert("pc-1.1").losses if loss.section.endswith("virtio-scsi")]
    assert ["msix_table[32]", "msix_table[48]", "msix_pba[0]"] == lost
    newer["virtio-scsi"].set("vdev.vdev.vq[0].vector", 3)
    with pytest.raises(CompatError, match="virtio-scsi: vdev.vdev: expected one of the 2 vectors of 1.1, found 3"):
        newer.convert("pc-1.1")


def test_requests_under_way() -> None:
    """A SCSI request that is under way, which 1.1 cannot keep, is refused."""
    snapshot = qidl.load(captures.own("pc-1.2", "reset-scsi-lsi"), level="pc-1.2")
    request = {"retry": False, "cmd": {"buf": [0x28, *[0] * 15]}, "tag": 0, "lun": 0}
    section = snapshot["0:0:0/scsi-disk"] if "0:0:0/scsi-disk" in snapshot else snapshot["0000:00:04.0/0:0:0/scsi-disk"]
    section.state["qdev"]["requests"]["entry"].append(request)
    with pytest.raises(CompatError, match="requests.*: expected a request to be run again, found one under way"):
        snapshot.convert("pc-1.1")


def test_section_of_an_older_version() -> None:
    """A section that is older than its level writes is refused where a step needs what it lacks."""
    older = b"".join(map(bytes, qidl.load(captures.own("pc-1.0"))["i8254"].pieces()))
    newer = b"".join(map(bytes, qidl.load(captures.own("pc-1.1"))["i8254"].pieces()))
    raw = captures.own("pc-1.1").replace(newer, older)
    message = "i8254: expected a state as pc-1.1 writes it, found one without 'irq_disabled'"
    with pytest.raises(CompatError, match=message):
        qidl.load(raw, level="pc-1.1").convert("pc-1.0")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (10**70, "an integer of 233 bits"),
        (1 << 20000, "an integer of 20001 bits"),
        ([1 << 20000], "list"),
        (list(range(99)), "list of 99"),
        (bytes(3), r"b'\x00\x00\x00'"),
        (True, "True"),
    ],
    ids=itertools.count(),
)
def test_losses_in_words(value: object, text: str) -> None:
    """Whatever is lost, one short line says so."""
    assert f"serial.x = {text}: why" == str(Loss("serial", "x", value, "why"))


def test_day_of_the_week() -> None:
    """A day that the date contradicts is a loss that a guest can see, unless its clock does not count."""
    snapshot = qidl.load(captures.own("pc-1.1"))
    rtc = snapshot["mc146818rtc"]
    rtc.set("current_tm.tm_wday", (rtc.get("current_tm.tm_wday") + 3) % 7)
    with pytest.raises(CompatError, match="current_tm.tm_wday"):
        snapshot.convert("pc-1.3", lossless=True)
    rtc.set("cmos_data[11]", rtc.get("cmos_data[11]") | 0x80)
    snapshot.convert("pc-1.3", lossless=True)


def test_live_sections_stay_where_they_are() -> None:
    """Converting leaves the snapshot alone that is converted, the places of its sections included."""
    raw = captures.own("pc-1.0")
    snapshot = qidl.load(raw)
    places = [(section.offset, bytes(section.payload)) for section in snapshot.sections]
    snapshot.convert("pc-1.1")
    assert places == [(section.offset, bytes(section.payload)) for section in snapshot.sections]
    assert all(raw[offset : offset + len(payload)] == payload for offset, payload in places)


@pytest.mark.parametrize("name", ["ram", "block"])
def test_live_sections_are_not_dropped(name: str) -> None:
    """What no device wrote cannot be left out."""
    with pytest.raises(CompatError, match=f"^{name}: expected a section that can be left out, found a live one$"):
        qidl.load(captures.own("pc-1.0")).convert("pc-1.1", drop=[name])
