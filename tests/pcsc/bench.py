"""A PC/SC service of the tests' own: a private pcscd with virtual readers.

The service's socket path is compiled into pcscd, so it runs in a mount namespace of its own with
a folder of the bench over it; the clients are pointed there by PCSCLITE_CSOCK_NAME. A real pcscd
on the computer is left alone. libpcsclite reads that variable once in a process's life: all tests
of a process share one path, and a bench that is started again stands under the same one.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from pharmacy_portal.card_agent.outcomes import CardFault
from pharmacy_portal.card_agent.pcsc_service import list_readers, service, states_now
from tests.pcsc.cards import VirtualCard
from tests.pcsc.slot import Slot

Driver = Literal["own", "packaged"]

# Also for the children of this process: an agent started by a test reads in the bench too.
FOLDER = Path(tempfile.gettempdir()) / f"maskmap-pcsc-{os.getpid()}-{secrets.token_hex(4)}"
os.environ["PCSCLITE_CSOCK_NAME"] = str(FOLDER / "run" / "pcscd.comm")

SOURCE = Path(__file__).with_name("driver.c")
PACKAGED_DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
HEADERS = Path("/usr/include/PCSC/ifdhandler.h")
PCSCD = shutil.which("pcscd") or "/usr/sbin/pcscd"
# In the new namespace /run is empty but for the bench's own folder. The service is killed as soon
# as nobody holds the other end of the shell's input: a test run that is killed leaves none behind.
_ENTER = """
mount -t tmpfs none /run && mkdir /run/pcscd && mount --bind "$0" /run/pcscd || exit
"$@" &
cat
kill -9 $!
wait
"""
_SILENT_CARD_MS = "300"
_PATIENCE_S = 10.0


def unshare_command() -> list[str]:
    """Return the command that enters a mount namespace; without root a user namespace too."""
    return (
        ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--mount"]
    )


def what_is_missing(driver: Driver) -> str:
    """Return why a bench with this driver cannot stand here; empty when it can."""
    if not Path(PCSCD).exists():
        return "no pcscd on this computer: apt-get install pcscd"
    if subprocess.run([*unshare_command(), "true"], capture_output=True).returncode:
        return "no mount namespaces for this user: a private pcscd needs root or user namespaces"
    if driver == "packaged" and not PACKAGED_DRIVER.exists():
        return "no virtual reader driver: apt-get install vsmartcard-vpcd"
    if driver == "own" and not (shutil.which("gcc") and HEADERS.exists()):
        return "the test driver cannot be built: apt-get install gcc pkg-config libpcsclite-dev"
    return ""


class PcscBench:
    """A private pcscd with virtual readers, named by the tests."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._layout: tuple[Driver, tuple[str, ...]] | None = None
        self._slots: dict[str, Slot] = {}

    # -- the service ----------------------------------------------------------------------------

    def offer(self, *names: str, driver: Driver = "own") -> None:
        """See to it that the service runs with exactly these readers, all empty and plugged in."""
        for slot in self._slots.values():
            slot.remove()
            slot.on_command = None
            slot.seen.clear()
        if self.running and self._layout == (driver, names) and not self._gone_files():
            for name in names:
                self.wait_for(name, present=False)
            return
        self.kill()
        self._lay_out(driver, names)
        self.start()

    @property
    def running(self) -> bool:
        """Tell whether the service runs."""
        return self._process is not None and reader_names() is not None

    def start(self) -> None:
        """Start the service with the readers as they were laid out; return when it answers."""
        shutil.rmtree(FOLDER / "run", ignore_errors=True)
        (FOLDER / "run").mkdir()
        command = [PCSCD, "--foreground", "--info", "-c", str(FOLDER / "readers")]
        with (FOLDER / "pcscd.log").open("wb") as log:
            self._process = subprocess.Popen(
                [*unshare_command(), "sh", "-c", _ENTER, str(FOLDER / "run"), *command],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=os.environ | {"CARD_TIMEOUT_MS": _SILENT_CARD_MS},
            )
        # It comes up with all its readers in the list.
        wait_until(lambda: reader_names() is not None, self.log)

    def kill(self) -> None:
        """Kill the service as a crash would."""
        if self._process is not None:
            self._process.communicate(timeout=_PATIENCE_S)
            self._process = None

    def take_away(self) -> None:
        """End everything and remove the bench's folder."""
        for slot in self._slots.values():
            slot.remove()
        self.kill()
        shutil.rmtree(FOLDER, ignore_errors=True)

    def log(self) -> str:
        """Return what the service said so far."""
        return (FOLDER / "pcscd.log").read_text(errors="replace")

    # -- readers and cards ----------------------------------------------------------------------

    def slot(self, name: str) -> Slot:
        """Return the slot of a reader."""
        return self._slots[name]

    def reader(self, name: str) -> str:
        """Return the name that the PC/SC service gives a reader; it numbers them itself."""
        assert self._layout is not None
        driver, names = self._layout
        ending = f" 00 {names.index(name):02X}"
        for found in reader_names() or ():
            if found.startswith(name) if driver == "own" else found.endswith(ending):
                return found
        raise LookupError(name)

    def insert(self, name: str, card: VirtualCard) -> None:
        """Put a card in and wait until the service has seen it."""
        self.slot(name).insert(card)
        self.wait_for(name, present=True)

    def remove(self, name: str) -> None:
        """Take the card out and wait until the service has seen it."""
        self.slot(name).remove()
        self.wait_for(name, present=False)

    def wait_for(self, name: str, *, present: bool) -> None:
        """Wait until the service says that a card is in the reader, or is not."""
        wait_until(lambda: card_is_in(self.reader(name)) is present, self.log)

    def unplug(self, name: str) -> None:
        """Make a reader of our own driver say that it is gone; it stays in the service's list.

        pcscd 1.9 believes its return only when it is started again, which ``offer`` does.
        """
        self._gone_file(name).touch()

    def _gone_file(self, name: str) -> Path:
        return FOLDER / f"{_file_name(name)}.gone"

    def _gone_files(self) -> list[Path]:
        return list(FOLDER.glob("*.gone"))

    def _lay_out(self, driver: Driver, names: tuple[str, ...]) -> None:
        for stale in self._gone_files():
            stale.unlink()
        shutil.rmtree(FOLDER / "readers", ignore_errors=True)
        (FOLDER / "readers").mkdir(parents=True)
        self._layout = (driver, names)
        if driver == "own":
            self._slots = {name: self._add_own_reader(name) for name in names}
        else:
            self._slots = self._add_packaged_readers(names)

    def _add_own_reader(self, name: str) -> Slot:
        mouth = FOLDER / _file_name(name)
        self._write_reader(name, str(mouth), own_driver())
        return Slot(mouth)

    def _add_packaged_readers(self, names: tuple[str, ...]) -> dict[str, Slot]:
        """Add one entry: its two slots are two readers, but two entries would share one card."""
        assert len(names) <= 2, "the packaged driver has two slots"
        port = _two_free_ports()
        self._write_reader(names[0], f"{port}", PACKAGED_DRIVER, channel=port)
        while len(names) < 2:
            names = (*names, "the second slot")
        return {name: Slot(port + number) for number, name in enumerate(names)}

    def _write_reader(self, name: str, device: str, driver: Path, channel: int = 1) -> None:
        (FOLDER / "readers" / _file_name(name)).write_text(
            f'FRIENDLYNAME "{name}"\nDEVICENAME /dev/null:{device}\n'
            f"LIBPATH {driver}\nCHANNELID {channel:#x}\n"
        )


