"""A mail account in SendGrid's form, to break on purpose: POST /mail/send, and /control/mail for people and tests."""

import asyncio
import time
from collections.abc import Sequence

from aiohttp import web

from devstack.demo_api import exact
from devstack.demo_api.answers import cut, problem, reply
from devstack.demo_api.mails import MODES, MailMode, Mails
from devstack.prove.fatal_request import FatalRequests


class MailRoutes:
    """The account's behaviour over what it keeps."""

    def __init__(self, mails: Mails, fatal_requests: FatalRequests) -> None:
        """Behave well, until told otherwise."""
        self._mails = mails
        self._fatal_requests = fatal_requests
        self.behave()

    def behave(self) -> None:
        """Take everything."""
        self._mode = MailMode()

    def routes(self) -> Sequence[web.RouteDef]:
        """Return the routes."""
        return [
            web.post("/mail/send", self.send),
            web.get("/mail/messages/{mail}", self.look_up),
            web.get("/control/mail", self.get_mode),
            web.put("/control/mail", self.put_mode),
            web.get("/control/mails", self.get_mails),
        ]

    async def send(self, request: web.Request) -> web.StreamResponse:
        """Take one mail, or do what the mode says."""
        at = time.time()
        try:
            [person] = exact.loads(await request.read())["personalizations"]
            mail, to = str(person["custom_args"]["mail"]), str(person["to"][0]["email"])
        except (ValueError, KeyError, TypeError, IndexError):
            return problem(400, "This is no mail", "send it in SendGrid's form, with custom_args.mail")
        answer = self._mode.decide(at)
        if answer.delay_seconds:
            await asyncio.sleep(answer.delay_seconds)
        with self._fatal_requests.request():
            self._mails.record(mail, to, answer, at=at, key=request.headers.get("Idempotency-Key"))
        if answer.status is None:
            return cut(request)
        if answer.accept:
            return web.Response(status=answer.status, headers={**answer.headers, "X-Message-Id": f"m-{mail}"})
        return problem(
            answer.status, "Failing on purpose", f"The account was told to answer {answer.status}.", answer.headers
        )

    async def look_up(self, request: web.Request) -> web.StreamResponse:
        """Tell whether a mail was accepted."""
        mail = request.match_info["mail"]
        return reply({"mail": mail}) if self._mails.has(mail) else problem(404, "No such mail", "it was never accepted")

    async def get_mode(self, _: web.Request) -> web.StreamResponse:
        """Tell the mode, and what there is to choose from."""
        return reply({"mode": self._mode.name, **self._mode.parameters, "known": MODES})

    async def put_mode(self, request: web.Request) -> web.StreamResponse:
        """Change the mode: {"mode": name, and its parameters}."""
        try:
            told = dict(exact.loads(await request.read()))
            self._mode = MailMode(str(told.pop("mode")), **{name: float(value) for name, value in told.items()})
        except (ValueError, KeyError, TypeError) as error:
            return problem(400, "This is no mode", f'{error}; send {{"mode": one of {", ".join(MODES)}}}')
        return await self.get_mode(request)

    async def get_mails(self, _: web.Request) -> web.StreamResponse:
        """Tell every request for a mail, oldest first."""
        return reply(self._mails.entries)
