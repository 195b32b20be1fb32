# Runs as a Ray job behind gpu_probe.py: what Ray believes to have, and what a task that is given a GPU finds.
# GIVEN (put in front): {"timeout": seconds to wait for a GPU}
import json, time

import ray


def say(kind, **facts):
    print("HUBWRIGHT " + json.dumps({"kind": kind, **facts}), flush=True)


@ray.remote(num_gpus=1, num_cpus=0)
def probe():
    return {"ids": [str(gpu) for gpu in ray.get_gpu_ids()], **gpu_probe()}


ray.init(log_to_driver=False)
say("believed", gpus=ray.cluster_resources().get("GPU", 0))
begun, reference = time.time(), probe.remote()
try:
    say("gpu", ok=True, value=ray.get(reference, timeout=GIVEN["timeout"]), seconds=round(time.time() - begun, 2))
except ray.exceptions.GetTimeoutError:
    say("gpu", ok=False, error="timeout")
except Exception as error:
    say("gpu", ok=False, error=f"{type(error).__name__}: {error}"[:500])
finally:
    ray.cancel(reference, force=True)
say("end")
