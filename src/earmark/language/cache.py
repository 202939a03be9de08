"""Replies kept by the content of the question, shared by runs and processes, so that nothing is paid twice.

SQLite in write-ahead mode, readable by its owner only. Two askers of the same question at the same moment, in one
process or in two, send it once: the first claims it, the others wait for its reply.
"""

import marshal
import os
import platform
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from uuid import uuid4

from earmark.errors import InvalidInput
from earmark.language.budget import counted
from earmark.language.model import LanguageModel, Prompt, Reply, Usage
from earmark.language.thinking_room import is_cut_off

_SCHEMA = """
CREATE TABLE IF NOT EXISTS replies (
    question TEXT PRIMARY KEY, model TEXT NOT NULL, text TEXT NOT NULL, finish TEXT NOT NULL, bytes INTEGER NOT NULL,
    kept_at REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS claims (question TEXT PRIMARY KEY, owner TEXT NOT NULL, until REAL NOT NULL) WITHOUT ROWID;
"""

# A claim outlives its owner by this much at most; where the owner is seen to be dead, it is taken over at once.
_CLAIM_S = 30.0
_POLL_S = 0.02
_FREE = Usage()
_FIND = "SELECT model, text, finish FROM replies WHERE question = ?"
_PRUNE_EVERY = 500
# This form of marshal holds floats exactly and shares nothing, so equal values are serialised alike.
_MARSHAL = 2


def default_cache_path() -> Path:
    """``$EARMARK_CACHE``, else the user's cache folder."""
    named = os.environ.get("EARMARK_CACHE")
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "earmark" / "replies.sqlite"


@dataclass(frozen=True)
class CacheInfo:
    """How full a cache is."""

    path: Path
    replies: int
    bytes: int


class ReplyCache:
    """Replies by question, in one SQLite file.

    Args:
        path: the file; made with its folder where absent.
        largest_bytes: the oldest replies go when there are more bytes than this.

    Raises:
        InvalidInput: the file is not a cache, or cannot be written.
    """

    def __init__(self, path: Path | None = None, largest_bytes: int = 1_000_000_000) -> None:
        self.path = path or default_cache_path()
        self._largest_bytes = largest_bytes
        self._local = threading.local()
        self._id = uuid4().hex
        self._held: set[str] = set()
        self._heartbeat: threading.Thread | None = None
        self._puts = 0
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.path.touch(mode=0o600, exist_ok=True)
            self.path.chmod(0o600)
            self._connection().executescript(_SCHEMA)
        except (OSError, sqlite3.DatabaseError) as error:
            raise InvalidInput(f"{self.path} cannot be used as a reply cache: {error}.") from error

    def get(self, question: str) -> Reply | None:
        """The reply to a question, if it has been asked before and was not cut off; from here it costs nothing."""
        row = self._finder().execute(_FIND, (question,)).fetchone()
        if row is None:
            return None
        model, text, finish = row
        reply = Reply(model=model, text=text, finish=finish, usage=_FREE)
        return None if finish == "length" and is_cut_off(reply) else reply

    def put(self, question: str, reply: Reply) -> None:
        """Keep a reply and release the claim on its question."""
        size = len(reply.text.encode())
        with self._connection() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO replies VALUES (?, ?, ?, ?, ?, ?)",
                (question, reply.model, reply.text, reply.finish, size, time.time()),
            )
            connection.execute("DELETE FROM claims WHERE question = ?", (question,))
        self._puts += 1
        if self._puts % _PRUNE_EVERY == 0:
            self.prune()

    @contextmanager
    def claimed(self, question: str) -> Iterator[Reply | None]:
        """Hold a question while asking it; yields the reply instead where somebody else got it meanwhile."""
        while not self._claim(question):
            known = self.get(question)
            if known is not None:
                yield known
                return
            time.sleep(_POLL_S)
        self._hold(question)
        try:
            yield self.get(question)
        finally:
            self._held.discard(question)
            with self._connection() as connection:
                connection.execute("DELETE FROM claims WHERE question = ? AND owner = ?", (question, self._owner))

    def info(self) -> CacheInfo:
        """Count replies and bytes."""
        replies, size = self._connection().execute("SELECT count(*), coalesce(sum(bytes), 0) FROM replies").fetchone()
        return CacheInfo(self.path, replies, size)

    def prune(self, largest_bytes: int | None = None) -> int:
        """Drop the oldest replies until the rest fits.

        Returns:
            How many were dropped.
        """
        bound = self._largest_bytes if largest_bytes is None else largest_bytes
        with self._connection() as connection:
            return connection.execute(
                "DELETE FROM replies WHERE question IN (SELECT question FROM (SELECT question,"
                " sum(bytes) OVER (ORDER BY kept_at DESC, question) AS kept FROM replies) WHERE kept > ?)",
                (bound,),
            ).rowcount

    def _claim(self, question: str) -> bool:
        now = time.time()
        with self._connection() as connection:
            connection.execute("DELETE FROM claims WHERE question = ? AND until < ?", (question, now))
            taken = connection.execute(
                "INSERT OR IGNORE INTO claims VALUES (?, ?, ?)", (question, self._owner, now + _CLAIM_S)
            ).rowcount
            if taken != 1:
                (owner,) = connection.execute("SELECT owner FROM claims WHERE question = ?", (question,)).fetchone()
                if _is_dead(owner):
                    connection.execute(
                        "UPDATE claims SET owner = ?, until = ? WHERE question = ?",
                        (self._owner, now + _CLAIM_S, question),
                    )
                    taken = 1
        return taken == 1

    @property
    def _owner(self) -> str:
        return f"{_where()}:{os.getpid()}:{self._id}"

    def _hold(self, question: str) -> None:
        """Keep a claim alive for as long as its question is being asked, by one thread for all of them."""
        self._held.add(question)
        # A thread does not survive a fork.
        if self._heartbeat is None or not self._heartbeat.is_alive():
            self._heartbeat = threading.Thread(target=self._keep_alive, daemon=True)
            self._heartbeat.start()

    def _keep_alive(self) -> None:
        while True:
            time.sleep(_CLAIM_S / 3)
            until = time.time() + _CLAIM_S
            held = [(until, question, self._owner) for question in tuple(self._held)]
            # Where this fails, a claim may end early, and a question be sent twice: no reason to stop asking.
            with suppress(sqlite3.Error), self._connection() as connection:
                connection.executemany("UPDATE claims SET until = ? WHERE question = ? AND owner = ?", held)

    def _connection(self) -> sqlite3.Connection:
        return self._finder().connection

    def _finder(self) -> sqlite3.Cursor:
        """One connection a thread, with a cursor that is used again; a process that was forked opens its own."""
        local = self._local
        try:
            if local.process == os.getpid():
                return local.finder  # type: ignore[no-any-return]
        except AttributeError:
            pass
        connection = sqlite3.connect(self.path, timeout=30, check_same_thread=False)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        local.finder, local.process = connection.cursor(), os.getpid()
        return local.finder  # type: ignore[no-any-return]


