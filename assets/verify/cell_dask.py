# Runs in a notebook behind cell_sweep.py: what the guides tell people to type, with two workers and 2000 by 2000 numbers.
# GIVEN (put in front): {"workers": how many}
import json, time


def say(kind, **facts):
    print("HUBWRIGHT " + json.dumps({"kind": kind, **facts}), flush=True)


def mean(client):
    try:
        import dask.array
        import numpy
    except ImportError:
        # Plain images have no numpy: then a mean of plain numbers, through the same scheduler and workers.
        parts = client.map(lambda start: sum(range(start, start + 1000)), range(0, 10_000, 1000), pure=False)
        return "plain numbers", client.submit(sum, parts, pure=False).result(timeout=60) / 10_000
    numbers = dask.array.random.normal(size=(2000, 2000), chunks=(500, 500))
    return "dask.array", float(client.compute(numbers.mean()).result(timeout=60))


begun = time.time()
with Gateway() as gateway, gateway.new_cluster(shutdown_on_close=True) as cluster:
    say("cluster", name=cluster.name, seconds=round(time.time() - begun, 1))
    cluster.scale(GIVEN["workers"])
    with cluster.get_client() as client:
        client.wait_for_workers(GIVEN["workers"], timeout=120)
        say("workers", count=len(client.scheduler_info()["workers"]), seconds=round(time.time() - begun, 1))
        how, value = mean(client)
        say("mean", how=how, value=value, seconds=round(time.time() - begun, 1))
say("end")
