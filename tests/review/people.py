"""People who review over HTTP: each with a session, sending again what was not answered, as the page does."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from tests.review.serving import Server

Json = dict[str, Any]
_PATIENCE_S, _PAUSE_S, _ANSWER_S = 60.0, 0.05, 20.0


@dataclass
class Client:
    """A person's browser.

    Attributes
    ----------
    link
        Says what the link is now: a server that was started again has another.
    said
        All decisions, by their ids.
    refused
        What came back as a conflict, by id.
    repeated
        How often something was asked for again.
    """

    name: str
    link: Callable[[], str]
    said: dict[str, Json] = field(default_factory=dict)
    refused: dict[str, Json] = field(default_factory=dict)
    repeated: int = 0
    _cookie: str = ""
    _numbers: Iterator[int] = field(default_factory=count)

    def ask(self, work: str, **told: Any) -> Json:
        """Ask until there is an answer, however often the server dies meanwhile."""
        over = time.monotonic() + _PATIENCE_S
        while True:
            try:
                if not self._cookie:
                    self._come_in()
                status, answer = self._post(work, told)
            except (OSError, HTTPException):
                status, answer = 503, {}
            if status == 200:
                return answer
            if status not in (403, 503) or time.monotonic() > over:
                raise RuntimeError(f"{work}: {status} {answer}")
            self.repeated += 1
            time.sleep(_PAUSE_S)
            if status == 403:
                self._cookie = ""

    def take(self, symbol: str | None = None, cells: int = 360) -> list[Json]:
        """Get the cells of a sheet, each with its symbol."""
        sheet = self.ask("sheet", symbol=symbol, count=cells)
        return [cell | {"symbol": sheet["symbol"]} for cell in sheet["cells"]]

    def say(self, cells: Sequence[Json], after: str) -> None:
        """Decide about some cells, in one request."""
        made = [self._decision(cell, after) for cell in cells]
        self.said |= {each["client_id"]: each for each in made}
        for conflict in self.ask("decide", decisions=made)["conflicts"]:
            self.refused[conflict["client_id"]] = conflict

    def _decision(self, cell: Json, after: str) -> Json:
        shown = {name: cell[name] for name in ("key", "position", "seen")}
        own_id = f"{self.name} {next(self._numbers):06}"
        return shown | {"client_id": own_id, "screen": "sheet", "before": cell["symbol"], "after": after}

    def _come_in(self) -> None:
        """Open the link, and say who one is."""
        try:
            token = urlsplit(self.link()).query
            with self._connected() as connection:
                connection.request("GET", f"/?{token}")
                cookie = connection.getresponse().getheader("Set-Cookie") or ""
            self._cookie = cookie.partition(";")[0]
            if self._cookie:
                self._post("reviewer", {"name": self.name})
        except (OSError, HTTPException):
            self._cookie = ""

    def _post(self, work: str, told: Json) -> tuple[int, Json]:
        address = urlsplit(self.link()).netloc
        headers = {"Origin": f"http://{address}", "Content-Type": "application/json", "Cookie": self._cookie}
        with self._connected() as connection:
            connection.request("POST", f"/api/{work}", json.dumps(told), headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"{}")

    @contextmanager
    def _connected(self) -> Iterator[HTTPConnection]:
        connection = HTTPConnection(urlsplit(self.link()).netloc, timeout=_ANSWER_S)
        try:
            yield connection
        finally:
            connection.close()


def at_once(people: Sequence[Client], work: Callable[[Client], None]) -> None:
    """Let people work at the same time, until all are done."""
    ready = threading.Barrier(len(people))

    def begin(person: Client) -> None:
        ready.wait()
        work(person)

    with ThreadPoolExecutor(len(people)) as pool:
        list(pool.map(begin, people))


def contradict(server: Server, symbols: str, in_one_request: int = 7) -> list[Client]:
    """Show two people the same digits, and let them say different things at the same time."""
    people = [Client(name, lambda: server.link) for name in ("ann", "bob")]
    shown = {}
    for person in people:
        shown[person.name] = [cell for symbol in symbols for cell in person.take(symbol)]
        person.ask("release")

    def edit(person: Client) -> None:
        cells, after = shown[person.name], {"ann": "8", "bob": "9"}[person.name]
        for start in range(0, len(cells), in_one_request):
            person.say(cells[start : start + in_one_request], after)

    at_once(people, edit)
    return people


def share(server: Server, clients: int, kills: int = 0, sheet: int = 12) -> list[Client]:
    """Let clients take sheet after sheet until nothing is left, while the server is killed now and then."""
    people = [Client(f"person {number}", lambda: server.link) for number in range(clients)]
    done = threading.Event()

    def settle(person: Client) -> None:
        while cells := person.take(cells=sheet):
            person.say(cells[: sheet // 2], "8")
            person.say(cells[sheet // 2 :], "8")

    with ThreadPoolExecutor(1) as killer:
        killing = killer.submit(_kill_now_and_then, server, kills, people, done)
        try:
            at_once(people, settle)
        finally:
            done.set()
            killing.result()
    return people


def _kill_now_and_then(server: Server, kills: int, people: Sequence[Client], done: threading.Event) -> None:
    """Kill the server each time that some more has been said, and start it again."""
    for number in range(kills):
        said = sum(len(each.said) for each in people) + 60 + 17 * number
        while sum(len(each.said) for each in people) < said and not done.is_set():
            time.sleep(0.002)
        if done.is_set():
            return
        server.kill()
        server.start()
