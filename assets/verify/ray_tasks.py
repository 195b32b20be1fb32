# Runs as a Ray job: twenty CPU tasks, then one task on every node that is alive. One line of facts for each, as it ends.
# GIVEN (put in front): {"timeout": seconds for each wait}
import json, platform, socket, time

import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy


def say(kind, **facts):
    print("HUBWRIGHT " + json.dumps({"kind": kind, **facts}), flush=True)


def attempt(kind, reference, **facts):
    begun = time.time()
    try:
        say(kind, ok=True, value=ray.get(reference, timeout=GIVEN["timeout"]), seconds=round(time.time() - begun, 2), **facts)
    except Exception as error:
        say(kind, ok=False, error=f"{type(error).__name__}: {error}"[:500], **facts)


@ray.remote
def square(number):
    return number * number


@ray.remote(num_cpus=1)
def total(*numbers):
    return sum(numbers)


@ray.remote(num_cpus=0)
def where():
    return {"host": socket.gethostname(), "python": platform.python_version(), "ray": ray.__version__}


ray.init(log_to_driver=False)
attempt("cpu", total.remote(*[square.remote(number) for number in range(20)]))
for node in ray.nodes():
    if node["Alive"]:
        here = NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)
        attempt("node", where.options(scheduling_strategy=here).remote(), node=node["NodeManagerAddress"])
say("end")
