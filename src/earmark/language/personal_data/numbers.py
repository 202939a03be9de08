"""Numbers that lead to a person: telephones, cards, accounts, orders, documents, devices, places, dates of birth."""

import re

from earmark.language.personal_data.pattern import DIGITS, Kind, Pattern

TELEPHONE = Kind("number", "a telephone number")
IDENTIFIER = Kind("number", "a number that leads to a person")
COORDINATES = Kind("address", "coordinates")
BIRTH = Kind("date", "a date of birth")

_OWNED = (  # numbers of which each person, order or document has its own
    r"order|invoice|receipt|booking|reservation|confirmation|tracking|shipment|parcel|consignment|account|acct|a/c|"
    r"member(?:ship)?|loyalty|rewards?|frequent flyer|customer|client|policy|claim|reference|ref|pnr|rma|transaction|"
    r"imei|vin|passport|(?:driv\w+(?:'s)? )?licen[cs]e(?: plate)?|number plate|registration|ssn|social security|nino?|"
    r"national insurance|tax id|tin|vat|dni|nif|cpf|pesel|bsn|aadhaar|nhs|medicare|medicaid|mrn|medical record|patient|"
    r"student|employee|sort code|routing|iban|bic|swift|wallet|gift card|voucher|s/n|awb|conf|res|nric|sin|dl"
)
_OFTEN_OWNED = (
    r"case|ticket|serial|plate|reg|ni|tax|badge|chart|id|pin|pass ?code|password|(?:gate|door|entry) code|card|staff"
)
_NUMBER = r"(?:\s(?:number|num|no|nr|nbr|code|card|id|key|ending(?: in| with)?|ends in)\b\.?)"
_VALUE = r"(?P<value>(?-i:(?:[A-Z]{1,3}[- ]){0,2})[a-z\d/-]*\d[a-z\d/.-]*(?: [a-z\d/-]*\d[a-z\d/-]*){0,5})(?!\w)"
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DATE = (
    rf"\d{{1,4}}[/.-]\d{{1,2}}[/.-]\d{{1,4}}|\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}(?:,? \d{{4}})?"
    rf"|{_MONTH} (?:\d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?|\d{{4}})|(?:19|20)\d\d"
)
_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_DIGIT = r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple)"
_NO_TELEPHONE = re.compile(
    r"(?:19|20)\d\d(?:\D{1,3}(?:19|20)\d\d)+"  # years
    r"|\d{1,2}[/.-]\d{1,2}[/.-](?:19|20)?\d\d(?:\D+\d+)*|(?:19|20)\d\d[/.-]\d{1,2}[/.-]\d{1,2}(?:\D+\d+)*"  # days
    r"|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:\.000)+|\d+000|\d+00-\d+00"  # amounts
    r"|\d{1,2}\.\d+(?:[-/]\d{1,2}\.\d+)*|\d{1,4}/[1-9]\d{0,3}"  # sizes
)


_OF_A_PRODUCT = re.compile(
    r"\b(?:part|model|item|article|style|sku|mpn|isbn|ean|upc|gtin|asin|barcode)(?: (?:no\.?|number|code)|\s?#|:)* $",
    re.IGNORECASE,
)


def _is_identifier(match: re.Match[str]) -> bool:
    value = match["value"].rstrip(".")
    letters, digits = sum(map(str.isalpha, value)), sum(map(str.isdigit, value))
    if letters + digits < 3 or digits < 2 or re.fullmatch(r"(?:19|20)\d\d|\d+[.,]\d\d?", value):
        return False
    return (
        (bool(match["called"]) and letters + digits >= 4)
        or digits >= 5
        or (letters > 0 and digits >= 3 and letters + digits >= 6)
    )


def _is_telephone(match: re.Match[str]) -> bool:
    groups = re.findall(r"\d+", match[0])
    if sum(map(len, groups)) < 7 or _NO_TELEPHONE.fullmatch(match[0]):
        return False
    if _names_a_product(match):
        return False
    return max(map(len, groups)) >= 3 or match[0][0] in "+(0" or max(map(len, groups)) == 1


def _mixed(match: re.Match[str]) -> bool:
    enough = sum(map(str.isdigit, match[0])) >= 6 and any(map(str.isalpha, match[0]))
    return enough and not _names_a_product(match)


def _names_a_product(match: re.Match[str]) -> bool:
    return bool(_OF_A_PRODUCT.search(match.string, max(0, match.start() - 24), match.start()))


def _identifier(called: str) -> Pattern:
    return Pattern(IDENTIFIER, re.compile(rf"\b{called}\s?#?\s?{_VALUE}", re.IGNORECASE), _is_identifier, DIGITS)


