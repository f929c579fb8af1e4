"""``python -m generations.sandbox``: the stand-in gateway alone, for trying a client against the protocol."""

import argparse
import pathlib

from generations.sandbox.serve import serve


def main() -> None:
    """Read the command line and serve until a signal ends it."""
    parser = argparse.ArgumentParser(prog="python -m generations.sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8100)
    parser.add_argument("--data-dir", type=pathlib.Path, required=True, help="folder for tasks, results and ledger")
    parser.add_argument("--pace", type=float, default=1.0, help="1 waits like the real thing, 0 not at all")
    options = parser.parse_args()
    serve(host=options.host, port=options.port, data_dir=options.data_dir, pace=options.pace)


if __name__ == "__main__":
    main()
