"""``check_device``: what breaks a law is told which, in one sentence."""

from __future__ import annotations

import itertools
import re
import sys
from typing import Any

import attrs
import pytest
from conftest import make
from sentences import sentence

import qidl
from qidl import (
    DeclarationError,
    SchemaError,
    array,
    broken,
    derived,
    elsewhere,
    embedded,
    immutable,
    optional,
    uint8,
    uint16,
    uint32,
    valid,
)
from qidl.testing import check_device


def _computes_it_once(self: Any) -> None:
    self.total = self.total or self.level + 1


def _spoils_base(self: Any) -> None:
    self.base = 7


def _forgets(self: Any) -> None:
    self.level = 0


def _fails(self: Any) -> None:
    raise ZeroDivisionError("no level")


def _refuses(self: Any) -> None:
    raise SchemaError("never")


def _says_otherwise(self: Any) -> None:
    self.has_error = False


def _counts_wrong(self: Any) -> None:
    self.level = not self.level


def _refuses_what_it_saved(self: Any) -> None:
    if self.saved:
        raise SchemaError("saved")


def _notes_saving(self: Any) -> None:
    self.saved = 1


def _nothing(self: Any) -> None:
    pass


def _adds_level_to_base(self: Any) -> None:
    self.base += self.level


def _empties_in_place(self: Any) -> None:
    self.rom[:] = bytes(4)


def _drops_line(self: Any) -> None:
    self.line = None


def _sets_line(self: Any) -> None:
    if self.line is not None:
        self.line.set(self.level)
    self.line = None


def _makes_bus(self: Any) -> None:
    self.bus = object()


def _appends(self: Any) -> None:
    self.data.append(1)


def _cuts(self: Any) -> None:
    self.data = self.data[: self.count - 1]


def _sets_error_alone(self: Any) -> None:
    self.error = self.level


def _adds_up(self: Any) -> None:
    self.log.append(self.level)


def _adds_key(self: Any) -> None:
    self.made[self.level] = 1


def _adds_pair(self: Any) -> None:
    self.made[self.level, 1] = 1


def _adds_element(self: Any) -> None:
    self.made.append(self.level)


def _counts_on_it(self: Any) -> None:
    self.total = {0: 0}[self.total]


def _too_great_to_save(self: Any) -> None:
    if self.level > 10:
        raise SchemaError("level: expected at most 10")


def _computes_if_on(self: Any) -> None:
    if self.level > 3:
        self.total = 4


def _keeps_all_but_bit_0(self: Any) -> None:
    self.flags = self.flags & ~1 | self.level & 1


def _keeps_bit_7(self: Any) -> None:
    self.flags = self.flags & 0x80 | self.level & 0x3F


def _stays_positive(self: Any) -> None:
    if self.when < 0:
        self.when = 5


def _masks_base(self: Any) -> None:
    self.base &= 0xFF


def _masks_all_but_bit_0(self: Any) -> None:
    self.mask &= 1


def _empties_a(self: Any) -> None:
    self.a = 0


def _empties_levels(self: Any) -> None:
    for one in self.ds:
        one.level = 0


def _drops_error(self: Any) -> None:
    self.error = None


def _empties_data(self: Any) -> None:
    self.data = [0, 0]


def _darkens(self: Any) -> None:
    self.lit = False


def _sets_mode(self: Any) -> None:
    self.mode = 0


def _empties_last(self: Any) -> None:
    self.data[3] = 0


def _empties_last_level(self: Any) -> None:
    self.ds[2].level = 0


def _empties_last_of_each(self: Any) -> None:
    for row in self.rows:
        row.data[1] = 0


_ROW = make("Row", data=(list[uint16], array(2)))


def _exits(self: Any) -> None:
    if self.level:
        sys.exit(3)


_GAP = make("D", fifo=(uint8, broken(0)))
_LEVEL = make("D", level=(uint8, 0))


def _nested() -> Any:
    inner = make("D", x=(uint8, 0), y=(uint8, derived(0)), post_load=_nothing)
    return make("O", d=(inner, embedded(inner)))


