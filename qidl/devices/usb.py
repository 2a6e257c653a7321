"""USB devices: what every one begins with; mouse, tablet, keyboard and hub."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, Self

from qidl.annotations import (
    DeviceState,
    array,
    broken,
    derived,
    elsewhere,
    embedded,
    immutable,
    int32,
    int64,
    optional,
    property_,
    uint8,
    uint16,
    uint32,
    valid,
)
from qidl.declaration import declare

NOT_ATTACHED: Final = 0
"""A USB device's state: unplugged."""

ATTACHED: Final = 1
"""A USB device's state: plugged in, its port not yet reset."""

DEFAULT: Final = 3
"""A USB device's state: its port has been reset; the guest has given no address yet."""

HID_MOUSE: Final = 1
HID_TABLET: Final = 2
HID_KEYBOARD: Final = 3

BOOT_PROTOCOL: Final = 0
REPORT_PROTOCOL: Final = 1

_DATA_BUF = 4096

_CONNECTED = 1 << 0
_POWERED = 1 << 8


@declare
class USBDevice:
    """A device on a USB bus: its address, its state and the control transfer under way."""

    addr: uint8 = 0
    state: int32 = NOT_ATTACHED
    remote_wakeup: int32 = 0
    setup_state: int32 = 0
    setup_len: int32 = valid(0, range=(0, _DATA_BUF))
    setup_index: int32 = valid(0, le="setup_len", range=(0, _DATA_BUF))
    setup_buf: list[uint8] = array(8)

    qdev: DeviceState | None = None
    port: object = elsewhere(reason="the port that it is plugged into")
    port_path: str | None = property_("port")
    opaque: object = immutable()
    flags: uint32 = immutable(0)
    speed: int32 = immutable(0, reason="what was agreed with the port when it was plugged in")
    speedmask: int32 = immutable(0)
    product_desc: str = immutable("")
    auto_attach: int32 = immutable(0)
    attached: int32 = derived(0)
    data_buf: bytearray = broken(array(_DATA_BUF), reason="data of the control transfer under way")
    strings: object = immutable(reason="descriptors")
    usb_desc: object = immutable(reason="descriptors")
    device: object = immutable(reason="descriptor for the agreed speed")
    # What follows is the guest's choice: a device that was configured is back in its first configuration.
    configuration: int32 = broken(0, reason="the chosen configuration")
    config: object = broken(reason="its descriptor")

    def post_load(self) -> None:
        """Compute ``attached``."""
        self.attached = int(self.state != NOT_ATTACHED)

    @classmethod
    def reset(cls, *, behind_hub: bool = False) -> Self:
        """Power-on state of a device that is plugged in.

        :param behind_hub: into a hub, whose ports the guest has to reset; else into a controller
        """
        device = cls(state=ATTACHED if behind_hub else DEFAULT)
        device.post_load()
        return device


@declare
class HIDPointerEvent:
    """What a mouse or a tablet has to report: a mouse's x and y are steps, a tablet's a place."""

    xdx: int32 = 0
    ydy: int32 = 0
    dz: int32 = 0
    buttons_state: int32 = 0


@declare
class HIDMouseState:
    """Events of a mouse or a tablet."""

    queue: list[HIDPointerEvent] = array(16)

    mouse_grabbed: int32 = immutable(0, reason="of the host's input")
    eh_entry: object = immutable(reason="of the host's input")


@declare
class HIDKeyboardState:
    """Scan codes that have come in, and the keys that are down as of those that have been read."""

    keycodes: list[uint32] = array(16)
    modifiers: uint16 = 0
    leds: uint8 = 0
    key: list[uint8] = array(16)
    keys: int32 = 0


@declare
class HIDState:
    """A human interface device; ``ptr`` and ``kbd``, a union in C, exclude each other."""

    ptr: HIDMouseState | None = optional()
    kbd: HIDKeyboardState | None = optional()
    head: uint32 = 0
    n: uint32 = 0
    protocol: int32 = BOOT_PROTOCOL
    idle: uint8 = 0

    kind: int32 = immutable(0, reason="1 mouse, 2 tablet, 3 keyboard: the type of the device")
    next_idle_clock: int64 = immutable(0, reason="one period of idle after loading, by the virtual clock")
    event: object = immutable()

    @classmethod
    def reset(cls, kind: int = HID_TABLET, protocol: int = REPORT_PROTOCOL) -> Self:
        """Power-on state: nothing to report."""
        if kind == HID_KEYBOARD:
            return cls(kbd=HIDKeyboardState(), protocol=protocol, kind=kind)
        return cls(ptr=HIDMouseState(), protocol=protocol, kind=kind)


@declare
class USBHIDState:
    """A USB mouse, tablet or keyboard."""

    dev: USBDevice = embedded(USBDevice)
    hid: HIDState = embedded(HIDState)

    intr: object = immutable(reason="end point")

    @classmethod
    def reset(cls, kind: int = HID_TABLET, *, behind_hub: bool = False) -> Self:
        """Power-on state.

        :param kind: ``HID_MOUSE``, ``HID_TABLET`` or ``HID_KEYBOARD``
        :param behind_hub: plugged into a hub, whose ports the guest has to reset: the first
            of these resets is what turns the protocol from boot to report
        """
        protocol = BOOT_PROTOCOL if behind_hub else REPORT_PROTOCOL
        return cls(dev=USBDevice.reset(behind_hub=behind_hub), hid=HIDState.reset(kind, protocol))


@declare
class USBHubPort:
    """A port of a hub, with the two registers of the USB specification."""

    wPortStatus: uint16 = 0
    wPortChange: uint16 = 0

    port: object = immutable()


@declare
class USBHubState:
    """A USB hub of eight ports."""

    dev: USBDevice = embedded(USBDevice)
    ports: list[USBHubPort] = array(8)

    intr: object = immutable(reason="end point")

    @classmethod
    def reset(cls, attached: Collection[int] = (), *, behind_hub: bool = False) -> Self:
        """Power-on state.

        :param attached: ports, counted from 0, that something is plugged into
        :param behind_hub: plugged into another hub
        """
        hub = cls(dev=USBDevice.reset(behind_hub=behind_hub))
        for number, port in enumerate(hub.ports):
            port.wPortChange = _CONNECTED if number in attached else 0
            port.wPortStatus = _POWERED | port.wPortChange
        return hub
