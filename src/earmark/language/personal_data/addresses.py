"""Where a person lives: streets and houses as many countries write them, postcodes, boxes, flats."""

import re

from earmark.language.personal_data.pattern import DIGITS, Kind, Pattern

ADDRESS = Kind("address", "an address")

_STREET = r"(?:street|st|road|rd|avenue|ave|lane|ln|boulevard|blvd|crescent|highway|hwy|parkway|pkwy|terrace)"
# These are also walked, driven or counted: only with capitals, or after a house number of three digits.
_WAY = (
    "Drive|Dr|Way|Court|Ct|Square|Sq|Place|Pl|Row|Alley|Close|Circle|Cir|Trail|Loop|Mews|Gardens|Grove|Hill|Rise|Walk|Wharf|"
    "Quay|Plaza|Pike|Turnpike|Parade|Park|View|Green|Gate|Broadway|Crossing|Bend|Path|Heights|Esplanade|Villas"
)
_COUNTED = (
    r"(?!(?:minute|min|mile|hour|star|inch|foot|block|way|lane|day|dollar|course|person|people|story|km|yard)s?\b)"
)
_LINKED = r"(?!(?:the|an?|on|from|of|down|up|off|to|in|and|for|per|my|our|or|at|by|with|away|this|is|was|are)\b)"
_HOUSE = r"(?<![\w.,$#])\d{1,5}(?:\s?[-/]\s?\d{1,5})?\s?[A-Za-z]?,?\s+(?:[NSEW]\.?\s+)?"
_FLAT = r"(?:,?\s+(?:apt|apartment|unit|suite|ste|flat|floor|no|#)\.?\s?#?\w{1,5}\b)?"
_ZIP = r"(?:,?\s+[A-Z][\w.' -]{2,25},?\s+[A-Z]{2}\s+\d{5}(?:-\d{4})?)?"
_CITY = r"(?:,?\s+(?:[A-Z]{1,3}-)?\d{4,6}\s+[^\W\d_][\w-]+)?"
_CAPITAL = r"[^\W\d_a-z][\w'-]*(?: [^\W\d_a-z][\w'-]*){0,2}"
_NUMBER_AFTER = r",?\s+(?:[nN][.ro:°º]*\s?)?\d{1,4}(?:/\d{1,4})?\s?[a-z]?\b"
_NAMES = r"(?:[^\W\d_][\w.'-]*\s+){0,3}[^\W\d_][\w.'-]*"


def _pattern(expression: str, flags: int = 0) -> Pattern:
    return Pattern(ADDRESS, re.compile(expression, flags), needs=DIGITS)


