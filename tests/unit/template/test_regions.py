"""The regions that the documents name are those that are linted, and the budget has its own."""

import re

import yaml

from local.cloudformation import parse
from tests.unit.template.written import FILE, RESOURCES

ROOT = FILE.parent
LINTED = yaml.safe_load((ROOT / "tests/checks/cfnlint.yaml").read_text("utf-8"))
BUDGET = ROOT / "tools/operating/budget.yaml"


def test_the_documents_name_the_regions_that_are_linted():
    page = (ROOT / "docs/deploying.md").read_text("utf-8")
    (section,) = re.findall(r"^## Choose a region\n(.*?)^## ", page, re.MULTILINE | re.DOTALL)
    named = re.findall(r"`([a-z]{2}-[a-z]+-\d)`", section)
    assert sorted(named) == LINTED["regions"]
    assert LINTED["templates"] == ["template.yaml", str(BUDGET.relative_to(ROOT))]


def test_the_budget_is_deployed_where_budgets_exist_and_not_with_a_stack():
    budget = parse(BUDGET.read_text("utf-8"), BUDGET.name)
    (region,) = budget["Metadata"]["cfn-lint"]["config"]["regions"]
    (command,) = re.findall(
        r"^\$ \.venv-sam/bin/sam deploy --template-file tools/operating/budget.yaml(.*?)"
        r"\nSuccessfully",
        (ROOT / "docs/operating.md").read_text("utf-8"),
        re.MULTILINE | re.DOTALL,
    )
    assert f"--region {region} " in command
    assert set(re.findall(r"(\w+)=", command)) == set(budget["Parameters"])
    assert not [name for name, each in RESOURCES.items() if "Budget" in each["Type"]]
