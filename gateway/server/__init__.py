"""The web server: gunicorn's master over uvicorn workers, answering by the watch API's rules whatever comes in.

``serve`` is all there is to call. The parts: ``listening`` (socket), ``master`` and ``worker`` (processes),
``web_server`` (one worker's life), ``roll`` (its connections), ``connection``, ``exchange``, ``websocket`` (protocols).
"""

from gateway.server.serving import serve
from gateway.server.settings import ServerSettings

__all__ = ["ServerSettings", "serve"]
