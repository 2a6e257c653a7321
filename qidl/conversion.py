"""Converting a snapshot: its sections and memory go through the chain of steps, and become another snapshot."""

from __future__ import annotations

import copy
from collections.abc import Iterable

from qidl.compat.chain import STEPS, Hop, chain
from qidl.compat.machine import Block, Machine, Part
from qidl.compat.pc_1_0 import renew_machine_type
from qidl.compat.step import Lost, steps as _steps
from qidl.errors import CompatError, QidlError
from qidl.levels import LEVELS, level as _level
from qidl.section import Section, SectionName
from qidl.snapshot import Snapshot
from qidl.wire.mapped import held
from qidl.wire.ram import RAM
from qidl.wire.ram_rewrite import BlockChanges, RAMRewriter
from qidl.wire.stream import Header, SectionType
from qidl.wire.vmstate import VMState


def convert(
    snapshot: Snapshot,
    level: str,
    *,
    lossless: bool = False,
    drop: Iterable[str] = (),
    steps: Iterable[object] = (),
) -> Snapshot:
    """Take a snapshot to another level: :meth:`Snapshot.convert`."""
    if not snapshot.is_complete:
        raise CompatError("expected a whole stream, found one without an end")
    hops = chain(snapshot.level, level, (*STEPS, *_steps(*steps)))
    machine, origins = _machine(snapshot)
    unwanted = {id(_section_to_drop(snapshot, name)) for name in drop}
    for part in machine:
        if id(origins[part]) in unwanted:
            machine.lose(part, [Lost("", part.state, "it was to be dropped")])
            machine.remove(part)
    for hop in hops:
        _take_across(hop, machine)
    if level != next(iter(LEVELS)):
        renew_machine_type(machine)
    if lossless:
        _refuse_losses(machine)
    return _snapshot(snapshot, machine, origins, level)


def _section_to_drop(snapshot: Snapshot, name: str) -> Section:
    section = snapshot.find(SectionName.parse(name))
    if section.is_live:
        raise CompatError(f"{name}: expected a section that can be left out, found a live one")
    return section


def _machine(snapshot: Snapshot) -> tuple[Machine, dict[Part, Section]]:
    """The snapshot as steps see it, and the section that each part came from."""
    parts = []
    origins: dict[Part, Section] = {}
    for section in snapshot.sections:
        if section.layout is not None and section.level != snapshot.level:
            raise CompatError(f"{section.idstr}: expected a section of {snapshot.level}, found one of {section.level}")
        if not section.is_live:
            part = Part(section.idstr, section.instance_id, section.version_id, copy.deepcopy(section.state))
            origins[part] = section
            parts.append(part)
    blocks = {name: Block(block.length, name) for name, block in snapshot.ram.items()}
    return Machine(parts, blocks), origins


def _take_across(hop: Hop, machine: Machine) -> None:
    target = _level(hop.target)
    for part in machine:
        try:
            machine.lose(part, hop.section(part.key, part.state, machine))
        except CompatError as error:
            raise CompatError(f"{part.origin}: {error}") from None
    for step in hop.machine:
        (step.down if hop.is_down else step.up)(machine)
    for part in machine:
        if not target.layouts(part.idstr):
            raise CompatError(f"{part.origin}: expected a device that {target.name} knows, or leave to drop it")


def _refuse_losses(machine: Machine) -> None:
    losses = [loss for loss in machine.losses if not loss.harmless]
    if losses:
        more = f", and {len(losses) - 1} more" if len(losses) > 1 else ""
        raise CompatError(f"expected nothing to be lost; {losses[0]}{more}")


def _snapshot(source: Snapshot, machine: Machine, origins: dict[Part, Section], level: str) -> Snapshot:
    changes = _block_changes(machine, source.ram)
    rewriter = RAMRewriter(changes, {name: block.length for name, block in source.ram.items()})
    kept = {id(origins[part]): part for part in machine if part in origins}
    made = [part for part in machine if part not in origins]
    places = {part: place for place, part in enumerate(machine)}
    numbers = iter(range(max((s.section_id for s in source.sections), default=-1) + 1, 1 << 32))
    sections: list[Section] = []
    offset = 8
    for section in source.sections:
        if section.is_live:
            sections.append(_live_section(section, rewriter, changes))
        elif id(section) in kept:
            part = kept[id(section)]
            while made and places[made[0]] < places[part]:
                sections.append(_section(made.pop(0), level, None, next(numbers)))
            sections.append(_section(part, level, section, section.section_id))
    for part in made:
        sections.append(_section(part, level, None, next(numbers)))
    for section in sections:
        start = len(section.header.to_bytes())
        section.header = section.header._replace(offset=offset, payload_offset=offset + start)
        offset += start + section.length
    return Snapshot(
        sections,
        level=level,
        possible_levels=(level,),
        ram=_ram(source.ram, machine),
        trailer=source.trailer,
        losses=machine.losses,
    )


def _section(part: Part, level: str, origin: Section | None, section_id: int) -> Section:
    """Make a section of the target level; one whose wire is the same there keeps its version."""
    if origin is not None and origin.is_opaque:
        raise CompatError(f"{part.origin}: expected a section that {level} knows, or leave to drop it")
    problem: QidlError | None = None
    for layout in _layouts(part, level, origin):
        same = origin is not None and layout is origin.layout
        version_id = part.version_id if same else layout.version_id
        try:
            payload = layout.encode(part.state, version_id, section=part.idstr)
        except QidlError as error:
            problem = problem or error
            continue
        header = Header(SectionType.FULL, section_id, part.idstr, part.instance_id, version_id, 0, 0)
        return Section(header, memoryview(payload), level=level, layout=layout)
    raise CompatError(f"{part.origin}: expected a state that {level} can hold; {problem}")


def _layouts(part: Part, level: str, origin: Section | None) -> list[VMState]:
    """The layouts that the section may have; of several, first the one that answers to its own."""
    layouts = list(_level(level).layouts(part.idstr))
    if origin is not None and origin.layout is not None and len(layouts) > 1:
        own = _level(origin.level).layouts(origin.idstr).index(origin.layout)
        layouts.insert(0, layouts.pop(own))
    return layouts


def _live_section(section: Section, rewriter: RAMRewriter, changes: BlockChanges) -> Section:
    if section.idstr != "ram" or not changes:
        return copy.copy(section)
    with held(section.payload):
        return section.with_pieces(list(rewriter.rewrite(section.payload)))


def _block_changes(machine: Machine, ram: RAM) -> BlockChanges:
    originals = {block.origin: name for name, block in machine.blocks.items() if not block.is_copy}
    return BlockChanges(
        renamed={origin: name for origin, name in originals.items() if name != origin},
        dropped=frozenset(name for name in ram if name not in originals),
        resized={
            block.origin: block.length
            for block in machine.blocks.values()
            if not block.is_copy and block.length != ram[block.origin].length
        },
        added={name: (block.origin, block.length) for name, block in machine.blocks.items() if block.is_copy},
    )


def _ram(ram: RAM, machine: Machine) -> RAM:
    return RAM(
        {
            name: ram[block.origin].tail(name, block.length)
            if block.is_copy
            else ram[block.origin].renamed(name, block.length)
            for name, block in machine.blocks.items()
        }
    )
