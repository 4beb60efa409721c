"""Texts that a spreadsheet would run, and texts that programs get wrong."""

from __future__ import annotations

WOULD_RUN = (
    *("=1+1", "=cmd|' /C calc'!A0", '=HYPERLINK("http://x","y")', "+1+1", "-1+1", "@SUM(1)", "="),
    *("\t=1+1", "\r=1+1", "\n=1+1", "\0=1+1", "\x01=1+1", "\x7f=1+1", "=1+1\0"),
    *("＝1+1", "＋1+1", "－1+1", "＠SUM(1)", " =1+1", "\u3000=1+1", "\xa0=1+1"),
    *("\ufeff=1+1", "\u200b=1+1", "\u202e=1+1", "'=1+1", "''=1+1", "+886 2 2345"),
)
RARE = (
    *("𠮷野家", "𡘙堃藥局", "😷👩‍⚕️", "巿立", "e\u0301", 'say "hi", you', "a,b", "two\nlines"),
    *(
        "two\r\nlines",
        "tab\there",
        "\u2028line",
        "para\u2029graph",
        "nul\0l",
        "\x0bvt",
        "</script>",
    ),
    *("<b>&amp;", "\\u0041\\", "'引號", "{{7*7}}", "\ufffd", "\ufffe", " 前後 ", "right\u202eleft"),
)
ALL = (*WOULD_RUN, *RARE)
