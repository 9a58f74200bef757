"""A server that fails as told: a proxy before a real one, which passes everything on, refuses, or accepts and never answers."""

import socket
import threading
from contextlib import suppress
from urllib.parse import urlsplit

PASSING, REFUSING, SILENT = "passing", "refusing", "silent"
SHORT = 0.2  # seconds until a thread looks whether it should end
CHUNK = 1 << 16


class UnsteadyServer:
    """At `url` as long as the block lasts. A change of `manner` also breaks the connections that are open."""

    def __init__(self, real: str):
        self.real = (urlsplit(real).hostname, urlsplit(real).port)
        self.manner = PASSING
        self.left_waiting = 0  # connections that were accepted and never answered
        self.links: list[socket.socket] = []
        self.listener: socket.socket | None = None
        self.port = 0
        self.threads: list[threading.Thread] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "UnsteadyServer":
        self._listen()
        return self

    def __exit__(self, *_error) -> None:
        self.become(REFUSING)
        for thread in self.threads:
            thread.join()

    def become(self, manner: str) -> None:
        was, self.manner = self.manner, manner
        for link in self.links:
            with suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)
            link.close()
        self.links.clear()
        if manner == REFUSING and self.listener is not None:
            self.listener.close()
            self.listener = None
        elif was == REFUSING and manner != REFUSING:
            self._listen()

    def _listen(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", self.port))
        self.listener.settimeout(SHORT)
        self.port = self.listener.getsockname()[1]
        self._begin(self._accept, self.listener)

    def _begin(self, work, *arguments) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self.threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        while listener is self.listener:
            try:
                link, _address = listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            self.links.append(link)
            if self.manner == PASSING:
                server = socket.create_connection(self.real)
                self.links.append(server)
                self._begin(self._pass_on, link, server)
                self._begin(self._pass_on, server, link)
            else:
                self.left_waiting += 1

    def _pass_on(self, giver: socket.socket, taker: socket.socket) -> None:
        with suppress(OSError):
            while data := giver.recv(CHUNK):
                taker.sendall(data)
        for end in (giver, taker):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