@lru_cache(maxsize=1)
def _where() -> str:
    """Where process ids mean something: this machine and, in a container, this one."""
    try:
        inside = Path("/proc/self/ns/pid").stat().st_ino
    except OSError:
        inside = 0
    return f"{platform.node()}/{inside}"


def _is_dead(owner: str) -> bool:
    """Whether the process behind a claim is seen to be gone; one elsewhere never is."""
    where, process, _ = owner.rsplit(":", 2)
    if where != _where():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


class Cached:
    """A language model that never asks the same question twice.

    Args:
        model: who answers new questions.
        cache: where replies are kept.
        identity: what tells this model from every other, where its name alone does not.
    """

    def __init__(self, model: LanguageModel, cache: ReplyCache, identity: str | None = None) -> None:
        self._model = counted(model)
        self.name, self.budget = self._model.name, self._model.budget
        self._cache = cache
        self._identity = identity or model.name

    def reply(self, prompt: Prompt) -> Reply:
        """Answer from the cache, or ask once and keep the reply. Only complete replies are kept."""
        question = question_id(self._identity, prompt)
        known = self._cache.get(question)
        if known is None:
            with self._cache.claimed(question) as known:
                if known is None:
                    reply = self._model.reply(prompt)
                    if not is_cut_off(reply):
                        self._cache.put(question, reply)
                    return reply
        self.budget.add_hit(prompt)
        return known


def question_id(model: str, prompt: Prompt) -> str:
    """The content hash of a question: model, parameters, messages and audio; 32 hexadecimal digits."""
    # Each part is written with its kind and length, so no two questions are serialised alike.
    asked: list[object] = [model, prompt.name, prompt.version, prompt.max_tokens, prompt.temperature, prompt.seed]
    asked += (prompt.instructions, prompt.reply_schema)
    for message in prompt.data:
        asked += (message.label, message.text, message.audio_wav)
    return blake2b(marshal.dumps(asked, _MARSHAL), digest_size=16).hexdigest()