ADDRESSES = (
    _pattern(
        rf"{_HOUSE}{_COUNTED}(?:{_LINKED}[^\W\d_][\w'.-]*\s+){{1,3}}?{_STREET}\b\.?(?: [NSEW]{{1,2}}\b)?"
        rf"(?i:{_FLAT})(?-i:{_ZIP})",
        re.IGNORECASE,
    ),
    _pattern(rf"{_HOUSE}(?:[A-Z][\w'.-]*\s+){{1,3}}(?:{_WAY})\b\.?(?i:{_FLAT}){_ZIP}"),
    _pattern(rf"(?<![\w.,$#])\d{{3,5}}\s+{_COUNTED}[a-z]{{3,}}\s+(?:{_WAY.lower()})\b"),
    Pattern(
        ADDRESS,
        re.compile(
            rf"\b(?:live|lived|lives|living|resides?|address is|house number \d+\w?) (?:on|at|in) "
            rf"(?P<value>(?:\d+\w? )?(?:{_LINKED}\w[\w'.-]* ){{1,2}}(?:{_STREET}|{_WAY}))\b",
            re.IGNORECASE,
        ),
    ),
    _pattern(r"\b(?:plot|house|villa|door) (?:(?:no\.?|number|#) ?)\d+\w?\b|\bPlot \d+, Sector \d+\b", re.IGNORECASE),
    _pattern(r"\b\d+\w?\s+(?:[NSEW]\.?\s+)?\d{1,3}(?:st|nd|rd|th)\s+(?:Street|St|Avenue|Ave|Road|Rd|Place|Pl)\b\.?"),
    # Hauptstraße 5, Lange Gasse 12a, Keizersgracht 100, Storgatan 4, each with its town
    _pattern(
        r"(?<![\w-])[^\W\d_][\w-]{0,40}?(?:stra(?:ß|ss)e|str\.?|gasse|platz|allee|chaussee|straat|laan|gracht|plein|"
        r"kade|steeg|gatan|gata|gaten|vägen|veien|vejen|gade|katu)" + _NUMBER_AFTER + _CITY,
        re.IGNORECASE,
    ),
    _pattern(
        r"\b(?:(?<!-)(?:[^\W\d_a-z][\w-]{0,40}?)(?:weg|ring|damm|ufer|markt|dijk|singel|vej|väg|tie|pladsen)"
        r"|[^\W\d_a-z][\w-]* "
        r"(?:Straße|Strasse|Str\.|Gasse|Platz|Allee|Weg|Ring|Damm|Ufer|Markt|Graben|Vía|náměstí|nábřeží|utca|út|tér|"
        r"Sokak|Sk\.|Caddesi|Cad\.))" + _NUMBER_AFTER + _CITY,
    ),
    _pattern(
        r"\b\d{1,4}\s?(?:bis|ter)?,?\s+(?:rue|avenue|av\.|boulevard|bd|place|allée|chemin|impasse|quai|cours|route|passage)"
        rf"\s+(?:(?:de|du|des|la|le) |[dl]')*(?-i:{_CAPITAL}){_CITY}",
        re.IGNORECASE,
    ),
    _pattern(
        rf"\b(?:Via|Viale|Piazza|Corso|Vicolo|Largo|Calle|C/|Avenida|Avda\.?|Av\.|Plaza|Paseo|Carrer|Camino|Carretera|Rua|"
        rf"Travessa|Praça|ul\.|ulica|al\.|os\.|ulice|ulitsa|Strada|Straße|Jalan|Jl\.|Đường)\s+"
        rf"{_NAMES}{_NUMBER_AFTER}{_CITY}",
        re.IGNORECASE,
    ),
    _pattern(rf"(?:ул\.|улица|вул\.|пр\.|проспект|пер\.|переулок|οδός)\s*{_NAMES},?\s+(?:д\.?\s?)?\d+", re.IGNORECASE),
    _pattern(
        r"〒?\d{3}-\d{4}\s?\w*[都道府県市区町]|[\u4e00-\u9fff]+[都道府県市区町村][\u4e00-\u9fff]*\d+[-丁番号\d]*"
        r"|[\u4e00-\u9fff]{2,}[路街道巷]\d+号?|[\uac00-\ud7af]+[로길] ?\d+|(?:شارع|רחוב)\s\w+(?:\s\w+)?\s\d+"
    ),
    # Postcodes: United Kingdom, Canada, the Netherlands, the United States
    _pattern(
        r"\b[A-Z]{1,2}\d[A-Z\d]? (?!\d(?:GB|TB|HD|FT|LB|XL|PK|ND|RD|TH|ST|HR|WD|YR|OZ|QT)\b)\d[ABD-HJLNP-UW-Z]{2}\b",
        re.IGNORECASE,
    ),
    # Poland, Sweden, Ireland, Australia
    _pattern(r"\b\d\d-\d{3} [^\W\d_a-z][^\W\d_]+|\b\d{3} \d\d [A-ZÅÄÖ][a-zåäö]{2,}\b"),
    _pattern(r"\b[A-Z]\d[\dW] [A-Z\d]{2}\d\d\b"),
    _pattern(r"\b(?:[A-Z][a-z]+,? )?(?:NSW|VIC|QLD|TAS|ACT) \d{4}\b"),
    _pattern(r"\b[ABCEGHJ-NPRSTVXY]\d[A-Z] ?\d[A-Z]\d\b"),
    _pattern(r"\b[1-9]\d{3} (?!AM|PM|HD|TV|KB|MB|GB|BC|AD)[A-Z]{2}\b,? [A-Z][a-z]+"),
    _pattern(r"\b(?:[A-Z][a-z]+(?: [A-Z][a-z]+)?, )?[A-Z]{2} \d{5}(?:-\d{4})?\b|\b\d{5}-\d{4}\b"),
    _pattern(r"\b(?:[A-Z]{1,2}-)\d{4,5} [A-Z][\w-]+|\b\d{4}[1-9] (?=[A-ZÄÖÜ][a-zäöü])[^\W\d_]+\b"),
    _pattern(
        r"\b(?:p\.?\s?o\.?\s?box|post office box|pob|private bag|postfach|bo[iî]te postale|casella postale"
        r"|apartado(?: postal)?)\s+#?\d+",
        re.IGNORECASE,
    ),
    _pattern(
        r"\b(?:apt|apartment)\.?\s?(?:no\.?\s?|#\s?)?\d{1,4}[a-z]?\b|\b(?:Flat|Suite|Unit) #?\d{1,4}[A-Z]\b",
        re.IGNORECASE,
    ),
)
