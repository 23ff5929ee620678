"""Whatever the apprise library speaks: Telegram, Slack, Signal, e-mail, ntfy, Matrix and a hundred others.

Its address says which and holds the credentials (https://github.com/caronc/apprise/wiki); write it as `env:NAME`.
Needs the extra: `pip install 'tasrih[alerts]'`.
"""

from __future__ import annotations

import asyncio
import logging
import re
import warnings
from concurrent.futures import ThreadPoolExecutor

import msgspec
from pydantic import SecretStr

from agents.alert.channels import Delivered, Message, Result, Retry
from agents.alert.wording import Language, worded
from streams.logs import redacted
from streams.settings import Settings

# The library blocks; so many messages of a channel are under way at once.
_THREADS = 4
# What wakes everybody in a chat (Discord, Mattermost, Slack) when an outlet's text holds it, or one of them (<@123>).
_CALL = re.compile(r"(?<!\w)@(?=(everyone|here|channel|all)\b|[!&]?\d+>)", re.IGNORECASE)
_NO_CALL = "\N{FULLWIDTH COMMERCIAL AT}"  # as long as the sign that it stands for


class Options(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What [channels.NAME] holds."""

    url: SecretStr
    language: Language = "ar"
    zone: str = "UTC"  # of the times shown


class Channel:
    """An address of apprise's."""

    kind = "apprise"

    def __init__(self, name: str, options: Options, settings: Settings) -> None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # of modules that it imports
                import apprise

                self._apprise = apprise.Apprise()
                # Its log is not ours: below its warnings it holds addresses, and so credentials.
                log = logging.getLogger("apprise")
                log.setLevel(logging.WARNING)
                log.propagate = False
                if not self._apprise.add(options.url.get_secret_value()):
                    raise ValueError("apprise does not understand the url; see its wiki for what it takes")
        except ImportError as error:
            raise ImportError("the kind apprise needs the extra: pip install 'tasrih[alerts]'") from error
        self._format = apprise.NotifyFormat.TEXT
        # Longer messages are sent as they are, and the service refuses them (Telegram takes 4096 characters).
        self._room = min(service.body_maxlen for service in self._apprise)
        self._options = options
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix=f"apprise-{name}")

    async def deliver(self, message: Message) -> Result:
        """Send the message in words."""
        title, body = worded(message, self._options.language, self._options.zone, self._room)
        title, body = (_CALL.sub(_NO_CALL, text) for text in (title, body))
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._notify, title, body)

    def _notify(self, title: str, body: str) -> Result:
        with self._apprise.notify(body=body, title=title, body_format=self._format) as sent:
            why = " ".join(dict.fromkeys(entry.message for entry in sent.logs()))
            return Delivered() if sent else Retry(f"the service did not take it: {redacted(why) or 'nobody says why'}")

    async def close(self) -> None:
        """Let go of the threads; what is under way is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)
