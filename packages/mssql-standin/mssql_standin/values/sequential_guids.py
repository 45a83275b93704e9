"""NEWSEQUENTIALID: each greater than any before in the order in which SQL Server compares uniqueidentifiers."""

from mssql_standin.outside import Mutex, Outside

_CLOCK_SEQUENCE = bytes([0x80, 0x00])
_TICKS_FROM_1582_TO_1970 = 0x01B21DD213814000


class SequentialGuids:
    """What a machine gives out; safe for threads."""

    def __init__(self, outside: Outside) -> None:
        """Go by a clock, and the machine's number."""
        self._outside = outside
        self._node = outside.node().to_bytes(6, "big")
        self._lock = Mutex()
        self._last = 0

    def next_stored(self) -> bytes:
        """Return the next one in stored form, whose bytes stand in the order of comparison: node, sequence, time."""
        with self._lock:
            now = self._outside.utc_nanoseconds() // 100 + _TICKS_FROM_1582_TO_1970
            self._last = max(self._last + 1, now)
            return self._node + _CLOCK_SEQUENCE + (self._last | 1 << 60).to_bytes(8, "big")
