"""StringMatches: a pattern whose * stands for any characters."""


def matches(text: str, pattern: str) -> bool:
    """Tell whether a whole text is as a pattern says; \\* is a star itself, \\\\ a backslash."""
    begin, *parts = _parts_of(pattern)
    if not parts:
        return text == begin
    *middle, end = parts
    if not text.startswith(begin) or not text.endswith(end) or len(text) < len(begin) + len(end):
        return False
    place, last = len(begin), len(text) - len(end)
    for part in middle:  # the first place where a part fits leaves most room for the others
        found = text.find(part, place, last)
        if found < 0:
            return False
        place = found + len(part)
    return True


def _parts_of(pattern: str) -> list[str]:
    parts, place = [""], 0
    while place < len(pattern):
        character, place = pattern[place], place + 1
        if character == "*":
            parts.append("")
            continue
        if character == "\\" and pattern[place : place + 1] in ("*", "\\"):
            character, place = pattern[place], place + 1
        parts[-1] += character
    return parts
