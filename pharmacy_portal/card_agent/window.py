"""The agent's windows, each a process of its own: the PIN, the last try, the pairing code.

window pin         question as JSON on stdin; the PIN on stdout, exit 1 when cancelled
window final-try   the same; prints yes
window code        the code on stdin, shown until the process is ended
"""

from __future__ import annotations

import sys
import tkinter
from tkinter import font, messagebox

import msgspec

from pharmacy_portal.card_agent.pairing import VALID_S
from pharmacy_portal.card_agent.pin import FINAL_TRY, PATIENCE_S, PinQuestion

_TITLE = "maskmap 讀卡程式 Card agent"
# Before whoever waits for the answer gives up.
_ENDS_S = PATIENCE_S - 5
_PAD = 16
_TEXT_POINTS, _LARGE_POINTS = 13, 28


def main(what: str) -> int:
    """Open one window; return the exit status."""
    told = sys.stdin.buffer.read()
    if what == "code":
        return _show_code(told.decode())
    question = msgspec.json.decode(told, type=PinQuestion)
    answer = _ask_pin(question) if what == "pin" else _confirm(question)
    if answer:
        sys.stdout.write(answer + "\n")
    return 0 if answer else 1


def _root(ends_after_s: float) -> tkinter.Tk:
    root = tkinter.Tk()
    root.title(_TITLE)
    root.attributes("-topmost", True)
    root.after(int(ends_after_s * 1000), root.destroy)
    root.option_add("*Font", font.Font(root=root, name="told", size=_TEXT_POINTS, exists=False))
    root.geometry(f"+{root.winfo_screenwidth() // 3}+{root.winfo_screenheight() // 3}")
    return root


def _confirm(question: PinQuestion) -> str:
    root = _root(_ENDS_S)
    root.withdraw()
    told = f"{question.text()}\n\n{FINAL_TRY}"
    return "yes" if messagebox.askyesno(_TITLE, told, default="no", icon="warning") else ""


def _ask_pin(question: PinQuestion) -> str:
    root, given = _root(_ENDS_S), [""]

    def take(_: object = None) -> None:
        given[0] = entry.get()
        root.destroy()

    tkinter.Label(root, text=question.text(), justify="left").pack(padx=_PAD, pady=_PAD)
    entry = tkinter.Entry(root, show="•", font=_large(root))
    entry.pack(padx=_PAD, fill="x")
    buttons = tkinter.Frame(root)
    buttons.pack(padx=_PAD, pady=_PAD)
    tkinter.Button(buttons, text="確定 OK", command=take).pack(side="left")
    tkinter.Button(buttons, text="取消 Cancel", command=root.destroy).pack(side="left")
    entry.bind("<Return>", take)
    root.bind("<Escape>", lambda _: root.destroy())
    entry.focus_force()
    root.mainloop()
    return given[0]


def _show_code(code: str) -> int:
    root = _root(VALID_S)
    told = "請在網頁輸入這組配對碼（2 分鐘內有效）\nType this code into the page within 2 minutes"
    tkinter.Label(root, text=told).pack(padx=_PAD, pady=_PAD)
    tkinter.Label(root, text=f"{code[:4]} {code[4:]}", font=_large(root)).pack(padx=_PAD, pady=_PAD)
    root.mainloop()
    return 0


def _large(root: tkinter.Tk) -> font.Font:
    return font.Font(root=root, size=_LARGE_POINTS)
