"""The limit of a web server: an application that says ok and nothing else."""


def app(environ, start_response):
    """Answer every request with two letters."""
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "2")])
    return [b"ok"]
