"""Who may do what with a file that takes another's place."""

from __future__ import annotations

import contextlib
import os
import sys

_ACL = "system.posix_acl_access"


def keep(descriptor: int, path: str, before: os.stat_result) -> None:
    """Give a new file the owner, group, mode and access control list of an old one, as far as that is allowed.

    Where it is not, nobody gains by it: what the old file's group might do is not given to another group.

    :param descriptor: of the new file
    :param path: of the old one
    """
    mode = before.st_mode & 0o7777
    is_group_kept = True
    if not _chown(descriptor, before.st_uid, before.st_gid):
        mode &= 0o1777
        is_group_kept = _chown(descriptor, -1, before.st_gid)
    is_list_kept = is_group_kept and _keep_list(descriptor, path)
    if not is_list_kept:
        # The group may do what everyone may.
        mode = mode & ~0o070 | (mode & 0o007) << 3
    # A file system without modes refuses to change them.
    with contextlib.suppress(PermissionError):
        os.fchmod(descriptor, mode)


def _chown(descriptor: int, owner: int, group: int) -> bool:
    try:
        os.fchown(descriptor, owner, group)
    except OSError:
        return False
    return True


def _keep_list(descriptor: int, path: str) -> bool:
    """Keep an access control list: without it, the bits of the group mean more. True where there is none."""
    if sys.platform != "linux":
        return True
    try:
        acl = os.getxattr(path, _ACL)
    except OSError:
        # One that the folder gives to what is new is no part of the old file.
        with contextlib.suppress(OSError):
            os.removexattr(descriptor, _ACL)
        return True
    try:
        os.setxattr(descriptor, _ACL, acl)
    except OSError:
        return False
    return True
