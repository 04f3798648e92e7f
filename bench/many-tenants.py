#!/usr/bin/env python3
"""Write the lending platform with N tenants to a folder: many-tenants.py N FOLDER [--include]. Above 1,250 tenants blocks are /22 (up to 5,000).

Deterministic. One tenant in ten has its own hostname, one in twenty overrides the size of a service, one in twenty the value of a
variable, one in fifty has no production, one in a hundred calls another bureau (a structural override).
With --include each tenant is a file of its own; without, all are inline in platform.yaml.
"""
import pathlib
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[1] / "tests/data/lending/platform.yaml"


def tenant(index: int) -> str:
    name = f"lender{index:04d}"
    lines = [f"{name}:", f"  name: Lender {index}"]
    if index % 50 == 7:
        lines.append("  stages: [demo, staging]")
    elif index % 10 == 3:
        lines.append(f"  hosts: {{ production: [loans.{name}.example] }}")
    if index % 20 == 5:
        lines += ["  production:", f"    services: {{ api: {{ tasks: {4 + index % 3}..12 }} }}"]
    elif index % 20 == 11:
        lines += ["  demo:", "    env: { CURRENCY: MXN }"]
    elif index % 100 == 42:
        lines += ["  production:", '    services: { scoring: { egress: ["api.otherbureau.example:443"] } }']
    return "\n".join(lines) + "\n"


def main() -> None:
    count, folder = int(sys.argv[1]), pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    text = SOURCE.read_text().replace("{ tenants: [acme] }", "{ tenants: [lender0001] }")
    if count > 1250:
        text = text.replace("block: /20", "block: /22")
    head, rest = text.split("tenants:\n  include: tenants/*.yaml\n")
    if "--include" in sys.argv:
        (folder / "tenants").mkdir(exist_ok=True)
        for i in range(1, count + 1):
            (folder / "tenants" / f"lender{i:04d}.yaml").write_text(tenant(i))
        body = "tenants:\n  include: tenants/*.yaml\n"
    else:
        indented = ("".join("  " + line + "\n" for line in tenant(i).splitlines()) for i in range(1, count + 1))
        body = "tenants:\n" + "".join(indented)
    (folder / "platform.yaml").write_text(head + body + rest)


main()
