"""tests/data/oracle/platform.yaml in our own words: what is declared there, written down by hand."""

from pathlib import Path

from packets import Call, Declared, Task

FOLDER = Path(__file__).resolve().parents[2] / "data/oracle"
ENVIRONMENTS = {"acme/production": 0, "norte/production": 16}  # third byte of its block's first address: 10.0.0.0, 10.0.16.0
OTHER = {"acme/production": "norte/production", "norte/production": "acme/production"}


def declared():
    wanted = Declared()
    for environment, third in ENVIRONMENTS.items():
        private, public = f"10.0.{third}", f"10.0.{third + 1}"
        for name, service, address, spare in [
            ("load-balancer-1", "load-balancer", f"{public}.4", False),
            ("load-balancer-2", "load-balancer", f"{public}.5", True),
            ("api-1", "api", f"{private}.4", False),
            ("api-2", "api", f"{private}.5", False),
            ("api-3", "api", f"{private}.6", True),
            ("scoring-1", "scoring", f"{private}.66", False),
            ("scoring-2", "scoring", f"{private}.67", True),
            ("web-1", "web", f"{private}.128", False),
            ("web-2", "web", f"{private}.129", True),
        ]:
            task = Task(f"{environment}/{name}", service, address, spare)
            wanted.tasks[task.name] = task
        wanted.calls += [
            Call(environment, "load-balancer", "web", 8080, None),
            Call(environment, "web", "api", 9000, f"{public}.164"),
            Call(environment, "api", "scoring", 9100, f"{public}.165"),
        ]
    return wanted