BROKEN_RULES = {
    "derived": (
        make("D", level=(uint8, 0), total=(uint16, derived(0)), post_load=_computes_it_once),
        r"D\.total: expected post_load to compute \d+ again, found \d+ from before the load",
    ),
    "derived, nested": (
        _nested(),
        "O.d.y: expected post_load to compute 0 again, found 1 from before the load",
    ),
    "derived list": (
        make("D", level=(uint8, 0), total=(list[uint8], derived(array(2))), post_load=_nothing),
        "D.total: expected post_load to compute [0, 0] again, found [1, 1] from before the load",
    ),
    "derived object": (
        make("D", level=(uint8, 0), total=(object, derived(None)), post_load=_nothing),
        "D.total: expected post_load to compute None again, found what was there before",
    ),
    "derived dict": (
        make("D", level=(uint8, 0), made=(object, derived(attrs.Factory(dict))), post_load=_adds_key),
        r"D.made: expected post_load to compute {\d+: 1} again, found {\d+: 1, \d+: 1} from before the load",
    ),
    "derived dict by any keys": (
        make("D", level=(uint8, 0), made=(object, derived(attrs.Factory(dict))), post_load=_adds_pair),
        r"D.made: expected post_load to compute {\(\d+, 1\): 1} again, found {.*} from before the load",
    ),
    "derived list, in place": (
        make("D", level=(uint8, 0), made=(object, derived(attrs.Factory(list))), post_load=_adds_element),
        "D.made: expected post_load to compute [0] again, found [1, 0] from before the load",
    ),
    "derived, all but bit 0": (
        make("D", level=(uint8, 0), flags=(uint8, derived(0)), post_load=_keeps_all_but_bit_0),
        "D.flags: expected post_load to compute 0 again, found 254 from before the load",
    ),
    "derived, bit 7": (
        make("D", level=(uint8, 0), flags=(uint8, derived(0)), post_load=_keeps_bit_7),
        "D.flags: expected post_load to compute 0 again, found 128 from before the load",
    ),
    "derived, bit 7 of any type": (
        make("D", level=(uint8, 0), flags=(int, derived(0)), post_load=_keeps_bit_7),
        "D.flags: expected post_load to compute 0 again, found 128 from before the load",
    ),
    "derived, if negative": (
        make("D", level=(uint8, 0), when=(qidl.QEMUTimer, derived(-1)), post_load=_stays_positive),
        "D.when: expected post_load to compute 5 again, found 4 from before the load",
    ),
    "immutable, high bits": (
        make("D", level=(uint8, 0), base=(uint32, immutable(0x20)), post_load=_masks_base),
        "D.base: expected 4063, since it is immutable and no load changes it, found 223",
    ),
    "immutable, all but bit 0": (
        make("D", level=(uint8, 0), mask=(uint8, immutable(0)), post_load=_masks_all_but_bit_0),
        "D.mask: expected 255, since it is immutable and no load changes it, found 1",
    ),
    "immutable": (
        make("D", level=(uint8, 0), base=(uint8, immutable(7)), post_load=_spoils_base),
        "D.base: expected 6, since it is immutable and no load changes it, found 7",
    ),
    "immutable, now and then": (
        make("D", level=(uint8, 0), base=(uint32, immutable(1 << 16)), post_load=_adds_level_to_base),
        r"D\.base: expected \d+, since it is immutable and no load changes it, found \d+",
    ),
    "immutable, in place": (
        make("D", level=(uint8, 0), rom=(bytearray, immutable(array(4))), post_load=_empties_in_place),
        r"D\.rom: expected bytearray\(b'(\\x01){4}'\), since it is immutable and no load changes it,"
        r" found bytearray\(b'(\\x00){4}'\)",
    ),
    "immutable object": (
        make("D", level=(uint8, 0), line=(qidl.IRQ | None, None), post_load=_drops_line),
        "D.line: expected the object that was there, since it is immutable and no load changes it, found None",
    ),
    "immutable object that is used": (
        make("D", level=(uint8, 0), line=(qidl.IRQ | None, None), post_load=_sets_line),
        "D.line: expected the object that was there, since it is immutable and no load changes it, found None",
    ),
    "elsewhere": (
        make("D", level=(uint8, 0), bus=(object, elsewhere()), post_load=_makes_bus),
        r"D\.bus: expected <object .*>, since it is elsewhere and no load changes it, found <object .*>",
    ),
    "derived, if only": (
        make("D", level=(uint8, 0), total=(uint16, derived(0)), post_load=_computes_if_on),
        "D.total: expected post_load to compute 0 again, found 1 from before the load",
    ),
    "derived, added to": (
        make("D", level=(uint8, 0), log=(list[uint8], derived(array())), post_load=_adds_up),
        "D.log: expected post_load to compute [0] again, found [1, 0] from before the load",
    ),
    "derived, counted on": (
        make("D", level=(uint8, 0), total=(uint8, derived(0)), post_load=_counts_on_it),
        "D.total: expected post_load to compute anew, whatever was there before, found KeyError: 1",
    ),
    "size, too many": (
        make("D", count=(uint8, 0), data=(list[uint8], array(size="count")), post_load=_appends),
        "D.data: expected 0 elements, as count says, and no more, found 1",
    ),
    "size, more than room": (
        make("D", count=(uint8, 0), data=(list[uint8], array(2, size="count")), post_load=_appends),
        "D.data: expected 2 elements, as the declaration says, and no more, found 3",
    ),
    "size, too few": (
        make("D", count=(uint8, 0), data=(list[uint8], array(4, size="count")), post_load=_cuts),
        "D: expected to be saved after it was loaded from {'count': 1, 'data': [0]},"
        " found D.data: expected 1 elements, found 0",
    ),
    "has_ that denies": (
        make("D", has_error=(bool, False), error=(uint8, optional(0)), post_load=_says_otherwise),
        "D.error: expected has_error to be True, since it holds 1, found has_error False, and it is not saved",
    ),
    "has_ that is forgotten": (
        make("D", level=(uint8, 0), has_error=(bool, False), error=(uint8, optional(0)), pre_save=_sets_error_alone),
        "D.error: expected has_error to be True, since it holds 1, found has_error False, and it is not saved",
    ),
    "refusal to save": (
        make("D", level=(uint8, 0), pre_save=_too_great_to_save),
        "D: expected to be saved after it was loaded from {'level': 11}, found level: expected at most 10",
    ),
    "saving hook": (
        make("D", level=(uint8, 0), pre_save=_fails),
        "D.pre_save: expected to raise QidlErrors alone, of {'level': 0}, found ZeroDivisionError: no level",
    ),
    "converter": (
        make("D", level=(uint8, attrs.field(default=0, converter=lambda value: {0: 0}[value]))),
        "D: expected to load {'level': 1}, or to refuse it with a QidlError, found KeyError: 1",
    ),
    "broken": (
        make("D", level=(uint8, 0), fifo=(uint8, broken(0))),
        "D.fifo: expected a reason beside broken, found none",
    ),
    "broken for no reason but a blank": (
        make("D", level=(uint8, 0), fifo=(uint8, broken(0, reason="  "))),
        "D.fifo: expected a reason beside broken, found none",
    ),
    "broken, in what does not travel": (
        make("O", level=(uint8, 0), inner=(_GAP, immutable(embedded(_GAP)))),
        "D.fifo: expected a reason beside broken, found none",
    ),
    "lost": (
        make("D", level=(uint8, 0), pre_save=_forgets, post_load=_counts_wrong),
        "D.level: expected 0 after a round trip through a QObject, found True",
    ),
    "not held": (
        make("Lossy", a=(uint8, 0), b=(uint16, 7), post_load=_empties_a),
        "Lossy.a: expected what was loaded, 1, to be saved again, found 0 each time",
    ),
    "not held, nested": (
        make("O", ds=(list[_LEVEL], array(2)), post_load=_empties_levels),  # type: ignore[valid-type]
        "O.ds[].level: expected what was loaded, 1, to be saved again, found 0 each time",
    ),
    "not held, optional": (
        make("D", level=(uint8, 0), error=(uint8 | None, optional()), post_load=_drops_error),
        "D.error: expected what was loaded, 0, to be saved again, found absent each time",
    ),
    "not held, array": (
        make("D", data=(list[uint8], array(2)), post_load=_empties_data),
        r"D\.data: expected what was loaded, \[\d, \d\], to be saved again, found \[0, 0\] each time",
    ),
    "not held, one bool": (
        make("D", lit=(bool, False), post_load=_darkens),
        "D.lit: expected what was loaded, True, to be saved again, found False each time",
    ),
    "not held, one of two bools": (
        make("D", lit=(bool, False), warm=(bool, False), post_load=_darkens),
        "D.lit: expected what was loaded, True, to be saved again, found False each time",
    ),
    "not held, one of few values": (
        make("D", mode=(uint8, valid(0, enum=(0, 1, 4))), lit=(bool, False), post_load=_sets_mode),
        r"D\.mode: expected what was loaded, [14], to be saved again, found 0 each time",
    ),
    "not held, one element": (
        make("D", data=(list[uint32], array(4)), post_load=_empties_last),
        "D.data[3]: expected what was loaded, 1, to be saved again, found 0 each time",
    ),
    "not held, one byte": (
        make("D", data=(bytearray, array(4)), post_load=_empties_last),
        "D.data[3]: expected what was loaded, 1, to be saved again, found 0 each time",
    ),
    "not held, one struct": (
        make("O", ds=(list[_LEVEL], array(3)), post_load=_empties_last_level),  # type: ignore[valid-type]
        "O.ds[2].level: expected what was loaded, 1, to be saved again, found 0 each time",
    ),
    "not held, one element of each": (
        make("O", rows=(list[_ROW], array(2)), post_load=_empties_last_of_each),  # type: ignore[valid-type]
        "O.rows[].data[1]: expected what was loaded, 1, to be saved again, found 0 each time",
    ),
    "hook": (
        make("D", level=(uint8, 0), post_load=_fails),
        "D.post_load: expected to raise QidlErrors alone, of {'level': 0}, found ZeroDivisionError: no level",
    ),
    "hook that ends the program": (
        make("D", level=(uint8, 0), post_load=_exits),
        "D.post_load: expected to raise QidlErrors alone, of {'level': 1}, found SystemExit: 3",
    ),
    "saving hook that ends the program": (
        make("D", level=(uint8, 0), pre_save=_exits),
        "D.pre_save: expected to raise QidlErrors alone, of {'level': 1}, found SystemExit: 3",
    ),
    "check that ends the program": (
        make("D", level=(uint8, valid(0, check=lambda value: not value or sys.exit(3)))),
        "D.level: expected a QObject that it accepts, found SystemExit: 3",
    ),
    "check": (
        make("D", level=(uint8, valid(0, check=lambda value: {0: True}[value]))),
        r"D\.level: expected a check that accepts or refuses \d+, found KeyError: \d+",
    ),
    "hook that takes more": (
        make("D", level=(uint8, 0), post_load=lambda self, version: None),
        r"D\.post_load: expected to raise QidlErrors alone, of {'level': 0},"
        r" found TypeError: .* missing 1 required positional argument: 'version'",
    ),
    "saving hook that takes less": (
        make("D", level=(uint8, 0), pre_save=lambda: None),
        r"D\.pre_save: expected to raise QidlErrors alone, of {'level': 0},"
        r" found TypeError: .* takes 0 positional arguments but 1 was given",
    ),
    "refusal": (
        make("D", level=(uint8, 0), post_load=_refuses),
        "D: expected a QObject that it accepts, found none among those drawn, the last of which it refused: never",
    ),
    "refusal of what was saved": (
        make("D", saved=(uint8, 0), pre_save=_notes_saving, post_load=_refuses_what_it_saved),
        "D: expected to load what it saved, {'saved': 1}, found saved",
    ),
}


