"""An SSH server on loopback, as a process: runs commands as sshd does, but as this same user.

python ssh_server.py KEY_FOLDER PASSWORD    prints its port; ends with its standard input

It makes a key for itself and one for the client, `client`, and lets in who has that, or the
password. It forwards nothing.
"""

import asyncio
import contextlib
import sys
from pathlib import Path
from typing import Any

import asyncssh


class Door(asyncssh.SSHServer):
    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return password == sys.argv[2]


async def pump(source: Any, sink: Any) -> None:
    """Pass on bytes to their end."""
    with contextlib.suppress(OSError):
        while data := await source.read(1 << 16):
            sink.write(data)
            await sink.drain()


async def feed(source: Any, sink: Any) -> None:
    await pump(source, sink)
    sink.close()


async def run(process: "asyncssh.SSHServerProcess[bytes]") -> None:
    """One command, with its three streams; it has ended once it has said all."""
    child = await asyncio.create_subprocess_shell(
        process.command or "exit 1",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    feeding = asyncio.ensure_future(feed(process.stdin, child.stdin))
    await asyncio.gather(pump(child.stdout, process.stdout), pump(child.stderr, process.stderr))
    process.exit(await child.wait())
    feeding.cancel()


async def main() -> None:
    folder = Path(sys.argv[1])
    own, theirs = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
    theirs.write_private_key(str(folder / "client"))
    (folder / "client").chmod(0o600)
    theirs.write_public_key(str(folder / "client.pub"))
    server = await asyncssh.listen(
        "127.0.0.1",
        0,
        server_factory=Door,
        server_host_keys=[own],
        authorized_client_keys=str(folder / "client.pub"),
        process_factory=run,
        encoding=None,
    )
    port = server.get_port()
    (folder / "known_hosts").write_bytes(f"[127.0.0.1]:{port} ".encode() + own.export_public_key())
    print(port, flush=True)  # noqa: T201
    await asyncio.to_thread(sys.stdin.read)


asyncio.run(main())
