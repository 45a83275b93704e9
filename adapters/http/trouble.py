"""What went wrong with a request, in words that hold no secret."""

import logging

import requests


def keep_urls_out_of_the_log() -> None:
    """Silence the debug lines of requests' own library: they hold whole URLs, which may hold secrets."""
    logging.getLogger("urllib3").setLevel(logging.INFO)


def reason(error: requests.RequestException) -> str:
    """Name the kind of trouble only: requests' own texts hold the URL, which may hold a secret."""
    match error:
        case requests.ConnectTimeout():
            return "no connection within the time allowed"
        case requests.Timeout():
            return "no answer within the time allowed"
        case requests.exceptions.SSLError():
            return "the TLS handshake failed (certificate or protocol)"
        case requests.exceptions.ProxyError():
            return "the proxy could not be reached"
        case requests.exceptions.ChunkedEncodingError():
            return "the connection broke in the middle of the answer"
        case requests.ConnectionError():
            return "the connection was refused or broke before an answer came"
        case _:
            return f"the request could not be sent ({type(error).__name__})"
