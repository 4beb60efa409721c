"""Where the vendors' PKCS#11 libraries lie; the first that exists is used unless one is named."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from pharmacy_portal.card_agent.outcomes import CardFault, Outcome

_WINDOWS = (
    r"%ProgramFiles%\HCA\HCAPKCS11.dll",
    r"%SystemRoot%\System32\HCAPKCS11.dll",
    r"%SystemRoot%\SysWOW64\HCAPKCS11.dll",
    r"%SystemRoot%\System32\HiCOSPKCS11.dll",
    r"%ProgramFiles%\Chunghwa Telecom\HiCOS PKI Smart Card\HiCOSPKCS11.dll",
    r"%ProgramFiles%\OpenSC Project\OpenSC\pkcs11\opensc-pkcs11.dll",
)
_MACOS = (
    "/usr/local/lib/HCAPKCS11.dylib",
    "/usr/local/lib/HiPKI/libHicos_p11v1.dylib",
    "/Library/OpenSC/lib/opensc-pkcs11.so",
    "/opt/homebrew/lib/opensc-pkcs11.so",
)
_LINUX = (
    "/usr/local/HiCOS/lib/libHicos_p11v1.so",
    "/usr/lib/HiCOS/libHicos_p11v1.so",
    "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so",
    "/usr/lib/aarch64-linux-gnu/opensc-pkcs11.so",
    "/usr/lib64/opensc-pkcs11.so",
)


def find_module(configured: Sequence[str] = (), platform: str = sys.platform) -> str:
    """Return the library to load: the first of those configured, else of those known, that exists.

    Raises:
        CardFault: ``no_module``.
    """
    for place in configured or _known(platform):
        path = Path(os.path.expandvars(place))
        # A relative name would be looked for along the system's search path: not ours to trust.
        if path.is_absolute() and path.is_file():
            return str(path)
    raise CardFault(Outcome.NO_MODULE)


def _known(platform: str) -> Iterable[str]:
    return {"win32": _WINDOWS, "darwin": _MACOS}.get(platform, _LINUX)
