# Runs in a notebook: what the guides tell people to type, and a task.
# GIVEN (put in front): {"address": "ray://…"}
import json

import ray

context = ray.init(GIVEN["address"], log_to_driver=False)
names = ("dashboard_url", "python_version", "ray_version", "ray_commit", "_num_clients")
print("HUBWRIGHT " + json.dumps({"kind": "context", **{name.strip("_"): getattr(context, name, None) for name in names}}))


@ray.remote
def square(number):
    return number * number


try:
    values = ray.get([square.remote(number) for number in range(4)], timeout=45)
    print("HUBWRIGHT " + json.dumps({"kind": "task", "values": values}))
finally:
    ray.shutdown()
