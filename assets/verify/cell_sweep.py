# Runs in a notebook: stops every Dask cluster of the check's user, which has no other purpose than the check.
from dask_gateway import Gateway


def sweep():
    with Gateway() as gateway:
        for cluster in gateway.list_clusters():
            gateway.stop_cluster(cluster.name)


sweep()
