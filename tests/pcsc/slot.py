"""The mouth of a virtual reader: cards go in and come out as by hand.

Both drivers speak the same messages, the packaged one over TCP, our own over a Unix socket: a
16-bit big-endian length and a body. One byte is a control code, more is a command.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tests.pcsc.cards import VirtualCard

_GIVE_ATR = 4


class Slot:
    """One virtual reader's slot.

    Attributes:
        seen: every command that a card in this slot was sent.
        on_command: called with each command before the card answers it.
    """

    def __init__(self, where: int | Path) -> None:
        self._where = where
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self.seen: list[bytes] = []
        self.on_command: Callable[[bytes], object] | None = None

    def insert(self, card: VirtualCard) -> None:
        """Put a card in; the service notices in its own time, see ``PcscBench.insert``."""
        assert self._socket is None, "there is a card in this slot"
        self._socket = self._connect()
        self._thread = threading.Thread(
            target=self._serve, args=(self._socket, card), name="virtual-card", daemon=True
        )
        self._thread.start()

    def remove(self) -> None:
        """Take the card out, if there is one."""
        mouth, self._socket = self._socket, None
        if mouth is not None:
            with suppress(OSError):
                mouth.shutdown(socket.SHUT_RDWR)
            mouth.close()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(2)

    def _connect(self) -> socket.socket:
        if isinstance(self._where, int):
            mouth = socket.create_connection(("127.0.0.1", self._where), timeout=5)
            mouth.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            mouth.settimeout(None)
            return mouth
        mouth = socket.socket(socket.AF_UNIX)
        mouth.connect(str(self._where))
        return mouth

    def _serve(self, mouth: socket.socket, card: VirtualCard) -> None:
        with suppress(OSError, EOFError):
            while True:
                body = self._receive(mouth)
                answer = self._answer(card, body)
                if answer is None:
                    break
                if len(body) > 1 or body[0] == _GIVE_ATR:
                    mouth.sendall(struct.pack(">H", len(answer)) + answer)
        with suppress(OSError):
            mouth.shutdown(socket.SHUT_RDWR)

    def _answer(self, card: VirtualCard, body: bytes) -> bytes | None:
        if len(body) > 1:
            self.seen.append(body)
            if self.on_command is not None:
                self.on_command(body)
            return card.answer(body)
        if body[0] != _GIVE_ATR:
            card.power(body[0] != 0)
        return card.atr

    @staticmethod
    def _receive(mouth: socket.socket) -> bytes:
        return _exactly(mouth, struct.unpack(">H", _exactly(mouth, 2))[0])


def _exactly(mouth: socket.socket, length: int) -> bytes:
    received = b""
    while len(received) < length:
        if mouth.family == socket.AF_INET:
            # The packaged driver writes twice; without this each command takes 40 ms.
            mouth.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        piece = mouth.recv(length - len(received))
        if not piece:
            raise EOFError
        received += piece
    return received
