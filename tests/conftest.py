"""The environment that a function finds, and nothing that leads to a real account."""

from local.in_process.environment import prepare

prepare()

# Loaded now that the environment is there.
pytest_plugins = ["tests.characters", "tests.logs", "tests.rights", "tests.scale", "tests.workers"]
