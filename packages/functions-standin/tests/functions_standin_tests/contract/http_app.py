"""The app whose answers were recorded, as far as HTTP goes."""

import json
from typing import Any

import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)
Response = func.HttpResponse


@app.route(route="echo/{a?}/{*rest}", methods=["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
def echo(req: func.HttpRequest) -> func.HttpResponse:
    body = req.get_body()
    told = {
        "method": req.method,
        "url": req.url,
        "headers": sorted([name, value] for name, value in req.headers.items() if name.lower() != "x-functions-key"),
        "params": dict(req.params),
        "route": dict(req.route_params),
        "length": len(body),
        "body": body[:120].decode("latin-1"),
    }
    return Response(json.dumps(told), mimetype="application/json")


@app.route(route="json", methods=["POST"])
def wants_json(req: func.HttpRequest) -> func.HttpResponse:
    return Response(json.dumps(req.get_json()), mimetype="application/json")


@app.route(route="form", methods=["POST"])
def form(req: func.HttpRequest) -> func.HttpResponse:
    files = {name: [file.filename, file.content_type] for name, file in req.files.items()}
    return Response(json.dumps({"form": dict(req.form), "files": files}))


@app.route(route="open", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def open_to_all(req: func.HttpRequest) -> func.HttpResponse:
    return Response("open")


@app.route(route="master-only", methods=["GET"], auth_level=func.AuthLevel.ADMIN)
def admin_only(req: func.HttpRequest) -> func.HttpResponse:
    return Response("admin")


@app.route(route="number/{n:int}", methods=["GET"])
def number(req: func.HttpRequest) -> func.HttpResponse:
    return Response(f"number {req.route_params['n']}")


@app.route(route="number/{n:alpha}", methods=["GET"])
def letters(req: func.HttpRequest) -> func.HttpResponse:
    return Response(f"letters {req.route_params['n']}")


@app.route(route="same/{x}", methods=["GET"])
def same_x(req: func.HttpRequest) -> func.HttpResponse:
    return Response(f"x {req.route_params['x']}")


@app.route(route="same/fixed", methods=["GET"])
def same_fixed(req: func.HttpRequest) -> func.HttpResponse:
    return Response("fixed")


@app.route(route="async", methods=["GET"])
async def asynchronous(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    return Response(context.function_name)


RETURNED: dict[str, Any] = {
    "str": "text",
    "none": None,
    "dict": {"a": 1},
    "int": 5,
    "bytes": b"abc",
    "204": Response(status_code=204),
    "204body": Response("body", status_code=204),
    "304": Response(status_code=304),
    "418": Response("teapot", status_code=418),
    "999": Response("x", status_code=999),
    "empty": Response(),
    "binary": Response(bytes(range(256)), mimetype="application/octet-stream"),
    "latin": Response("åäö", charset="latin-1", mimetype="text/plain"),
    "utf": Response("åäö€😀", mimetype="text/plain"),
    "nonasciiheader": Response("x", headers={"X-Name": "é"}),
    "wronglength": Response("xyz", headers={"Content-Length": "1"}),
    "big": Response(b"a" * 100_000),
    "headers": Response(
        "x",
        headers={
            "X-A": "1",
            "Content-Type": "text/x-foo",
            "Set-Cookie": "a=b; Path=/",
            "Location": "http://x/",
            "Cache-Control": "no-store",
            "X-Empty": "",
            "Retry-After": "7",
        },
    ),
}


@app.route(route="ret/{kind}", methods=["GET", "POST"])
def ret(req: func.HttpRequest):  # type: ignore[no-untyped-def] # some of it is no response
    if req.route_params["kind"] == "raise":
        raise ValueError("boom åäö")
    if req.route_params["kind"] == "newlineheader":
        return Response("x", headers={"X-Name": "a\r\nX-B: c"})
    return RETURNED.get(req.route_params["kind"], Response("?", status_code=404))
