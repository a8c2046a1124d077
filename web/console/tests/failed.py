class Failed(Exception):
    """A promise of the page that does not hold, in words."""


def require(condition, message):
    if not condition:
        raise Failed(message)
