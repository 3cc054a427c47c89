"""Rows for money: payment cards, IBANs, wallets.

`patterns` puts these rows into the one table.
"""

from __future__ import annotations

from collections.abc import Iterable

from proxy.detect.checksums import IBAN_LENGTHS, base58check, digits, iban, luhn
from proxy.detect.row import Candidate, Found, Row, near

__all__ = ["ROWS", "card"]

_BRANDS: tuple[tuple[tuple[str, str], tuple[int, ...]], ...] = (
    (("1", "1"), (15,)),  # UATP
    (("2221", "2720"), (16,)),  # Mastercard
    (("2200", "2204"), (16,)),  # Mir
    (("300", "305"), (14, 16)),  # Diners Club
    (("3095", "3095"), (14, 16)),
    (("34", "34"), (15,)),  # American Express
    (("36", "36"), (14, 16)),
    (("37", "37"), (15,)),
    (("38", "39"), (14, 16)),
    (("3528", "3589"), (16,)),  # JCB
    (("4", "4"), (13, 16, 19)),  # Visa
    (("50", "50"), (16, 18, 19)),  # Maestro, Dankort, Verve, Elo
    (("51", "55"), (16,)),
    (("56", "58"), (16, 18, 19)),
    (("60", "60"), (16,)),  # Discover, RuPay
    (("62", "62"), (16, 17, 18, 19)),  # UnionPay
    (("63", "63"), (16, 18, 19)),
    (("64", "65"), (16,)),
    (("67", "67"), (16, 18, 19)),
    (("81", "82"), (16,)),  # RuPay
    (("9792", "9792"), (16,)),  # Troy
)
"""First digits and lengths. Source: ISO/IEC 7812 issuer ranges as the brands publish them (2024)."""

_CARD_WORDS = ("card", "visa", "amex", "mastercard", "maestro", "payment", "tarjeta", "carte", "karte")
_NOT_WORDS = ("imei",)


def card(number: str) -> bool:
    """Say whether ASCII digits carry a brand's first digits, its length and a right Luhn digit."""
    for (low, high), lengths in _BRANDS:
        if low <= number[: len(low)] <= high and len(number) in lengths:
            return luhn(number)
    return False


def _card(candidate: Candidate) -> Iterable[Found]:
    """Take a run of 13…19 digits, or the part of it that a brand's grouping cuts out."""
    text, start, end = candidate.text, candidate.start, candidate.end
    number = digits(text[start:end])
    before = text[max(0, start - 2) : start]
    if before[-1:] == "-" and before[:1].isalnum():
        return  # a part of a longer identifier
    if text[end : end + 1] in {"-", "."} and text[end + 1 : end + 2].isalnum():
        return
    if not near(text, start, end, _NOT_WORDS, 12) and len(set(number)) > 1 and card(number):
        yield Found(start, end)


def _told(candidate: Candidate) -> Iterable[Found]:
    """Take 14…16 digits that a word close by calls a card, right or mistyped: nearly all of them are somebody's."""
    text, start, end = candidate.text, candidate.start, candidate.end
    if near(text, start, end, _CARD_WORDS, 24) and not text[end : end + 1].isalnum():
        yield Found(start, end)


def _iban(candidate: Candidate) -> Iterable[Found]:
    """Cut the candidate to its country's length and verify it there; what stands behind must not be glued on."""
    text, start, end = candidate.text, candidate.start, candidate.end
    wanted = IBAN_LENGTHS.get(text[start : start + 2].upper(), 0)
    kept, at = "", start
    while at < end and len(kept) < wanted:
        if text[at].isalnum():
            kept += text[at]
        at += 1
    behind = text[at : at + 1]
    if wanted and len(kept) == wanted and not (behind.isalnum() or behind == "_") and iban(kept):
        yield Found(start, at)


