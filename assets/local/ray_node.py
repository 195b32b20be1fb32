# `ray start` for a node that stays on loopback. The variable RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER=0, which all of Ray's
# programs get, keeps them there, but `ray start` then refuses a second node: here, and only here, it may.
import sys

from ray._private import ray_constants, services

ray_constants.ENABLE_RAY_CLUSTER = True
services.get_node_ip_address = lambda address=None: "127.0.0.1"

from ray.scripts.scripts import main  # noqa: E402

sys.argv[0] = "ray"
sys.exit(main())
