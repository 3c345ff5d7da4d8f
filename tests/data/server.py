"""A server of files on this machine, with the faults that real ones have."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Server:
    """Serves `files`: name -> content; counts what was asked for."""

    def __init__(self, address):
        self.address, self.files, self.asked = address, {}, []
        #: "cut": the connection breaks off half way; "silent": no length is told.
        self.fault = ""

    def url(self, name):
        """The address of a file."""
        return f"{self.address}/{name}"


@contextmanager
def serving():
    """A server that runs while the context is open."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            name = self.path.lstrip("/")
            server.asked.append(name)
            content = server.files.get(name)
            if content is None:
                self.send_error(404)
                return
            self.send_response(200)
            if "silent" not in server.fault:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2] if "cut" in server.fault else content)
            self.close_connection = True

        def log_message(self, *words):
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server = Server(f"http://127.0.0.1:{http.server_port}")
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
