from __future__ import annotations

from typing import Any

from django import forms


class SignupForm(forms.Form):
    """The extra field of the sign-up page: the person's name."""

    name = forms.CharField(label="Your name", max_length=200)
    field_order = ("name", "email", "password1")

    def signup(self, request: Any, user: Any) -> None:
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])
