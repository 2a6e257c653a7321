"""The layouts against QEMU's own descriptions: what tests/data/vmsd holds, read from the running programs.

What differs is in the tables below, with the reason; a difference that is not there fails.
"""

from __future__ import annotations

import functools
import gzip
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import captures
import pytest

from qidl.levels import LEVELS, section_key
from qidl.wire.describe import describe

Description = dict[str, Any]

EQUAL = {"int32 equal", "uint8 equal", "uint16 equal"}
"""Kinds that a loading QEMU compares with its own value: ours say what that is."""

Form = tuple[str, int | str | None, int | str | None]

KINDS: dict[str, Form] = {
    **{kind: (kind.removesuffix(" equal"), None, None) for kind in EQUAL},
    "pci config": ("buffer", None, None),
    "pci irq state": ("uint32", 4, 4),  # four words, each checked
    # One kind in memory and another on the wire.
    "uint64_as_uint32": ("uint32", 4, None),
    "int32_as_uint16": ("uint16", 2, None),
    "uint16_from_uint8": ("uint8", 1, None),
    # QEMU calls functions of its own for these; its descriptions do not say how long they are.
    "shpc": ("buffer", "varies", None),
    "scsi-requests": ("list", "varies", "until a byte 0"),
    # A mantissa and an exponent: 16 bytes in memory, 10 on the wire.
    "fpreg": ("struct", 10, None),
    "fpreg_1_mmx": ("uint64", 8, None),
}
"""What a kind is on the wire, its size and its count; None where those are as QEMU says."""

SAME_BYTES: dict[tuple[str, str], Form] = {
    # From 1.1 on no timer in C, but the same bytes with the same meaning.
    ("apic", "timer_expiry"): ("timer", None, None),
}
"""Fields that have another kind here."""

COUNTS: dict[tuple[str, str], int | str] = {
    # A description says that the count is in a field, not in which.
    ("PCIBUS", "irq_count"): "nirq",
    ("eeprom", "contents"): "size",
    ("PCIE_AER_ERROR_LOG", "log"): "log_num",
    ("hpet", "timer"): "num_timers",
    # These fields do not travel; on a PC they never change.
    ("fdc", "fifo"): 512,
    ("ide_drive/pio_state", "io_buffer"): 256 * 512 + 4,
}
"""Counts of arrays whose count QEMU takes from a field."""

VERSION_TESTS = {
    ("e1000", "is_version_1"): {1},
    ("fw_cfg", "is_version_1"): {1},
    ("pcnet", "is_version_2"): {2},
    ("ac97", "is_version_2"): {2},
    ("cpu", "less_than_7"): set(range(3, 7)),
    ("cpu", "version_is_5"): {5},
    ("eeprom", "is_old_eeprom_version"): {20061112},
}
"""Versions for which a function says that a field is there."""

STATE_TESTS = {
    "is_identify_set": "identify_set is not 0",
    "fpregs_is_0": "fpregs_format_vmstate = 0",
    "fpregs_is_1_mmx": "fpregs_format_vmstate = 1",
}
"""What else a function asks for."""

RENAMED_DESCRIPTIONS = {"PCIEDevice": "PCIDevice"}
"""The name came with 1.2; only a subsection's name is on the wire, and it has none."""

