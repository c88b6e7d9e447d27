"""allauth's hooks for FitFlow."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from fitflow.core.context import public_url
from fitflow.core.fields import encrypted


class AccountAdapter(DefaultAccountAdapter):
    """Where people come back to after signing in, what they are told, and in which words."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": "This account is suspended. Write to us if you think it should not be.",
        "duplicate_email": "This is your address already.",
        "email_password_mismatch": "The e-mail address or the password is not right.",
        "enter_current_password": "That is not your current password.",
        "incorrect_code": "That code is not right. Check the newest e-mail from us.",
        "incorrect_password": "That password is not right.",
        "rate_limited": "A moment, please: a new code can be sent every ten seconds.",
        "same_as_current": "That is your address already.",
        "too_many_login_attempts": "Too many attempts. Wait five minutes, or reset your password.",
    }

    def is_safe_url(self, url: str | None) -> bool:
        """Whether a `next` may be followed: a path of this host, or an address of ours, platform or studio."""
        if not url:
            return False
        try:
            host = urlsplit(url).netloc.lower()
        except ValueError:  # such as http://[::1/
            return False
        allowed = {host} if host and is_our_host(host) else set()
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts=allowed, require_https=settings.PUBLIC_SCHEME == "https"
        )

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:
        """Store the account with the person's name."""
        user.name = form.cleaned_data["name"].strip()
        return super().save_user(request, user, form, commit)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # One count per account: by the API one may sign in on every studio's host, and allauth's own key holds the host.
        return str(credentials.get("email", "")).lower()

    def send_account_already_exists_mail(self, email: str) -> None:
        """Tell the owner of an address that somebody tried to make a second account with it."""
        self.send_mail("account/email/account_already_exists", email, {})

    def render_mail(
        self, template_prefix: str, email: Any, context: dict[str, Any], headers: dict[str, str] | None = None
    ) -> EmailMessage:
        """Render a mail about the account from templates/emails/account/, as text and HTML."""
        name = template_prefix.rsplit("/", 1)[-1]
        context |= {"public_url": public_url(), "home_url": public_url("/home/")}
        message: EmailMessage = super().render_mail(f"emails/account/{name}", email, context, headers)
        return message


class MFAAdapter(DefaultMFAAdapter):
    """Second factors: their secrets are stored encrypted."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "That code is not right, or was used already.",
        "unverified_email": "Verify your e-mail address first.",
    }
    PLACE = "mfa_authenticator.data"

    def get_totp_issuer(self) -> str:
        """Return the name under which an authenticator app shows the account."""
        return "FitFlow"

    def encrypt(self, text: str) -> str:
        return encrypted.encrypt(text, place=self.PLACE)

    def decrypt(self, encrypted_text: str) -> str:
        return encrypted.decrypt(encrypted_text, place=self.PLACE)


def is_our_host(netloc: str) -> bool:
    """Whether `host[:port]` is the platform's own or a studio's, at the port we answer at."""
    host, _, port = netloc.partition(":")
    ours = host == settings.PUBLIC_HOST or host.endswith(f".{settings.PUBLIC_HOST}")
    return ours and port in {"", settings.PUBLIC_PORT}
