"""``python -m gateway`` is ``wristgate``."""

from gateway.cli import main

if __name__ == "__main__":
    main()
