"""Read hostile streams, guided by what they reach in the code.

Needs atheris (``pip install qidl[fuzz]``). Run it as
``python tests/fuzz/fuzz_load.py -max_total_time=60``, with whatever options libFuzzer has, and a
folder to keep what it found, if it shall go on from there the next time.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from random import Random

import atheris

sys.path.insert(0, str(Path(__file__).parents[1]))

with atheris.instrument_imports(include=["qidl"]):
    from conftest import ENGINES
    from fuzz import contract, mutations


_OURS = 0.3
"""Share of the streams that are made anew, and not of one that reached something."""


def one(data: bytes) -> None:
    """Hold one stream against the contract; whatever is raised, the fuzzer reports."""
    contract.hold(data, ENGINES, mutations.payloads())


def change(data: bytes, size: int, seed: int) -> bytes:
    """A stream from another: by what libFuzzer does to bytes, or by what is done to sections."""
    random = Random(seed)
    if random.random() < _OURS or not data:
        return mutations.stream(random)[:size]
    return bytes(atheris.Mutate(data, size))


def main() -> None:
    """Fuzz, beginning with the small captured streams."""
    with tempfile.TemporaryDirectory() as folder:
        for name in mutations.SMALL:
            Path(folder, name).write_bytes(mutations.joined([piece.data for piece in mutations.pieces(name)]))
        options = [*sys.argv, "-max_len=20000", folder]
        atheris.Setup(options, one, custom_mutator=change)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
