"""The schemas of the devices that were converted in 2012."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import Any

import pytest
from c_samples import DATA, FILES, array, expected_schemas, unit_of

from qidl.cparse import parse_strict, print_struct, properties, schemas, schemas_text
from qidl.cparse.tree import SHIPPED_IMMUTABLE_TYPES

EXPECTED = expected_schemas()


def by_type(found: list[dict[str, Any]]) -> dict[str, Any]:
    return {schema["type"]: schema["data"] for schema in found}


def test_every_schema_is_of_some_file() -> None:
    """The files declare just the structs that the table lists."""
    declared = [schema["type"] for name in FILES for schema in schemas(unit_of(name))]
    assert sorted(EXPECTED) == sorted(declared)


@pytest.mark.parametrize("name", FILES)
def test_schemas_as_2012(name: str) -> None:
    """Read as in 2012, a preprocessed file has the schemas that the tool of 2012 printed."""
    written = unit_of(name)
    text = "".join(print_struct(struct, preprocessed=True) for struct in written.declarations)
    for macro, value in re.findall(r"^#define (\w+) (.*)$", (DATA / name).read_text(), re.MULTILINE):
        text = text.replace(f"[{macro}]", f"[{value}]")
    implemented = "".join(f"QIDL_START_IMPLEMENTATION({each.id})\n" for each in written.implementations)
    types = f"QIDL_IMMUTABLE_TYPES({', '.join(SHIPPED_IMMUTABLE_TYPES)})\n"
    found = by_type(schemas(parse_strict(types + text + implemented, compat="2012")))
    assert {each: EXPECTED[each] for each in found} == found
    assert found


@pytest.mark.skipif(shutil.which("cpp") is None, reason="no C preprocessor")
@pytest.mark.parametrize("name", FILES)
def test_schemas_of_preprocessed_files(name: str) -> None:
    """What a real preprocessor leaves gives the schemas of 2012 too, in the order of the file."""
    text = subprocess.run(["cpp", "-DQIDL_GEN", name], cwd=DATA, capture_output=True, check=True).stdout
    unit = parse_strict(text, compat="2012")
    found = by_type(schemas(unit))
    assert {each: EXPECTED[each] for each in found} == found
    assert [struct.name for struct in unit_of(name).declarations] == list(found)
    assert {name} == {unit.source.place(struct.offset).file for struct in unit.declarations}
    assert name == unit.source.main_file


@pytest.mark.parametrize("name", FILES)
def test_schemas_as_written(name: str) -> None:
    """The written form gives the same, but that sizes which are constant are numbers."""
    numbers = {"0xa": 10, "2048/32": 64, "(160*100)": 16000, "(2048*4)": 8192, "4ULL": 4, "(2*3)": 6}
    for type_, data in by_type(schemas(unit_of(name))).items():
        expected = {
            key: {**described, "array_size": numbers.get(described["array_size"], described["array_size"])}
            if isinstance(described, dict) and "array_size" in described
            else described
            for key, described in EXPECTED[type_].items()
        }
        assert expected == data
        assert list(expected) == list(data)


def test_text_of_two_schemas() -> None:
    """The text form has single quotes, a comma after every member, and an empty line between two schemas."""
    text = """{
    'type': 'UHCIPort',
    'data': {
        'ctrl': 'uint16',
    },
}

{
    'type': 'Dims',
    'data': {
        '*z': {
            'type': [
                'uint32',
            ],
            '<annotated>': 'true',
            'array_size': [
                2,
                3,
            ],
        },
    },
}
"""
    source = """
        QIDL_DECLARE(UHCIPort) { USBPort q_immutable port; uint16_t ctrl; };
        QIDL_DECLARE(Dims) { uint32_t q_optional z[2][3]; };
    """
    assert text == schemas_text(parse_strict(source, compat="2012"))


def rows(name: str, struct: str, compat: Any = None) -> list[tuple[str, str, str | None, str | None]]:
    return [(entry.name, entry.kind, entry.default, entry.bit) for entry in properties(unit_of(name, compat))[struct]]


def test_property_tables() -> None:
    """The properties of the converted devices are those of the tables of 2012."""
    rtc = [("base_year", "INT32", "1980", None), ("lost_tick_policy", "LOSTTICKPOLICY", "LOST_TICK_DISCARD", None)]
    assert rtc == rows("isa_rtc.c", "RTCState")
    pci = [
        ("addr", "PCI_DEVFN", "-1", None),
        ("multifunction", "BIT", "0", "3"),
        ("command_serr_enable", "BIT", "1", "4"),
        ("romfile", "STRING", None, None),
        ("rombar", "UINT32", "1", None),
    ]
    assert pci == rows("pci.c", "PCIDevice")
    uhci = [
        ("bandwidth", "UINT32", "1280", None),
        ("masterbus", "STRING", None, None),
        ("firstport", "UINT32", "0", None),
    ]
    assert uhci == rows("uhci.c", "UHCIState") == rows("uhci.c", "UHCIState", "2012")


def test_array_notation() -> None:
    """The table's own notation is read as it is meant."""
    assert array("uint8", 64, is_string="true") == EXPECTED["PCIDevice"]["name"]
    assert array("int32", "4ULL") == EXPECTED["PIIX3State"]["pci_irq_levels_vmstate"]
