"""What a flood costs the others: one person's commands, alone and beside an attacker.

    python benchmarks/flood.py [--commands 200]

Someone with a session sends commands over TLS, one after the other. Beside them, from another
address, eight connections at a time shake hands with wrong tokens; then someone with a session of
their own sends commands as fast as they can. Only the ratios mean something.
"""

import argparse
import contextlib
import json
import secrets
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

from warroom.client.credentials import digest_of
from warroom.client.draft import Draft
from warroom.client.frames import request
from warroom.client.hello import hello
from warroom.client.invite import Invite
from warroom.client.oneshot import Conversation, Introduction
from warroom.client.replica import Replica
from warroom.client.target import Target
from warroom.client.tls import fetch_pinned, trust
from warroom.client.wire import LineLost, Wire, dial_address
from warroom.clock import monotonic, new_command_id, new_credential_id, new_log_id, new_secret
from warroom.domain.commands import Declare, Post
from warroom.domain.vocabulary import Scope
from warroom.protocol.codec import encode
from warroom.protocol.envelopes import Submit
from warroom.protocol.stewardship import InviteReady, InviteSomeone

ATTACKER = "127.0.0.2"
AT_ONCE = 8
WITHIN = 600.0


def main() -> None:
    """Measure and print; or, as a process of its own, be the attacker."""
    parser = argparse.ArgumentParser(description="Measure what a flood costs the others.")
    parser.add_argument("--commands", type=int, default=200)
    parser.add_argument("--attack", choices=("handshakes", "commands"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.attack is not None:
        _attack(given.attack, json.loads(sys.stdin.readline()))
        return
    with tempfile.TemporaryDirectory(prefix="warroom-bench-", dir="/var/tmp") as folder:
        _measure(Path(folder), given.commands)


def _measure(folder: Path, commands: int) -> None:
    with _hub(folder) as socket_path:
        dee, log = _comes_in(socket_path, "Dee"), new_log_id()
        mallory = _comes_in(socket_path, "Mal")
        with Conversation(dee, None, patience=WITHIN) as hub:
            replica = Replica(log)
            hub.submit(replica, new_command_id(), Draft(Declare(title="Flood")))
            hub.open(log)
            alone = _latencies(hub, log, commands)
            _row("alone", alone, alone)
            for attack in ("handshakes", "commands"):
                with _attacker(attack, mallory, log):
                    _row(f"beside {attack}", _latencies(hub, log, commands), alone)


def _latencies(hub: Conversation, log: str, commands: int) -> list[float]:
    """Seconds from a command to its acknowledgement."""
    replica, taken = Replica(log), []
    for number in range(commands):
        # Below what one person may send, so that nothing is put off.
        time.sleep(0.06)
        began = time.perf_counter()
        hub.submit(replica, new_command_id(), Draft(Post(text=f"note {number}")))
        taken.append(time.perf_counter() - began)
    return taken


def _row(what: str, taken: list[float], alone: list[float]) -> None:
    def both(values: list[float]) -> tuple[float, float]:
        return statistics.median(values) * 1000, statistics.quantiles(values, n=20)[-1] * 1000

    (p50, p95), (base50, base95) = both(taken), both(alone)
    ratios = f"x{p50 / base50:.1f}  x{p95 / base95:.1f}"
    print(f"{what:<20} p50 {p50:6.1f} ms  p95 {p95:6.1f} ms   {ratios}", flush=True)


@contextlib.contextmanager
def _hub(folder: Path) -> Iterator[Path]:
    command = [sys.executable, "-P", "-m", "server", "--json", "--tls-self-signed"]
    with (folder / "errors").open("wb") as errors:
        process = subprocess.Popen(
            [*command, "--bind", "127.0.0.1:0", "--data", str(folder / "data")],
            stdout=subprocess.PIPE,
            stderr=errors,
        )
    try:
        assert process.stdout is not None
        yield Path(json.loads(process.stdout.readline())["socket"])
    finally:
        process.terminate()
        process.communicate(timeout=60)


def _comes_in(socket_path: Path, name: str) -> Target:
    """A session of someone new."""
    code, token = new_secret(), new_secret()
    with Conversation(Target(socket=socket_path), None, observer=True) as hub:
        asked = InviteSomeone(
            invite=new_credential_id(), code=digest_of(code), scope=Scope.RESPONDER
        )
        ready = hub.ask(asked, InviteReady)
    invite = Invite.made(ready.url, code, ready.pin, None)
    certificate = fetch_pinned(invite.host, invite.port, invite.pin or "", 10)
    first = Target(url=invite.url, token=code, certificate=certificate)
    with Conversation(first, None, introduction=Introduction(digest_of(token), name)):
        pass
    return Target(url=invite.url, token=token, certificate=certificate)


@contextlib.contextmanager
def _attacker(attack: str, session: Target, log: str) -> Iterator[None]:
    known = {"url": session.url, "token": session.token, "pem": session.certificate, "log": log}
    command = [sys.executable, "-P", __file__, "--attack", attack]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(json.dumps(known).encode() + b"\n")
    process.stdin.flush()
    try:
        time.sleep(2)
        yield
    finally:
        said, _ = process.communicate(b"\n", timeout=60)
        print(f"  ({said.decode().strip()})")


def _attack(attack: str, known: dict[str, str]) -> None:
    """Attack until standard input ends."""
    counts = [0, 0]
    run = _shake_hands if attack == "handshakes" else _command
    threads = [Thread(target=run, args=(known, counts), daemon=True) for _ in range(AT_ONCE)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    sys.stdin.readline()
    seconds = time.perf_counter() - began
    print(f"{counts[0] / seconds:.0f} answered, {counts[1] / seconds:.0f} cut or put off a second")


def _shake_hands(known: dict[str, str], counts: list[int]) -> None:
    port = int(known["url"].rpartition(":")[2].strip("/"))
    context: ssl.SSLContext = trust(known["pem"])
    key = b64encode(secrets.token_bytes(16)).decode()
    while True:
        try:
            with (
                socket.create_connection(
                    ("127.0.0.1", port), 10, source_address=(ATTACKER, 0)
                ) as sock,
                context.wrap_socket(sock) as line,
            ):
                line.sendall(request("x", "/", key, {"Authorization": f"Bearer {new_secret()}"}))
                line.recv(4096)
                counts[0] += 1
        except OSError:
            counts[1] += 1


def _command(known: dict[str, str], counts: list[int]) -> None:
    """Send without waiting for answers, which are read beside."""
    target = Target(url=known["url"], token=known["token"], certificate=known["pem"])
    text = "x" * 200
    while True:
        with contextlib.suppress(LineLost, OSError):
            wire = Wire(dial_address(target, WITHIN), target, monotonic() + WITHIN)
            wire.send(encode(hello(None, observer=False)))
            Thread(target=_read, args=(wire, counts), daemon=True).start()
            while True:
                command = Submit(id=new_command_id(), log=known["log"], command=Post(text=text))
                wire.send(encode(command))


def _read(wire: Wire, counts: list[int]) -> None:
    with contextlib.suppress(LineLost, OSError):
        while True:
            counts[b'"declined"' in wire.receive()] += 1


if __name__ == "__main__":
    main()
