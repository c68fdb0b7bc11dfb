"""How requests are answered: two pages, a code only ever in the body of a POST, and one line of the log for each."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from services.console.domain.paper import STYLE_HASH
from services.console.pages.desk import Outcome
from services.plumbing.arrivals import cause_of

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler, Middleware

    from services.console.pages.desk import Answer, Desk

_BODY_MOST: Final = 2_048
_BODY_SECONDS: Final = 10.0
_STATUS: Final = {Outcome.FORM: 200, Outcome.SHOWN: 200, Outcome.NOT_SHOWN: 404, Outcome.CLOSED: 429}
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src '{STYLE_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Server": "hub",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}
_OUTCOME: Final = web.RequestKey("outcome", str)
_ELSEWHERE: Final = frozenset({"cross-site", "same-site"})
"""What a browser says of a form that another site sends: nobody's page may use up codes or tries."""


def application(desk: Desk, log: Any) -> web.Application:
    """Return the pages as an application of their own."""

    async def form(request: web.Request) -> web.Response:
        return _answered(request, desk.form(desk.language(request.query.get("language"))), desk)

    async def receipt(request: web.Request) -> web.Response:
        if request.headers.get("Sec-Fetch-Site") in _ELSEWHERE:
            raise web.HTTPForbidden(text="A code is typed on the page of the hub itself.\n")
        try:
            fields = await asyncio.wait_for(request.post(), _BODY_SECONDS)
        except TimeoutError:
            raise web.HTTPRequestTimeout(text="The form did not arrive in time.\n") from None
        except ValueError:
            raise web.HTTPBadRequest(text="That is no form of the page.\n") from None
        typed, language = fields.get("code"), fields.get("language")
        chosen = desk.language(language if isinstance(language, str) else None)
        answer = await desk.answer(typed if isinstance(typed, str) else "", chosen, _caller(request))
        return _answered(request, answer, desk)

    app = web.Application(client_max_size=_BODY_MOST, middlewares=[_kept_well(log)])
    app.router.add_get("/", form)
    app.router.add_post("/receipt", receipt)
    return app


def _answered(request: web.Request, answer: Answer, desk: Desk) -> web.Response:
    request[_OUTCOME] = answer.outcome
    response = web.Response(text=answer.html, content_type="text/html", status=_STATUS[answer.outcome])
    if answer.outcome is Outcome.CLOSED:
        response.headers["Retry-After"] = str(desk.closed_seconds)
    return response


def _caller(request: web.Request) -> str:
    """Return who asks. The page is on loopback: of who comes from elsewhere, the server before it says the address."""
    told = request.headers.getall("X-Forwarded-For", [])
    return told[-1].rpartition(",")[2].strip() if told else request.remote or ""


def _kept_well(log: Any) -> Middleware:
    @web.middleware
    async def handled(request: web.Request, handler: Handler) -> web.StreamResponse:
        began, trouble = time.monotonic(), None
        try:
            response = await handler(request)
        except web.HTTPException as refused:
            response = web.Response(text=refused.text, status=refused.status)
        except Exception as error:  # noqa: BLE001  # whatever it is, nothing of the request is repeated
            trouble = cause_of(error)
            response = web.Response(text="That did not work; the hub's log says why.\n", status=500)
        response.headers.update(_HEADERS)
        log.info(
            "page answered", service="console", outcome=request.get(_OUTCOME, "refused"), status=response.status,
            seconds=round(time.monotonic() - began, 4), trouble=trouble,
        )  # fmt: skip
        return response

    return handled
