"""Forms keep what was typed and tie label, hint and error to their field."""

from __future__ import annotations

from django import forms
from django.template import Context, Template

from fitflow.core.widgets import DateInput, Switch


class StudioForm(forms.Form):
    name = forms.CharField(label="Studio name", help_text="Clients see it on every invoice.")
    hst = forms.CharField(label="HST number", required=False)
    opened = forms.DateField(widget=DateInput)
    see = forms.ChoiceField(
        label="Who can read it", choices=[("a", "Only me"), ("b", "Trainers")], widget=forms.RadioSelect
    )
    remind = forms.BooleanField(label="Remind clients", widget=Switch, required=False)
    password = forms.CharField(widget=forms.PasswordInput)
    note = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean_hst(self) -> str:
        raise forms.ValidationError("That number has 8 digits. It needs 9.")

    def clean(self) -> None:
        raise forms.ValidationError("That hour is taken.")


TYPED = {
    "name": "<b>Harbour</b> 🧘 نادي",
    "hst": "12345 678",
    "opened": "2026-11-19",
    "see": "b",
    "password": "x",
}


def test_it_keeps_what_was_typed_and_escapes_it():
    html = StudioForm(TYPED).render()
    assert 'value="12345 678"' in html
    assert "&lt;b&gt;Harbour&lt;/b&gt; 🧘 نادي" in html
    assert 'value="2026-11-19"' in html
    assert "<b>Harbour" not in html


def test_an_error_stands_beside_its_field_and_is_tied_to_it():
    html = str(StudioForm(TYPED)["hst"].as_field_group())
    assert 'aria-describedby="id_hst_error"' in html
    assert 'id="id_hst_error"' in html
    assert 'aria-invalid="true"' in html
    assert "form-control is-invalid" in html
    assert "That number has 8 digits. It needs 9." in html


def test_a_hint_is_tied_to_its_field():
    html = str(StudioForm()["name"].as_field_group())
    assert 'aria-describedby="id_name_helptext"' in html
    assert 'id="id_name_helptext"' in html
    assert '<label for="id_name">' in html
    assert "(optional)" not in html


def test_what_is_optional_says_so():
    assert "(optional)" in str(StudioForm()["hst"].as_field_group())


def test_the_errors_of_the_whole_form_lead_it():
    html = StudioForm(TYPED).render()
    assert html.index("That hour is taken.") < html.index("Studio name")
    assert 'role="alert"' in html


def test_fields_laid_out_by_hand_have_the_form_errors_too():
    page = Template('{% include "elements/form_errors.html" with form=form only %}')
    assert "That hour is taken." in page.render(Context({"form": StudioForm(TYPED)}))
    assert "flash" not in page.render(Context({"form": StudioForm()}))


def test_choices_are_a_fieldset_with_a_legend():
    html = str(StudioForm(TYPED)["see"].as_field_group())
    assert "<fieldset" in html
    assert "<legend>Who can read it" in html
    assert html.count("form-check-input") == 2
    assert "checked" in html


def test_a_switch_says_that_it_is_one():
    html = str(StudioForm()["remind"].as_field_group())
    assert 'role="switch"' in html
    assert "form-switch" in html


def test_a_password_is_never_sent_back():
    html = str(StudioForm(TYPED)["password"].as_field_group())
    assert 'value="x"' not in html
    assert "data-reveal" in html


def test_a_hidden_field_is_nothing_but_its_input():
    html = StudioForm().render()
    assert '<input type="hidden" name="note"' in html
    assert "form-control" not in str(StudioForm()["note"])
