"""Pages for people who have followed a link: they load nothing, run nothing, and tell nobody where they came from."""

from html import escape

import azure.functions as func

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    '<meta name="robots" content="noindex"><title>{}</title>{}'
)


def page(title: str, html: str, status: int = 200) -> func.HttpResponse:
    """Return a page; `html` is what stands on it, with every text of others escaped."""
    content = _PAGE.format(escape(title), html)
    return func.HttpResponse(content, status_code=status, mimetype="text/html", headers=_HEADERS)
