"""What every table stands on. Times are microseconds since 1970 (UTC); days ISO text."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, MetaData

metadata = MetaData()
Position = BigInteger().with_variant(Integer, "sqlite")