ROWS = (
    Row(
        id="card",
        entity="CREDIT_CARD",
        expression=(
            r"(?:^|[^\w.,+])(\d{4}[ \-]\d{4}[ \-]\d{4}[ \-]\d{4}(?:[ \-]\d{3})?|\d{4}[ \-]\d{6}[ \-]\d{4,5}|"
            r"4\d{12}|[3-6]\d{13,18}|1\d{14}|2[2-7]\d{14}|8[12]\d{14}|9792\d{12})\b"
        ),
        source="ISO/IEC 7812-1 (Luhn), brand ranges",
        examples=(
            ("4012-8888-8888-1881", "4012-8888-8888-1881"),
            ("my card: 4242 4242 4242 4242.", "4242 4242 4242 4242"),
            ("371449635398431", "371449635398431"),
            ("3782 822463 10005", "3782 822463 10005"),
            ("30569309025904", "30569309025904"),
        ),
        counters=("4012-8888-8888-1882", "1748503543012", "36168002586008", "1795286634029", "0.4242424242424242"),
        confirm=_card,
        strength=72,
    ),
    Row(
        id="card-told",
        entity="CREDIT_CARD",
        expression=r"(?:^|[^\w.,+])(\d{14,16}|\d{4}[ \-]\d{4}[ \-]\d{4}[ \-]\d{4})\b",
        trigger=rf"(?i){'|'.join(_CARD_WORDS)}",
        source="ISO/IEC 7812-1 lengths; the word decides, not the check digit",
        examples=(
            ("the payment method is 1234567812345678 visa.", "1234567812345678"),
            ("my card number is 4012-8888-8888-1882", "4012-8888-8888-1882"),
        ),
        counters=("card 1748503543012", "1234567812345678", "postcard"),
        confirm=_told,
        strength=71,
    ),
    Row(
        id="iban",
        entity="IBAN_CODE",
        expression=rf"(?:^|[^\w\-])((?i:{'|'.join(IBAN_LENGTHS)})\d{{2}}(?:[ \-]?[A-Za-z0-9]){{11,38}})",
        trigger=rf"(?:^|[^\w\-])(?i:{'|'.join(IBAN_LENGTHS)})\d{{2}}[ \-]?[A-Za-z0-9]{{4}}[ \-]?[A-Za-z0-9]{{4}}",
        source="ISO 13616-1, SWIFT IBAN registry",
        examples=(
            ("IBAN DE89 3704 0044 0532 0130 00", "DE89 3704 0044 0532 0130 00"),
            ("pay GB82WEST12345698765432 now", "GB82WEST12345698765432"),
        ),
        counters=("DE88 3704 0044 0532 0130 00", "GB15 MIDL 4005 1512 3456 99", "de12ab34cd56ef78"),
        confirm=_iban,
        strength=90,
    ),
    Row(
        id="bitcoin",
        entity="CRYPTO",
        expression=r"\b([13][1-9A-HJ-NP-Za-km-z]{25,34})\b",
        trigger=r"\b[13][1-9A-HJ-NP-Za-km-z]{9}",
        source="Bitcoin wiki, Base58Check encoding",
        examples=(("wallet 16Yeky6GMjeNkAiNcBY7ZhrLoMSgg1BoyZ", "16Yeky6GMjeNkAiNcBY7ZhrLoMSgg1BoyZ"),),
        counters=("16Yeky6GMjeNkAiNcBY7ZhrLoMSgg1BoyZ2",),
        check=base58check,
        strength=75,
    ),
    Row(
        id="bitcoin-segwit",
        entity="CRYPTO",
        expression=r"\b((?:bc1|BC1)[02-9ac-hj-np-zAC-HJ-NP-Z]{25,87})\b",
        trigger=r"\b(?:bc1|BC1)[02-9ac-hj-np-zAC-HJ-NP-Z]{6}",
        source="BIP 173, BIP 350",
        examples=(("bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"),),
        strength=75,
    ),
    Row(
        id="ethereum",
        entity="CRYPTO",
        expression=r"\b(0x[0-9a-fA-F]{40})\b",
        trigger=r"\b0x[0-9a-fA-F]{6}",
        source="EIP-55",
        examples=(("to 0x52908400098527886E0F7030069857D2E4169EE7", "0x52908400098527886E0F7030069857D2E4169EE7"),),
        counters=("0x8f953371d3e85eddb89b05ed6b9e680791055315c73e1025ab5dba7bb2aee189",),
        strength=75,
    ),
)
