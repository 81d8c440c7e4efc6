"""What can go wrong with the servers, said in one sentence."""


class ServerError(Exception):
    """A server can't be started, reached or stopped; the message says why and what to do."""
