import pytest

from billing.tax import TaxError, clean_gst_hst_number, clean_qst_number, print_number


@pytest.mark.parametrize(
    "text", ["123456782RT0001", " 123456782 RT 0001 ", "12345-6782-rt-0001", "123456782\u00a0RT0001"]
)
def test_a_gst_number_is_cleaned(text: str) -> None:
    assert clean_gst_hst_number(text) == "123456782RT0001"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "123456782",
        "123456783RT0001",
        "123456782RC0001",
        "123456782RT001",
        "12345678ZRT0001",
        "١٢٣٤٥٦٧٨٢RT0001",
    ],
)
def test_it_refuses_a_bad_gst_number(text: str) -> None:
    with pytest.raises(TaxError) as refusal:
        clean_gst_hst_number(text)
    assert refusal.value.code == "bad_gst_hst_number"


@pytest.mark.parametrize("text", ["1234567890TQ0001", "1234 567 890 tq 0001"])
def test_a_qst_number_is_cleaned(text: str) -> None:
    assert clean_qst_number(text) == "1234567890TQ0001"


@pytest.mark.parametrize("text", ["", "1234567890", "123456789TQ0001", "1234567890TQ01", "1234567890RT0001"])
def test_it_refuses_a_bad_qst_number(text: str) -> None:
    with pytest.raises(TaxError) as refusal:
        clean_qst_number(text)
    assert refusal.value.code == "bad_qst_number"


def test_numbers_are_printed_in_two_groups() -> None:
    assert print_number("123456782RT0001") == "123456782 RT0001"
    assert print_number("1234567890TQ0001") == "1234567890 TQ0001"
