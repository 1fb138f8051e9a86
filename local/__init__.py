"""The local cloud: runs the functions of template.yaml on this machine, without Docker.

    browser, curl ──> gateway ──> pool ──> worker (one process per function instance)
                                   ^ ^        │
                     streams ──────┘ └── schedules
                         │                    │
                         └──────> engine <────┘   (DynamoDB: moto in its own process, or a URL)

All routes, authorizers, handlers, environments, tables, secrets, schedules and streams come from
template.yaml.
"""
