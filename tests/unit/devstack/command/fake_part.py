"""A part for the tests, as a program: serves HTTP on a port, says so, and misbehaves as told."""

import argparse
import os
import signal
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = b'{"state": "Running"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


def say_goodbye(file: str, word: str) -> None:
    with Path(file).open("a", encoding="utf-8") as words:
        words.write(f"{word}\n")
    os._exit(0)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--ignore-sigterm", action="store_true")
    parser.add_argument("--exit", type=int)
    parser.add_argument("--silent", action="store_true", help="never say that it is ready")
    parser.add_argument("--grandchild", type=Path, help="start a process and write its pid into this file")
    parser.add_argument("--goodbye", nargs=2, help="on SIGTERM add to this file this word")
    options = parser.parse_args()
    if options.exit is not None:
        print("something is wrong with this part")
        sys.exit(options.exit)
    if options.ignore_sigterm:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if options.grandchild:
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        options.grandchild.write_text(str(child.pid))
    if options.goodbye:
        signal.signal(signal.SIGTERM, lambda *_: say_goodbye(*options.goodbye))
    server = ThreadingHTTPServer(("127.0.0.1", options.port), Handler)
    if not options.silent:
        print(f"fake: listening on {options.port}", os.environ.get("FAKE_GREETING", ""), flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
