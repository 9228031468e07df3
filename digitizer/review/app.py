"""The web application: three screens, and what they ask for. Nothing changes by GET."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from digitizer.errors import LedgerError, UsageError
from digitizer.review.api import WORKS, Work, tell_progress
from digitizer.review.desk import Desk
from digitizer.review.security import SESSION, Door, Guard, Session

_STATIC = Path(__file__).parent / "static"


def build_app(desk: Desk, door: Door) -> ASGIApp:
    """Make the application; only who comes through the door reaches it."""
    templates = Environment(
        loader=PackageLoader("digitizer.review", "pages"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
    )
    routes = [
        *(Route(path, _screen(desk, templates, path), methods=["GET"]) for path in _SCREENS),
        *(Route(f"/api/{name}", _answer(desk, work), methods=["POST"]) for name, work in WORKS.items()),
        Route("/api/progress", _answer(desk, tell_progress), methods=["GET"]),
        Route("/images/{name}", _image(desk), methods=["GET"]),
        Mount("/static", StaticFiles(directory=_STATIC)),
    ]
    return Guard(Starlette(routes=routes), door, HTMLResponse(templates.get_template("welcome.html").render()))


_SCREENS = {
    "/": ("overview.html", "Overview"),
    "/sheets": ("sheets.html", "Digit sheets"),
    "/fields": ("fields.html", "Fields"),
}


def _screen(desk: Desk, templates: Environment, path: str) -> Callable[[Request], Awaitable[Response]]:
    file, title = _SCREENS[path]

    async def answer(request: Request) -> Response:
        session: Session = request.scope[SESSION]
        shown = {"here": path, "title": title, "ledger": desk.name, "reviewer": session.reviewer}
        try:
            told = await run_in_threadpool(tell_progress, desk, session, {}) if path == "/" else {}
        except LedgerError as error:
            return JSONResponse({"error": str(error)}, 503)
        page = templates.get_template(file).render(**shown, folder=_printable(str(desk.out)), told=told)
        return HTMLResponse(page)

    return answer


def _answer(desk: Desk, work: Work) -> Callable[[Request], Awaitable[Response]]:
    """Let a function answer with JSON; what the page cannot help becomes an error that it can show."""

    async def answer(request: Request) -> Response:
        try:
            told = json.loads(await request.body() or b"{}")
            if not isinstance(told, dict):
                raise ValueError("That is no JSON object.")
            return JSONResponse(await run_in_threadpool(work, desk, request.scope[SESSION], told))
        except (ValueError, RecursionError) as error:
            return JSONResponse({"error": f"Not understood: {error}"}, 400)
        except UsageError as error:
            return JSONResponse({"error": str(error)}, 404)
        except LedgerError as error:  # such as a full disk: the page keeps its marks, and tries again
            return JSONResponse({"error": str(error)}, 503)

    return answer


def _image(desk: Desk) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        picture = desk.gallery.find(request.path_params["name"])
        if picture is None:
            return JSONResponse({"error": "There is no such picture any more: load the page again."}, 404)
        return Response(picture.content, media_type=picture.media_type)

    return answer


def _printable(path: str) -> str:
    """Return a path as it can be sent: bytes of a name that are no UTF-8 become question marks."""
    return path.encode("utf-8", "replace").decode()
