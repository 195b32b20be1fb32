# Starts `ray start` so that all of it listens on loopback. Asked for 127.0.0.1, Ray takes the machine's address in the
# network in its place, and then takes connections from there; a variable meant for other systems switches that off, but
# forbids further nodes. So what it asks for its own address answers with loopback.
import sys

from ray._private import services

services.get_node_ip_address = lambda address=None: "127.0.0.1"

from ray.scripts.scripts import main  # noqa: E402

sys.argv[0] = "ray"
sys.exit(main())
