"""Which encodings a client takes."""

from gateway.http.request import Request


def takes_gzip(req: Request) -> bool:
    """Say whether a client takes gzip."""
    for part in (req.get_header("Accept-Encoding") or "").lower().split(","):
        coding, _, weight = part.partition(";")
        if coding.strip() in {"gzip", "*"}:
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False
