"""One connection to the mail server, for as many messages as it takes."""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import unquote, urlsplit

from knowledge_exchange.core.settings import is_loopback
from knowledge_exchange.mail import verdicts
from knowledge_exchange.mail.composing import host as own_name
from knowledge_exchange.mail.composing import sender
from knowledge_exchange.mail.transport import Refused, Unready

#: For one step on the way to a connection, and for all of them: name, handshake, greeting, password.
STEP_S = 30.0
CONNECTING_MOST_S = 60.0
_ENOUGH = 250
_PORTS = {"smtp": 587, "smtp+starttls": 587, "smtps": 465}


class _Fuse:
    """Cuts a connection when its time is up, whatever is being waited for.

    A server that sends a byte now and then would never run into the socket's own time limit, which each byte renews.
    """

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self._burnt = False

    def hold(self, connection: socket.socket) -> None:
        """Be responsible for this connection."""
        if self._burnt:
            connection.close()
            raise TimeoutError
        # Its double, for TLS takes the connection away from the first one.
        self._socket = connection.dup()

    @contextmanager
    def lit(self, seconds: float) -> Iterator[None]:
        """For what happens inside there is so much time."""
        self._burnt = False
        timer = threading.Timer(max(seconds, 0), self._burn)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _burn(self) -> None:
        self._burnt = True
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def let_go(self) -> None:
        """The connection has ended."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None


class _Server(smtplib.SMTP):
    """The library's client, its connection under a fuse, and in TLS from the beginning if ``tls`` is given."""

    def __init__(self, fuse: _Fuse, name: str, port: int, tls: ssl.SSLContext | None) -> None:
        self._fuse = fuse
        self._tls = tls
        # Without a name for itself it would ask the network for this machine's, and tell it to everybody.
        super().__init__(name, port, local_hostname=own_name(), timeout=STEP_S)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        connection = socket.create_connection((host, port), timeout)
        self._fuse.hold(connection)
        return self._tls.wrap_socket(connection, server_hostname=host) if self._tls else connection

    def is_secret(self) -> bool:
        """Whether nobody in between can read along."""
        return isinstance(self.sock, ssl.SSLSocket)


class Line:
    """The connection to the server of ``KE_SMTP_URL``; made when it is needed, made again when it is broken."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._scheme = parts.scheme
        self._host = parts.hostname or "localhost"
        self._port = parts.port or _PORTS[parts.scheme]
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._fuse = _Fuse()
        self._server: _Server | None = None

    def make_ready(self) -> None:
        """Be connected, as far as can be known. Raises :class:`Unready`."""
        if self._is_alive():
            return
        self.close()
        try:
            with self._fuse.lit(CONNECTING_MOST_S):
                self._server = self._connected()
        # All of smtplib's errors are OSErrors; a name or a password that can't be written in ASCII is a ValueError.
        except (OSError, ValueError) as error:
            self.close()
            raise Unready(_reason(error)) from error

    def _is_alive(self) -> bool:
        if self._server is None:
            return False
        try:
            with self._fuse.lit(STEP_S):
                return self._server.noop()[0] == _ENOUGH
        except OSError:
            return False

    def _connected(self) -> _Server:
        server = _Server(self._fuse, self._host, self._port, self._context() if self._scheme == "smtps" else None)
        self._server = server  # so that it is closed, whatever comes
        server.ehlo()
        if self._scheme != "smtps" and server.has_extn("starttls"):
            server.starttls(context=self._context())
            server.ehlo()
        if self._scheme != "smtp" and not server.is_secret():
            raise Unready("no STARTTLS")
        if self._user:
            if not server.is_secret() and not is_loopback(self._host):
                raise Unready("no TLS for the password")
            server.login(self._user, self._password)
        # From here on the fuse alone says how long things may take.
        assert server.sock is not None
        server.sock.settimeout(None)
        return server

    def _context(self) -> ssl.SSLContext:
        """Certificates are checked, but for a server on this machine of which no more than ``smtp`` is asked.

        There nobody is in between, and its certificate is mostly one that it made itself.
        """
        context = ssl.create_default_context()
        if self._scheme == "smtp" and is_loopback(self._host):
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    def deliver(self, message_id: int, recipient: str, content: bytes, *, within_s: float) -> None:
        """Hand one message over, within so many seconds. See :class:`transport.Way`."""
        assert self._server is not None, "make_ready comes first"
        options = () if recipient.isascii() else ("SMTPUTF8", "BODY=8BITMIME")
        try:
            with self._fuse.lit(within_s):
                self._server.sendmail(sender(), [recipient], content, options)
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            raise _refused(code, verdicts.on_recipient(code, text)) from error
        except smtplib.SMTPSenderRefused as error:
            if verdicts.is_of_the_server(error.smtp_code):
                raise Unready(_reason(error)) from error
            raise Refused(_reason(error), final=error.smtp_code >= verdicts.PERMANENT) from error
        except smtplib.SMTPDataError as error:
            raise _refused(error.smtp_code, verdicts.on_text(error.smtp_code, error.smtp_error)) from error
        except smtplib.SMTPNotSupportedError as error:
            # An address that this server can't write.
            raise Refused(_reason(error), final=True) from error
        except OSError as error:
            self.close()
            raise Refused(_reason(error), final=False) from error

    def close(self) -> None:
        """Say goodbye, if anybody is there."""
        server, self._server = self._server, None
        if server is not None:
            with suppress(OSError), self._fuse.lit(STEP_S):
                server.quit()
            server.close()
        self._fuse.let_go()


def _refused(code: int, verdict: verdicts.Verdict) -> Refused:
    return Refused(f"SMTP {code}", final=verdict.final, of_recipient=verdict.of_recipient)


def _reason(error: Exception) -> str:
    """What went wrong, without the words of the server, which may repeat an address."""
    return f"SMTP {error.smtp_code}" if isinstance(error, smtplib.SMTPResponseException) else type(error).__name__
