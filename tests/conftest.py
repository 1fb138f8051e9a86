"""The environment that a function finds, and nothing that leads to a real account."""

from hypothesis import HealthCheck, settings

from local.in_process.environment import prepare

prepare()

# The first text that is drawn builds tables of Unicode, which can take a second. No test promises
# how quickly its inputs are made.
settings.register_profile("any machine", suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

# Loaded now that the environment is there.
pytest_plugins = ["tests.characters", "tests.logs", "tests.rights", "tests.scale", "tests.workers"]
