"""What holds for every page, as a list: where it is, and what a machine can tell of its quality."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

MARKUP = Path(__file__).parent / "markup"
VALIDATOR = MARKUP / "node_modules/.bin/html-validate"
# WCAG 2.2 AA and axe's own best practices; nothing is left out.
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SHIFT_SCRIPT = """
window.layoutShift = 0;
window.largestPaintMs = 0;
window.slowestInteractionMs = 0;
new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.layoutShift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.largestPaintMs = entry.startTime;
}).observe({ type: "largest-contentful-paint", buffered: true });
new PerformanceObserver((list) => {
    for (const entry of list.getEntries())
        window.slowestInteractionMs = Math.max(window.slowestInteractionMs, entry.duration);
}).observe({ type: "event", buffered: true, durationThreshold: 16 });
"""
# What sticks out of the window to the right; a region that scrolls inside itself may hold wider things.
OVERHANG_SCRIPT = """() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    return [...document.querySelectorAll("body *")]
        .filter((element) => element.getBoundingClientRect().right > width + 1)
        .slice(0, 5)
        .map((element) => `${element.tagName.toLowerCase()}.${element.className}`);
}"""


@dataclass(frozen=True, slots=True)
class PageAddress:
    """One page of the studio, and a name for reports."""

    name: str
    path: str


def axe_findings(page: Page) -> list[str]:
    """Return what axe-core finds on the page as it stands, a line each."""
    options = {"runOnly": {"type": "tag", "values": AXE_TAGS}}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{one['id']}: {node['html'][:160]} ({node['failureSummary'][:200]})" for one in found for node in one["nodes"]
    ]


def markup_findings(html: str) -> list[str]:
    """Return what is not valid HTML, a line each. Skips where the validator is not installed, never in CI."""
    if not VALIDATOR.exists():
        reason = f"the HTML validator is not installed (npm ci in {MARKUP.name}/)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    # Through a file: the validator ends before a pipe has taken a long report.
    report = Path(tempfile.mkdtemp()) / "report.json"
    done = subprocess.run(
        [VALIDATOR, "--stdin", "--formatter", f"json={report}", "--config", MARKUP / ".htmlvalidate.cjs"],
        input=html,
        capture_output=True,
        text=True,
        cwd=MARKUP,
        check=False,
    )
    if not report.exists():
        raise RuntimeError(done.stderr)
    lines = html.splitlines()
    return [
        f"{message['ruleId']}: {message['message']} ({lines[message['line'] - 1].strip()[:120]})"
        for result in json.loads(report.read_text())
        for message in result["messages"]
    ]
