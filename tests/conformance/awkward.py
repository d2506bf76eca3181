"""A target whose sender has every habit that the sandbox has not: one call at a time, never again, redirects followed,
calls signed, and no call ever more to who answered 410, until they register again."""

import hashlib
import http.client
import json
import queue
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

KEY = "awkward-key-7c1d"
CLIENT = "awkward-tenant"


class Target(ThreadingHTTPServer):
    """As a context manager it serves on a port of its own until the end of the block."""

    daemon_threads = True
    request_queue_size = 128  # with fewer, the system resets connections of those who come all at once

    def __init__(self, *, adds=False):
        super().__init__(("127.0.0.1", 0), Handler)
        self.adds = adds
        self.urls = []
        self.users = {}
        self.due = queue.Queue()
        self._workers = [threading.Thread(target=work, daemon=True) for work in (self.serve_forever, self._send)]

    @property
    def base_url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def __enter__(self):
        for thread in self._workers:
            thread.start()
        return self

    def __exit__(self, *_):
        self.due.put(None)
        self.shutdown()
        self.server_close()

    def register(self, url):
        self.urls = [*self.urls, url] if self.adds and url not in self.urls else [url]

    def say(self, session):
        data = {"sessionId": session, "userId": self.users[session], "content": "Yes?", "participantType": "bot"}
        self.due.put(json.dumps({"event": "message", "data": data}).encode())

    def _send(self):
        while (body := self.due.get()) is not None:
            for url in self.urls:
                if self._call(url, body) == 410:
                    self.urls = []

    def _call(self, url, body):
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=60)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "awkward/1",
            "X-Signature": f"sha256={hashlib.sha256(body).hexdigest()}",
        }
        try:
            connection.request("POST", parts._replace(scheme="", netloc="").geturl(), body, headers)
            answer = connection.getresponse()
            if answer.status in (307, 308):
                return self._call(answer.headers["Location"], body)
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()
        return answer.status


def members(body):
    """Of the object; None where it is none."""
    try:
        given = json.loads(body or "{}")
    except (ValueError, RecursionError):
        return None
    return given if isinstance(given, dict) else None


class Handler(BaseHTTPRequestHandler):
    """The three operations, for those who mostly keep to the document."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body in one piece: the second of two would wait for the first one's acknowledgement

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.headers.get("Authorization") != f"Bearer {KEY}":
            return self._answer(401)
        given = members(body)
        if given is None or (self.path == "/v1/webhooks" and not isinstance(given.get("url"), str)):
            return self._answer(400)
        if self.path == "/v1/webhooks":
            self.server.register(given["url"])
            return self._answer(200)
        if self.path == "/v1/sessions":
            session, user = uuid.uuid4().hex, uuid.uuid4().hex
            self.server.users[session] = user
            return self._answer(200, sessionId=session, userId=user)
        session = self.path.split("/")[3]
        if session not in self.server.users:
            return self._answer(404, errorCode="session_not_found")
        self.server.say(session)
        return self._answer(200)

    def _answer(self, status, **more):
        body = json.dumps({"status": status, **more}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass
