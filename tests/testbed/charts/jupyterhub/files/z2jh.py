"""What `hub.extraConfig` may import in the hub pod: the chart's values, its secrets and the names of its objects."""

import os
from functools import lru_cache

import yaml

FOLDER = "/usr/local/etc/jupyterhub"


def _merge(below, above):
    """`above` over `below`, maps merged key by key, everything else replaced."""
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    return below | {key: _merge(below[key], value) if key in below else value for key, value in above.items()}


@lru_cache
def _values():
    """The values of the release, with those of `hub.existingSecret` on top."""
    values = {}
    for secret in ("secret", "existing-secret"):
        path = f"{FOLDER}/{secret}/values.yaml"
        if os.path.exists(path):
            with open(path) as file:
                values = _merge(values, yaml.safe_load(file))
    return values


def get_config(key, default=None):
    """The value at a dotted path, `default` where the path does not exist."""
    value = _values()
    for step in key.split("."):
        if not isinstance(value, dict) or step not in value:
            return default
        value = value[step]
    return value


def set_config_if_not_none(section, trait, key):
    """Sets a trait from a value, unless the value is null."""
    value = get_config(key)
    if value is not None:
        setattr(section, trait, value)


def get_secret_value(key, *default):
    """A key of the Secret of the hub; `hub.existingSecret` wins."""
    for secret in ("existing-secret", "secret"):
        path = f"{FOLDER}/{secret}/{key}"
        if os.path.exists(path):
            with open(path) as file:
                return file.read()
    if default:
        return default[0]
    raise KeyError(f"{key} is in neither Secret of the hub")


def get_name(name):
    """The full name of one of the chart's objects."""
    with open(f"{FOLDER}/config/{name}") as file:
        return file.read()


def get_name_env(name, suffix=""):
    """One of the environment variables that Kubernetes makes of a Service, such as `HUB_SERVICE_PORT`."""
    return os.environ[(get_name(name) + suffix).upper().replace("-", "_")]