RENAMED = {
    # 1.1 put the ACPI registers into one struct; the states of all levels have its names.
    ("piix4_pm", "pm1a.sts"): ["ar.pm1.evt.sts"],
    ("piix4_pm", "pm1a.en"): ["ar.pm1.evt.en"],
    ("piix4_pm", "pm1_cnt.cnt"): ["ar.pm1.cnt.cnt"],
    ("piix4_pm", "tmr.timer"): ["ar.tmr.timer"],
    ("piix4_pm", "tmr.overflow_time"): ["ar.tmr.overflow_time"],
    ("piix4_pm", "gpe"): ["ar.gpe"],
    # 1.1 replaced the timer by the time of its expiry.
    ("apic", "timer"): ["timer_expiry"],
    # The head of the list, a struct in C too, is where a state has the requests.
    ("SCSIDevice", "requests"): ["requests.entry"],
    # Three parts of one array, at the places of these registers.
    ("e1000", "mac_reg"): ["mac_reg.RA", "mac_reg.MTA", "mac_reg.VFTA"],
    # Bytes that no one uses have no names in QEMU.
    ("e1000", "unused"): ["unused_instance_id", "unused_mmio_base"],
    ("rtl8139", "unused"): ["unused_irq"],
    ("ne2000", "unused"): ["unused_irq"],
    ("pcnet", "unused"): ["unused_version_2"],
    ("ac97", "unused"): ["unused_active"],
    ("ioapic", "unused"): ["unused_base_address"],
    ("eeprom", "unused"): ["unused_size"],
    ("i82559c", "unused"): ["unused_registers", "unused_region", "unused_statcounter"],
    ("kvmvapic-guest-rom", "unused"): ["unused_signature"],
    ("mc146818rtc", "unused"): ["unused_current_tm", "unused_second_timers"],
}
"""Our names of a description's fields of one name, in their order."""

MERGED = {
    # The same bytes; what they mean hangs on other registers.
    ("cpu", "fpregs", "fpreg_1_no_mmx"),
}
"""Fields that ours have no counterpart of."""

ADDED: dict[tuple[str, int], set[tuple[str, int]]] = {
    # Version 2 has the timer there. QEMU reads it into the field that has its place in version 3.
    ("i8254", 3): {("channels[0].irq_timer", 1)},
    # Before version 1 is loaded, QEMU sets the count, which it does not say, to three.
    ("hpet", 2): {("timer", 3)},
}
"""Fields of a description's version that QEMU does not have as fields of their own, by path and count."""

VERSIONS = {
    # It writes the field, but its own reader passes over it: see the notes on the section.
    **{
        (name, path): {1}
        for name, path in [
            ("ioh-3240-express-root-port", "port.br.dev"),
            ("xio3130-express-upstream-port", "br.dev"),
            ("xio3130-express-downstream-port", "port.br.dev"),
        ]
    },
    # Version 2 has the timer in its place.
    ("i8254", "channels[0].next_transition_time"): {3},
    # The three of version 1 are a field of their own here.
    ("hpet", "timer"): {2},
    # No release writes version 1. Of it QEMU 1.3 would read the PCI device alone, ours the newest form.
    ("ehci", "ehci"): {1, 2},
}
"""Versions in which a field is there, where QEMU's description says otherwise."""

OLD_STYLE = {"cpu": "vmstate_cpu"}
"""Descriptions that functions written by hand use for the whole payload."""


class Case(NamedTuple):
    """A section of a release."""

    level: str
    idstr: str


@functools.cache
def vmsd(level: str) -> Description:
    """What the release of a level says."""
    file = captures.DATA / "vmsd" / f"qemu-{captures.RELEASES[level]}-{level}.json.gz"
    found: Description = json.loads(gzip.decompress(file.read_bytes()))
    return found


def sections(level: str) -> dict[str, Description]:
    """The device sections of a release by their key."""
    return {section_key(one["idstr"]): one for one in vmsd(level)["sections"] if one["idstr"] not in ("ram", "block")}


CASES = [Case(level, key) for level in LEVELS for key in sections(level)]


