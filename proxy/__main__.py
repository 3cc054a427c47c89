"""`python -m proxy` is `eventveil`."""

from proxy.cli import main

raise SystemExit(main())
