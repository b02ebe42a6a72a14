"""The ways a page is looked at, and how a browser waits until there is nothing more to come."""

from __future__ import annotations

from itertools import combinations, product

from twin.dashboard.shell import MENU

LANGUAGES, THEMES = ("en", "zh"), ("light", "dark")
WIDTHS = {"narrow": (390, 844), "wide": (1920, 1080)}
ALL = tuple(product(MENU, LANGUAGES, THEMES, WIDTHS))
PATTERNS = (
    (("en", "light", "wide"), ("zh", "dark", "narrow")), (("en", "dark", "wide"), ("zh", "light", "narrow")),
    (("en", "light", "narrow"), ("zh", "dark", "wide")), (("en", "dark", "narrow"), ("zh", "light", "wide")),
)  # fmt: skip
PAIRWISE = tuple((page, *look) for place, page in enumerate(MENU) for look in PATTERNS[place % 4])
"""Looks in which every two of page, language, ground and width meet in every way."""


def pairs(looks):
    """Every two settings that meet in some looks."""
    return {(i, look[i], j, look[j]) for look in looks for i, j in combinations(range(len(look)), 2)}


WATCH = """window.shifted = 0;
new PerformanceObserver(told => told.getEntries().forEach(each => { if (!each.hadRecentInput) window.shifted += each.value; }))
    .observe({ type: "layout-shift", buffered: true });"""
"""What a page that comes has to run so that it knows how much on it has jumped."""
STEADY = 0.1
"""Largest cumulative layout shift of a good page, web.dev/articles/cls."""


def settle(page):
    """Wait until a screen is built and nothing on it is still worked out."""
    page.wait_for_selector("#main h1")
    page.wait_for_selector(".state.loading, span.loading", state="detached")
    page.wait_for_selector("[data-dash-is-loading=true]", state="detached")
