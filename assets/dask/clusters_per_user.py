# Part of Dask Gateway's configuration, behind LIMIT (put in front). The server has limits for a cluster, none for a person.
from dask_gateway_server.backends.base import PublicException
from dask_gateway_server.backends.kubernetes import KubeBackend


class OneShareEach(KubeBackend):
    async def start_cluster(self, user, cluster_options):
        running = await self.list_clusters(username=user.name)
        if len(running) >= LIMIT:
            names = ", ".join(sorted(cluster.name for cluster in running))
            raise PublicException(f"{user.name} may run {LIMIT} clusters at once, and runs {names}: stop one first")
        return await super().start_cluster(user, cluster_options)


c.DaskGateway.backend_class = OneShareEach
