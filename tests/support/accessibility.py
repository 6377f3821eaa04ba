"""axe-core over a page: what a screen reader, a keyboard or weak eyes would stumble on."""

from __future__ import annotations

from playwright.sync_api import Page


def assert_accessible(page: Page) -> None:
    """Fail with every finding of axe-core, its rule, help and the elements concerned."""
    from axe_playwright_python.sync_playwright import Axe

    findings = Axe().run(page).response["violations"]
    lines = [
        f"{finding['id']} ({finding['impact']}): {finding['help']}\n    " + "\n    ".join(_places(finding["nodes"]))
        for finding in findings
    ]
    assert not findings, f"axe found on {page.url}:\n" + "\n".join(lines)


def _places(nodes: list[dict[str, object]]) -> list[str]:
    return [f"{node['target']}: {node.get('failureSummary', '')}" for node in nodes]
