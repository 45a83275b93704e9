"""What can go wrong, each said in one sentence with its remedy."""


class CommandError(Exception):
    """A problem that ends `./dev` with exit status 1; the message names it and what to do about it."""


class PartFailed(CommandError):
    """A part did not come up, or ended by itself; the message ends with the last lines of its log."""
