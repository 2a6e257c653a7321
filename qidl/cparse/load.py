"""C declarations as classes, without a module in a file."""

from __future__ import annotations

from collections.abc import Mapping

from qidl.cparse.generate import class_names, generate
from qidl.cparse.meaning import understand
from qidl.cparse.tree import Unit

_MODULE = "qidl.cparse.loaded"


def load_classes(unit: Unit, *, known: Mapping[str, str] | None = None) -> dict[str, type]:
    """Make the classes of the module that :func:`~qidl.cparse.generate.generate` writes, by the names of the C structs.

    :param known: classes declared in other modules: ``{"PCIDevice": "qidl.devices.pci"}``
    :raises CSourceError: the unit has errors
    """
    code = compile(generate(unit, known=known), f"<{unit.source.file}>", "exec")
    module: dict[str, type] = {"__name__": _MODULE}  # type: ignore[dict-item]
    exec(code, module)
    return {struct: module[name] for struct, name in class_names(understand(unit)).items()}
