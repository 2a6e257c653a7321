"""A snapshot, as a user's script would work on one."""

# pyright: strict

from __future__ import annotations

import sys
from typing import assert_type

import qidl


def main(path: str) -> int:
    try:
        snapshot = qidl.load(path)
    except qidl.QidlError as error:
        print(error, file=sys.stderr)
        return 1
    assert_type(snapshot, qidl.Snapshot)
    assert_type(snapshot.level, str)
    for section in snapshot.sections:
        assert_type(section, qidl.Section)
        print(section.idstr, section.instance_id, section.version_id, len(section.payload))
    rtc = snapshot["mc146818rtc"]
    rtc.state["cmos_index"] = 0x0A
    payload: bytes = rtc.encode()
    print(payload.hex())
    snapshot.save(path)
    return 0
