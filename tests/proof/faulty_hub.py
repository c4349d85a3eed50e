"""A real hub on a disk that fails when it is told to.

python faulty_hub.py ORDERS ARGUMENT...    ORDERS is a file: as long as it is there, the disk does
                                           what it says, {"verb", "code"} (`disk.Verb`, SQLite's
                                           result code); the arguments are those of the hub
"""

import json
import os
import sys
from collections import deque
from pathlib import Path

from server.__main__ import main
from tests.proof.disk import OK, Disk, Verb, watched


def obeying(orders: Path) -> Disk:
    """A disk that forgets what happened, and fails as the orders say."""

    def fault(verb: Verb, _name: str) -> int:
        try:
            order = json.loads(orders.read_bytes())
        except FileNotFoundError:
            return OK
        return int(order["code"]) if order["verb"] == verb else OK

    return Disk(deque(maxlen=0), fault)


if __name__ == "__main__":
    with watched(obeying(Path(sys.argv[1]))):
        sys.exit(main(sys.argv[2:], os.environ))
