# ruff: noqa: RUF001 - digits of many scripts
import pytest

from proxy.detect import checksums


@pytest.mark.parametrize(
    ("check", "value", "expected"),
    [
        (checksums.luhn, "4242424242424242", True),
        (checksums.luhn, "4242424242424241", False),
        (checksums.luhn, "0000000000000000", False),
        (checksums.iban, "DE89370400440532013000", True),
        (checksums.iban, "de89370400440532013000", True),
        (checksums.iban, "DE88370400440532013000", False),
        (checksums.iban, "DE8937040044053201300", False),
        (checksums.iban, "ZZ89370400440532013000", False),
        (checksums.base58check, "16Yeky6GMjeNkAiNcBY7ZhrLoMSgg1BoyZ", True),
        (checksums.base58check, "16Yeky6GMjeNkAiNcBY7ZhrLoMSgg1BoyY", False),
        (checksums.base58check, "0OIl", False),
        (checksums.base58check, "z" * 40, False),
    ],
)
def test_a_checksum_tells_right_from_wrong(check, value, expected):
    """Each checksum accepts its norm's example and refuses it with one change."""
    assert expected is check(value)


def test_digits_of_every_script_become_ascii():
    """Decimal digits are read in whatever script they are written."""
    assert "0123456789" == checksums.digits("٠١٢ ३४ ５-6.7 ８۹x")


def test_a_weighted_sum_stops_at_the_shorter():
    """The sum takes as many digits as there are weights."""
    assert 1 * 3 + 2 * 2 == checksums.weighted("129", (3, 2))


def test_entropy_counts_bits_a_character():
    """One character repeated carries nothing, four equally frequent ones two bits each."""
    assert (0.0, 2.0) == (abs(checksums.entropy("aaaa")), checksums.entropy("abcd"))