def own_driver() -> Path:
    """Return our own driver, built once per process."""
    built = FOLDER / "libtestreader.so"
    if not built.exists():
        flags = subprocess.check_output(["pkg-config", "--cflags", "libpcsclite"], text=True)
        warnings = ["-Wall", "-Wextra", "-Werror"]
        subprocess.run(
            ["gcc", *warnings, "-O1", "-fPIC", "-shared", "-o", built, SOURCE, *flags.split()],
            check=True,
        )
    return built


def reader_names() -> list[str] | None:
    """Return the readers that the service lists now; None when it is down."""
    try:
        with service() as context:
            return list_readers(context)
    except CardFault:
        return None


def card_is_in(reader: str) -> bool:
    """Tell whether the service sees a card in a reader."""
    with service() as context:
        return states_now(context, [reader])[reader].present


def wait_until(holds: Callable[[], bool], why_not: Callable[[], str] = str) -> None:
    """Wait until a condition holds; fail with an explanation when it never does."""
    end = time.monotonic() + _PATIENCE_S
    pause = threading.Event()
    while not holds():
        assert time.monotonic() < end, f"waited in vain: {why_not()[-2000:]}"
        pause.wait(0.005)


def _file_name(name: str) -> str:
    return name.lower().replace(" ", "-")


def _two_free_ports() -> int:
    """Return a port that is free together with the next: the packaged driver opens both."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