class Comparison:
    """Holds descriptions of a level against those of its release, and notes which of these it met."""

    def __init__(self, level: str) -> None:
        self.theirs: dict[str, Description] = vmsd(level)["descriptions"]
        self.met: set[str] = set()

    def description(self, ours: Description, key: str) -> Iterator[str]:
        """Yield what differs between one of ours and the one of theirs that has this key."""
        theirs = self.theirs[key]
        their_name: str = theirs["name"]
        name = RENAMED_DESCRIPTIONS.get(their_name, their_name)
        self.met.add(key)
        for what, their_value in [
            ("name", name),
            ("version_id", theirs["version_id"]),
            ("minimum_version_id", theirs["minimum_version_id"]),
        ]:
            if their_value != ours[what]:
                yield f"{name}: {what}: {their_value} in QEMU, {ours[what]} here"
        added = ADDED.get((name, theirs["version_id"]), set())
        our_fields = [field for field in ours["fields"] if (field["path"], field["count"]) not in added]
        their_fields = [f for f in theirs["fields"] if (name, f["name"], f["kind"]) not in MERGED]
        if len(our_fields) != len(their_fields):
            yield f"{name}: {len(their_fields)} fields in QEMU, {len(our_fields)} here"
        seen: dict[str, int] = {}
        for ours_one, theirs_one in zip(our_fields, their_fields, strict=False):
            place = seen[theirs_one["name"]] = seen.get(theirs_one["name"], -1) + 1
            yield from self.field(ours, ours_one, theirs_one, place)
        their_subsections = [one["vmsd"] for one in theirs.get("subsections", [])]
        if len(ours["subsections"]) != len(their_subsections):
            yield f"{name}: {their_subsections} in QEMU, {[one['name'] for one in ours['subsections']]} here"
        for subsection, their_key in zip(ours["subsections"], their_subsections, strict=False):
            yield from self.description(subsection, their_key)

    def field(self, within: Description, ours: Description, theirs: Description, place: int) -> Iterator[str]:
        """Yield what differs between a field of ours and theirs, which is the one at ``place`` of its name."""
        name = within["name"]
        expected = {
            "path": path(name, theirs["name"], place),
            **dict(zip(("kind", "size", "count"), form(name, theirs), strict=True)),
            "versions": versions(within, theirs),
            "condition": STATE_TESTS.get(theirs.get("field_exists", "")),
            "checked": theirs["kind"] in EQUAL or ("accepted" in ours),
        }
        condition = ours.get("condition", "")
        found = {
            **{what: ours[what] for what in ("path", "kind", "size", "count")},
            "versions": described_versions(within, ours),
            "condition": None if not condition or condition.startswith("version") else condition,
            "checked": "accepted" in ours,
        }
        if theirs["kind"] == "struct":
            # Theirs is the size in memory.
            expected["size"] = found["size"]
            yield from self.description(ours["struct"], theirs["vmsd"])
        for what, value in expected.items():
            if value != found[what]:
                yield f"{name}.{theirs['name']}: {what}: {value} in QEMU, {found[what]} here"


def path(description: str, name: str, place: int) -> str:
    """Our path of the field that is the one at ``place`` of those that a description has by this name."""
    if description == "e1000" and name.startswith("mac_reg["):
        # A register's name, not a number: a member of a struct in a state.
        return name.replace("[", ".").removesuffix("]")
    return RENAMED.get((description, name), [name] * (place + 1))[place]


def form(description: str, field: Description) -> Form:
    """Kind, size and count on the wire."""
    as_it_is: Form = (field["kind"], None, None)
    kind, size, count = SAME_BYTES.get((description, field["name"])) or KINDS.get(field["kind"], as_it_is)
    counted: int | str = COUNTS[description, field["name"]] if "VARRAY" in field["flags"] else field.get("num", 1)
    return kind, None if size == "varies" else size or field["size"], count or counted


def versions(within: Description, field: Description) -> set[int]:
    """In which of the versions that are read a field of QEMU's is there."""
    name = within["name"]
    if (name, field["name"]) in VERSIONS:
        return VERSIONS[name, field["name"]] & all_versions(within)
    if (name, field.get("field_exists", "")) in VERSION_TESTS:
        return VERSION_TESTS[name, field["field_exists"]]
    return {version for version in all_versions(within) if version >= field.get("version_id", 0)}


