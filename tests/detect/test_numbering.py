import phonenumbers
import pytest

from proxy.detect.detector import DEFAULT_REGIONS, Detector
from proxy.detect.numbering import _grouping, _national

MANY = Detector()


@pytest.mark.parametrize(
    ("region", "text"),
    [
        ("AZ", "040 123 45 67"),
        ("FR", "06 12 34 56 78"),
        ("FR", "0612345678"),
        ("DK", "32 12 34 56"),
        ("GB", "(020) 7946 0958"),
        ("IT", "312 345 6789"),
        ("NZ", "0064 3 331 6005"),
        ("US", "(800) 901-3355 x 7246433"),
        ("US", "415-6667777"),
        ("US", "1-650-333-6000"),
        ("EG", "010 01234567"),
    ],
)
def test_a_national_format_is_read_in_its_region(region, text):
    """A configured region's own formats are numbers, whole."""
    (span,) = Detector(regions=(region,)).find([text])[text]
    assert (text, "PHONE_NUMBER") == (text[span.start : span.end], span.entity)


def test_an_impossible_prefix_is_no_number():
    """What cannot even be parsed in a region is left."""
    assert {} == Detector(regions=("US",)).find(["call 011 999 123 4567"])


@pytest.mark.parametrize(
    "text",
    [
        "12345678",
        "2026-11-21 18",
        "20120102 08",
        "3/10/1984",
        "12.345.678",
        "1234567.89",
        "$ 415-555-0132",
        "415-555-0132%",
        "a-415-555-0132",
        "415-555-0132-x",
        "415-555-0132.5",
        "order 415-555-0132",
        "AT61 1904 A002 3457 3201",
        "4155550132",
        "000 000 0000",
        "+999 123 456 789",
        "+1 23",
        "6123 4567",
        "0013321234567",
        "call +0",
        "123/4567890",
        "x1.4155550132",
        "2:415-555-0132",
        "12345:415-555-0132",
    ],
)
def test_other_digits_are_no_number(text):
    """Dates, prices, codes, counters and impossible numbers are left."""
    assert [] == [span for span in MANY.find([text]).get(text, ()) if span.entity == "PHONE_NUMBER"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("call me: 4155550132.", "4155550132"),
        ("4155550132 is my phone", "4155550132"),
        ("order by phone 415-555-0132", "415-555-0132"),
        ("my number is 13812345678", "13812345678"),
        ("tel 123-456-7890", "123-456-7890"),
        ("call (415-555-0132 now", "415-555-0132"),
        ("++1 415 555 0132", "++1 415 555 0132"),
        ("dial 0114420 7946 0958", "0114420 7946 0958"),
    ],
)
def test_a_word_tells_a_number(text, value):
    """A telling word nearby makes any grouping a number, and one that tells something else takes it back."""
    assert value in [text[span.start : span.end] for span in MANY.find([text]).get(text, ())]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("+44 7700 900142 17 Wisteria Walk", "+44 7700 900142"),
        ("+1 415 555 2671 12 34567", "+1 415 555 2671"),
        ("+49 1511 2345678 ext 5 17", "+49 1511 2345678 ext 5"),
        ("+1 2 3456", None),
    ],
)
def test_a_number_behind_a_number_is_not_its_own(text, value):
    """An international number ends where the plan says, whatever digits follow it."""
    spans = [span for span in MANY.find([text]).get(text, ()) if span.entity == "PHONE_NUMBER"]
    assert value == (text[spans[0].start : spans[0].end] if spans else None)


def test_a_number_is_asked_about_where_its_grouping_is_known():
    """Of the regions none is left out that would say yes, whatever the kind of number; a row of figures is nobody's."""
    kinds = range(phonenumbers.PhoneNumberType.FIXED_LINE, phonenumbers.PhoneNumberType.VOICEMAIL + 1)
    examples = [
        (region, phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL))
        for region in phonenumbers.SUPPORTED_REGIONS
        for kind in kinds
        if (number := phonenumbers.example_number_for_type(region, kind)) is not None
    ]
    written = [(region, text) for region, text in examples if _national(text, region, told=False)]
    assert ([], True) == ([case for case in written if not _grouping(case[1], (case[0],))], len(written) > 500)
    assert [] == list(_grouping("12 12 12 12 12 12 12 12 1", DEFAULT_REGIONS))