@pytest.mark.parametrize("rule", BROKEN_RULES)
def test_broken_rules(rule: str) -> None:
    """A device that breaks a rule is told which, in one sentence with class and field."""
    cls, expected = BROKEN_RULES[rule]
    found = sentence(lambda: check_device(cls))
    assert expected == found or re.fullmatch(expected, found)


def test_chance() -> None:
    """A device that fails once and never again is told so."""
    calls = itertools.count()

    def post_load(self: Any) -> None:
        if next(calls) == 3:
            raise ZeroDivisionError("now")

    found = sentence(lambda: check_device(make("D", level=(uint8, 0), post_load=post_load)))
    assert found.startswith("D: expected the same each time that the same is tried, found otherwise: ")


def test_interrupt() -> None:
    """A test that is interrupted ends."""

    def post_load(self: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check_device(make("D", level=(uint8, 0), post_load=post_load))


def test_example() -> None:
    """Beneath the sentence is the simplest device that shows it."""
    for rule, wanted in (
        ("hook", "D loaded from: {'level': 0}"),
        ("size, too few", "D loaded from: {'count': 1, 'data': [0]}"),
        ("not held", "Lossy loaded from: {'a': 1, 'b': 0}"),
    ):
        with pytest.raises(AssertionError) as caught:
            check_device(BROKEN_RULES[rule][0])
        assert [wanted] == caught.value.__notes__


def test_not_declared() -> None:
    """What is not declared is refused, and so is what is no layout, and no number of examples."""
    cls = make("D", level=(uint8, 0))
    with pytest.raises(SchemaError, match="layout: expected a VMState, found 3"):
        check_device(cls, layout=3)  # type: ignore[arg-type]
    with pytest.raises(SchemaError, match="examples: expected 1 or more, found 0"):
        check_device(cls, examples=0)
    with pytest.raises(DeclarationError, match="int: expected a class declared"):
        check_device(int)
