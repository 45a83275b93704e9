"""What went wrong with a request, in words that hold no secret: never a URL, a header, or another library's text."""

NO_CONNECTION_IN_TIME = "no connection within the time allowed"
NO_ANSWER_IN_TIME = "no answer within the time allowed"
CUT_OFF = "the connection was refused or broke before an answer came"
BROKEN = "the connection broke in the middle of the answer"


class Trouble(Exception):
    """No answer came; the text says why."""

    sent = False  # something of the request may have arrived


class CutOff(Trouble):
    """The connection broke before a byte of the answer came, as a kept-alive one does that the server has closed."""

    def __init__(self) -> None:
        """Say the one thing that can be said."""
        super().__init__(CUT_OFF)


def reason(error: Exception) -> str:
    """Name the trouble; of an error that nobody has foreseen only the kind, for its text may hold a URL."""
    return str(error) if isinstance(error, Trouble) else f"the request could not be sent ({type(error).__name__})"
