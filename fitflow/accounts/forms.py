"""The forms of the sign-in pages: allauth's, in our words, with one password field where it asks for two."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as allauth
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from django import forms

from fitflow.accounts.models import User
from fitflow.core.fields import NameInput

PASSWORD_HELP = "At least 10 characters, not only digits."  # noqa: S105


class Plain:
    """Mixin: no placeholders (a label stays when one types), and each field in our words."""

    words: dict[str, tuple[str, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields  # type: ignore[attr-defined]
        fields.pop("password2", None)
        for name, field in fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label, field.help_text = self.words.get(name, (field.label, ""))
            if name == "code":
                field.widget.attrs |= {"inputmode": "numeric", "class": "num", "autofocus": True}


class LoginForm(Plain, allauth.LoginForm):
    words = {
        "login": ("E-mail", ""),
        "password": ("Password", ""),
        "remember": ("Keep me signed in on this device", ""),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class SignupForm(Plain, allauth.SignupForm):
    words = {
        "name": ("Your name", ""),
        "email": ("E-mail", "We send a code to it."),
        "password1": ("Password", PASSWORD_HELP),
    }
    field_order = ("name", "email", "password1")

    name = NameInput(max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))


class AddEmailForm(Plain, allauth.AddEmailForm):
    words = {"email": ("New e-mail", "We send a code to it. Until you enter it, the old address stays.")}


class ChangeEmailForm(Plain, allauth.ChangeEmailForm):
    words = {"email": ("E-mail", "")}


class CodeForm(Plain, allauth.ConfirmEmailVerificationCodeForm):
    words = {"code": ("Code", "")}


class ChangePasswordForm(Plain, allauth.ChangePasswordForm):
    words = {"oldpassword": ("Current password", ""), "password1": ("New password", PASSWORD_HELP)}


class SetPasswordForm(Plain, allauth.SetPasswordForm):
    words = {"password1": ("New password", PASSWORD_HELP)}


class ResetPasswordForm(Plain, allauth.ResetPasswordForm):
    words = {"email": ("E-mail", "")}


class ResetPasswordKeyForm(Plain, allauth.ResetPasswordKeyForm):
    words = {"password1": ("New password", PASSWORD_HELP)}


class ReauthenticateForm(Plain, allauth.ReauthenticateForm):
    words = {"password": ("Password", "")}


class SecondFactorForm(Plain, mfa.AuthenticateForm):
    words = {"code": ("Code", "From your authenticator app, or one of your recovery codes.")}


class SecondFactorAgainForm(Plain, mfa.ReauthenticateForm):
    words = {"code": ("Code", "From your authenticator app, or one of your recovery codes.")}


class ActivateTOTPForm(Plain, totp.ActivateTOTPForm):
    words = {"code": ("Code", "The six digits the app shows now.")}


class NameForm(forms.Form):
    """The name under which every studio sees a person."""

    name = NameInput(
        label="Your name", max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )


class ClaimForm(forms.Form):
    """What a person who was invited has to say to get an account: the address is proved by the link."""

    name = NameInput(
        label="Your name", max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = forms.CharField(
        label="Password",
        help_text=PASSWORD_HELP,
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def sample(self) -> User:
        """Return a person like the one the form describes, for comparing a password with."""
        return User(name=self.cleaned_data.get("name", ""))


class KeyForm(forms.Form):
    """A new API key."""

    LIFETIMES = [("30", "30 days"), ("90", "90 days"), ("365", "One year"), ("", "Until I remove it")]

    name = NameInput(label="What is it for?", max_length=100)
    days = forms.ChoiceField(label="Valid for", choices=LIFETIMES, initial="90", required=False)
