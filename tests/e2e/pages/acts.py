"""What is done on a page before it is looked at: each returns a function of the page."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, expect

from tests.e2e.pages.looking import Act, Eyes


def opens(dialog: str) -> Act:
    """Open a dialog by its button."""

    def act(page: Page) -> None:
        page.locator(f"[data-dialog='{dialog}']:visible").first.click()
        expect(page.locator(f"dialog[id='{dialog}']")).to_be_visible()

    return act


def opens_one(dialog: str) -> Act:
    """Open the first dialog whose id begins with the words: one of many rows."""

    def act(page: Page) -> None:
        page.locator(f"[data-dialog^='{dialog}']:visible").first.click()
        expect(page.locator("dialog[open]")).to_be_visible()

    return act


def asks(button: str) -> Act:
    """Press a button that asks first."""

    def act(page: Page) -> None:
        page.get_by_role("button", name=button).first.click()
        expect(page.locator("dialog#ask")).to_be_visible()

    return act


def shows(tab: str) -> Act:
    """Choose every tab of that name."""

    def act(page: Page) -> None:
        for one in page.get_by_role("tab", name=tab).all():
            one.click()

    return act


def sends(button: str, **fields: str) -> Act:
    """Fill fields, by their names, and send the form; the browser does not check it first."""

    def act(page: Page) -> None:
        _fill(page.locator("main"), fields)
        page.get_by_role("button", name=button, exact=True).last.click()
        page.wait_for_load_state()

    return act


def _fill(place: Locator, fields: dict[str, str]) -> None:
    place.locator("form").evaluate_all("forms => forms.forEach(form => { form.noValidate = true })")
    for name, value in fields.items():
        field = place.locator(f"[name$='{name}']:visible").first
        field.fill(value)


def unfolds(summary: str) -> Act:
    """Open a menu or whatever else is folded."""

    def act(page: Page) -> None:
        page.locator(f"{summary} > summary").locator("visible=true").first.click()

    return act


def opens_the_menus(page: Page) -> None:
    """Open what leads elsewhere: on a phone the sheet of all pages, on a desk the studios and the account."""
    more = page.get_by_role("button", name="More")
    if more.is_visible():
        more.click()
        expect(page.locator("dialog#more")).to_be_visible()
    else:
        page.locator(".user-menu > summary").click()


def opens_the_studios(page: Page) -> None:
    """Open the list of studios of a desk; a phone has it in the sheet of all pages."""
    if page.locator(".switcher-menu > summary").is_visible():
        page.locator(".switcher-menu > summary").click()
    else:
        opens_the_menus(page)


def opens_the_filter(page: Page) -> None:
    """Open the filters of a calendar."""
    page.locator("#cal-filter").click()


def opens_free_times(page: Page) -> None:
    """Open the booking form of a calendar, and the free times in its place."""
    page.locator("#cal-book").click()
    page.locator("dialog[open]").get_by_role("link", name="Find a free time").click()
    expect(page.locator("dialog[open] .slot-times").first).to_be_visible()


def sends_in(dialog: str, button: str, **fields: str) -> Act:
    """Open a dialog, fill its fields and send its form, which is refused and stays open."""

    def act(page: Page) -> None:
        opens(dialog)(page)
        box = page.locator(f"dialog[id='{dialog}']")
        _fill(box, fields)
        box.get_by_role("button", name=button, exact=True).click()
        expect(
            page.locator("dialog[open] .is-invalid, dialog[open] [aria-invalid=true]").first
        ).to_be_visible()

    return act


def sends_if_there(button: str) -> Act:
    """Send a form by its button, unless somebody did before."""

    def act(page: Page) -> None:
        if page.get_by_role("button", name=button, exact=True).is_visible():
            page.get_by_role("button", name=button, exact=True).click()
            page.wait_for_load_state()

    return act


def sends_at(eyes: Eyes, path: str, button: str, **fields: str) -> None:
    """Open a page of the studio one is in, fill its form and send it."""
    here = urlsplit(eyes.page.url)
    eyes.go(f"{here.scheme}://{here.netloc}{path}")
    sends(button, **fields)(eyes.page)
