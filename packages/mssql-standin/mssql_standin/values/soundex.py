"""SOUNDEX, as databases of compatibility level 110 and later have it: H and W do not part letters of the same sound."""

_CODES = {letter: code for code, letters in {"1": "BFPV", "2": "CGJKQSXZ", "3": "DT", "4": "L", "5": "MN", "6": "R"}.items()
          for letter in letters}  # fmt: skip


def soundex(text: str) -> str:
    """Return the letter and three digits of a word; what follows the first character that is no letter does not count."""
    word = ""
    for character in text.upper():
        if not "A" <= character <= "Z":
            break
        word += character
    if not word:
        return "0000"
    code, last = word[0], _CODES.get(word[0])
    for letter in word[1:]:
        sound = _CODES.get(letter)
        if sound is not None and sound != last:
            code += sound
        if letter not in "HW":
            last = sound
    return code[:4].ljust(4, "0")
