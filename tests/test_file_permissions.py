"""Who may do what with a file that was written: as before, or as with any new file."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from processes import AS_ROOT, NOBODY, as_nobody

from qidl import files


@pytest.mark.skipif(not AS_ROOT, reason="only root may give a file to somebody else")
def test_owner(tmp_path: Path) -> None:
    """Owner and group of a file that is replaced are kept where that is allowed."""
    path = tmp_path / "file"
    path.touch()
    os.chown(path, 1234, 4321)
    path.chmod(0o2640)
    files.write(path, [b"new"])
    found = path.stat()
    assert (1234, 4321, 0o2640) == (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode))


@pytest.mark.skipif(not AS_ROOT, reason="only root has files of somebody else")
@pytest.mark.parametrize(("before", "after"), [(0o4660, 0o600), (0o664, 0o644), (0o606, 0o666), (0o640, 0o600)])
def test_owner_that_cannot_be_kept(open_to_all: Path, before: int, after: int) -> None:
    """Where the group cannot be kept, another group is given no more than everyone."""
    folder = open_to_all / "folder"
    folder.mkdir()
    folder.chmod(0o777)
    path = folder / "file"
    path.touch()
    path.chmod(before)
    assert (0, "", "") == as_nobody("files.write(sys.argv[1], [b'new'])", path)
    found = path.stat()
    assert (NOBODY, NOBODY, oct(after)) == (found.st_uid, found.st_gid, oct(stat.S_IMODE(found.st_mode)))


@pytest.mark.parametrize(("is_group_kept", "mode"), [(True, 0o664), (False, 0o644)])
def test_owner_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_group_kept: bool, mode: int) -> None:
    """The same, where the system says so: the owner alone cannot be kept, or the group cannot either."""
    path = tmp_path / "file"
    path.touch()
    path.chmod(0o2664)
    given: list[int] = []

    def refuse(_: int, owner: int, group: int) -> None:
        given.append(owner)
        if owner != -1 or not is_group_kept:
            raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "fchown", refuse)
    files.write(path, [b"new"])
    assert [path.stat().st_uid, -1] == given
    assert oct(mode) == oct(stat.S_IMODE(path.stat().st_mode))


@pytest.mark.skipif(not AS_ROOT, reason="only root may give a folder to another group")
def test_folder_that_hands_on_its_group(tmp_path: Path) -> None:
    """A new file in a folder that hands on its group gets that."""
    os.chown(tmp_path, -1, 4321)
    tmp_path.chmod(0o2755)
    files.write(tmp_path / "file", [b"new"])
    assert 4321 == (tmp_path / "file").stat().st_gid


def acl(user: int, mask: int) -> bytes:
    """A POSIX access control list: its owner may do all, user 1234 and the mask what is said, others nothing."""
    anyone = 0xFFFFFFFF
    entries = [(1, 7, anyone), (2, user, 1234), (4, 0, anyone), (0x10, mask, anyone), (0x20, 0, anyone)]
    return b"\2\0\0\0" + b"".join(
        tag.to_bytes(2, "little") + bits.to_bytes(2, "little") + name.to_bytes(4, "little")
        for tag, bits, name in entries
    )


def set_acl(path: Path, name: str, value: bytes) -> None:
    """Set a list, where there are such."""
    try:
        os.setxattr(path, f"system.posix_acl_{name}", value)
    except (AttributeError, OSError) as error:
        pytest.skip(f"no access control lists: {error}")


def test_access_control_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list is kept; where it cannot be, its mask does not become what the group may do."""
    path = tmp_path / "file"
    path.touch()
    set_acl(path, "access", acl(6, 6))
    files.write(path, [b"new"])
    assert acl(6, 6) == os.getxattr(path, "system.posix_acl_access")

    def refuse(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "setxattr", refuse)
    files.write(path, [b"newer"])
    assert 0o700 == stat.S_IMODE(path.stat().st_mode)


def test_access_control_list_of_the_folder(tmp_path: Path) -> None:
    """What a folder hands on to new files is handed on to new files alone."""
    old, new = tmp_path / "old", tmp_path / "new"
    old.touch()
    old.chmod(0o640)
    set_acl(tmp_path, "default", acl(6, 6))
    for path in (old, new):
        files.write(path, [b"new"])
    assert ["system.posix_acl_access"] == os.listxattr(new)
    assert ([], 0o640) == (os.listxattr(old), stat.S_IMODE(old.stat().st_mode))
