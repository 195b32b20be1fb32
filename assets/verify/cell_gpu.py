# Runs in a notebook behind gpu_probe.py: is the profile's GPU usable?
import json

print("HUBWRIGHT " + json.dumps({"kind": "gpu", "value": gpu_probe()}))
