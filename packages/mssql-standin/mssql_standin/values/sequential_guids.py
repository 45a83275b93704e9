"""NEWSEQUENTIALID: each greater than any before in the order in which SQL Server compares uniqueidentifiers."""

import threading
import time
import uuid

_lock = threading.Lock()
_last = [0]
_NODE = uuid.getnode().to_bytes(6, "big")
_CLOCK_SEQUENCE = bytes([0x80, 0x00])
_TICKS_FROM_1582_TO_1970 = 0x01B21DD213814000


def next_stored() -> bytes:
    """Return the next one in stored form, whose bytes stand in the order of comparison: node, sequence, time."""
    with _lock:
        _last[0] = max(_last[0] + 1, time.time_ns() // 100 + _TICKS_FROM_1582_TO_1970)
        return _NODE + _CLOCK_SEQUENCE + (_last[0] | 1 << 60).to_bytes(8, "big")