def described_versions(within: Description, field: Description) -> set[int]:
    """The same of a field of ours."""
    found = {version for version in all_versions(within) if version >= field["version"]}
    match field.get("condition", "").split():
        case ["version", "=", version]:
            found &= {int(version)}
        case ["version", "<", version]:
            found &= set(range(int(version)))
    return found


def all_versions(description: Description) -> set[int]:
    """The versions that a description reads."""
    return set(range(description["minimum_version_id"], description["version_id"] + 1))


@pytest.mark.parametrize("case", CASES, ids=" ".join)
def test_section(case: Case) -> None:
    """A section's layouts have QEMU's names, order, kinds, sizes, counts, versions, conditions and subsections."""
    section = sections(case.level)[case.idstr]
    layouts = LEVELS[case.level].layouts(section["idstr"])
    assert layouts, "the level does not know the section"
    for layout in layouts:
        assert (section["version_id"], case.idstr.lstrip("/")) == (layout.version_id, layout.name)
        key = section.get("vmsd") or OLD_STYLE.get(case.idstr)
        if key is not None:
            differences = list(Comparison(case.level).description(describe(layout), key))
            assert not differences


@pytest.mark.parametrize(
    ("what", "value"),
    [("path", "other"), ("kind", "int8"), ("size", 3), ("count", 2), ("version", 2), ("condition", "version = 1")],
)
def test_comparison_notices(what: str, value: int | str) -> None:
    """A field that is not QEMU's is a difference, and so are one too few and a wrong version."""
    comparison = Comparison("pc-1.0")
    ours = describe(LEVELS["pc-1.0"].layouts("timer")[0])
    assert not list(comparison.description(ours, "vmstate_timers"))
    fields = ours["fields"]
    for changed in (
        {**ours, "fields": [{**fields[0], what: value}, *fields[1:]]},
        {**ours, "fields": fields[:-1]},
        {**ours, "minimum_version_id": 2},
        {**ours, "subsections": [ours]},
    ):
        assert list(comparison.description(changed, "vmstate_timers"))


@pytest.mark.parametrize("level", LEVELS)
def test_every_description_is_met(level: str) -> None:
    """No description of a release is left out."""
    comparison = Comparison(level)
    for idstr, section in sections(level).items():
        key = section.get("vmsd") or OLD_STYLE.get(idstr)
        if key is not None:
            list(comparison.description(describe(LEVELS[level].layouts(idstr)[0]), key))
    assert set(comparison.theirs) == comparison.met


@pytest.mark.parametrize("case", [case for case in CASES if case.idstr.startswith("/virtio")], ids=" ".join)
def test_virtio_begins_with_a_pci_device(case: Case) -> None:
    """What is written by hand begins with the description that it uses."""
    (layout,) = LEVELS[case.level].layouts(case.idstr)
    first = {**describe(layout), "name": "PCIDevice", "version_id": 2, "minimum_version_id": 1, "subsections": []}
    # A virtio section has the struct's fields as its own, so the struct's versions are not on the wire.
    first["fields"] = [
        {**field, "version": version} for field, version in zip(first["fields"], (1, 1, 2), strict=False)
    ]
    differences = list(Comparison(case.level).description(first, "vmstate_pci_device"))
    assert not differences


def test_tables_are_used() -> None:
    """Every entry of the tables of differences is about a field that some release has."""
    names: set[tuple[str, str]] = set()
    tests: set[str] = set()
    for level in LEVELS:
        for one in vmsd(level)["descriptions"].values():
            names |= {(one["name"], field["name"]) for field in one["fields"]}
            tests |= {field["field_exists"] for field in one["fields"] if "field_exists" in field}
    listed = {*RENAMED, *SAME_BYTES, *COUNTS, *VERSIONS, *((name, field) for name, field, _ in MERGED)}
    assert set() == listed - names
    assert tests == {test for _, test in VERSION_TESTS} | {*STATE_TESTS, "fpregs_is_1_no_mmx"}