def _shape(kind: Kind, expression: str, flags: int = 0) -> Pattern:
    return Pattern(kind, re.compile(expression, flags), needs=DIGITS)


NUMBERS = (
    _shape(
        BIRTH,
        r"\b(?:born|d\.?o\.?b\.?|date of birth|birth ?(?:day|date))(?:\s?[:=]|,| is| was| on| in| the)*"
        rf" (?P<value>{_DATE})\b",
        re.IGNORECASE,
    ),
    _shape(
        COORDINATES,
        r"(?<![\w.])-?\d{1,3}\.\d{3,}\s?(?:°?\s?[NS])?[,;]?\s+?-?\d{1,3}\.\d{3,}(?:\s?°?\s?[EW]\b)?"
        r"|\d{1,3}°\s?\d{1,2}['\u2032].{0,10}?[NS]\b.{0,3}?\d{1,3}°\s?\d{1,2}['\u2032].{0,10}?[EW]\b"
        r"|-?\d{1,3}\.\d{3,},-?\d{1,3}\.\d{3,}",
    ),
    _identifier(rf"(?:{_OWNED})\b(?P<called>{_NUMBER}*(?:\s(?:is|was)\b|\s?[:=#,(]|\s-)*)"),
    _identifier(rf"(?:{_OFTEN_OWNED})\b(?P<called>{_NUMBER}+(?:\s(?:is|was)\b|\s?[:=#])*|\s?[:=#]+)"),
    _shape(IDENTIFIER, r"#(?=(?:[A-Z-]*\d){3})[A-Z\d-]{6,}\b|\bending (?:in |with )?(?P<value>\d{4})\b", re.IGNORECASE),
    _shape(IDENTIFIER, r"\b[A-Z]{2}\d\d(?: ?[A-Z\d]{4}){2,7}(?: ?[A-Z\d]{1,3})?\b"),  # IBAN
    _shape(IDENTIFIER, r"\b[A-Z]{2} ?\d\d ?\d\d ?\d\d ?[A-D]\b|\b\d{7,8}-?[A-Z]\b|\b[A-Z]\d{7}[A-Z]\b"),  # persons
    _shape(IDENTIFIER, r"\b[A-Z]{6}\d\d[A-Z]\d\d[A-Z]\d{3}[A-Z]\b|\b[A-Z]{5}\d{4}[A-Z]\b|\b[A-Z]{2}\d{9}[A-Z]{2}\b"),
    _shape(
        IDENTIFIER, r"\b(?:[\dA-F]{2}[:-]){5}[\dA-F]{2}\b|\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b", re.IGNORECASE
    ),
    _shape(
        IDENTIFIER,
        r"(?<![\w:])(?:[\da-f]{1,4}:){7}[\da-f]{1,4}(?![\w:])"
        r"|(?<![\w:])(?:[\da-f]{1,4}:){1,6}(?::[\da-f]{1,4}){1,6}(?![\w:])",
        re.IGNORECASE,
    ),
    _shape(IDENTIFIER, r"\b(?:cvv2?|cvc|pin)(?: code| number| is|:)* (?P<value>\d{3,6})\b", re.IGNORECASE),
    _shape(IDENTIFIER, r"\b(?i:reg|plate|registration)\b.{0,12}?(?P<value>[A-Z]{2}\d\d ?[A-Z]{3})\b"),
    _shape(COORDINATES, r"\blat(?:itude)?\b.{0,3}-?\d+\.\d+.{0,3}\blong?(?:itude)?\b.{0,3}-?\d+\.\d+", re.IGNORECASE),
    _shape(IDENTIFIER, rf"(?<![\d.v])(?<!ersion )(?<!irmware )(?:{_OCTET}\.){{3}}{_OCTET}(?![\d.]*\d)"),
    _shape(IDENTIFIER, r"\b(?:bc1[a-z\d]{25,60}|0x[\da-fA-F]{40}|[13T][1-9A-HJ-NP-Za-km-z]{25,34})\b"),  # wallets
    Pattern(
        IDENTIFIER, re.compile(r"\b(?:1Z[A-Z\d]{16}|[A-HJ-NPR-Z\d]{17}|[A-Z\d]{13,})\b"), _mixed, DIGITS
    ),  # parcels, cars
    Pattern(
        TELEPHONE, re.compile(r"(?<![\w.,$€£])\+?\(?\d(?:(?:[ ().\-/·_]{0,3}|,)\d){6,18}(?!\w)"), _is_telephone, DIGITS
    ),
    Pattern(TELEPHONE, re.compile(rf"\b{_DIGIT}(?:[\s,.-]+{_DIGIT}){{6,}}\b", re.IGNORECASE)),
)
