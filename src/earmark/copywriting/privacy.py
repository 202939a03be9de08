"""Private details that never come through: people's names, addresses, telephone numbers, e-mail, links.

A name is suspected, not proven: a capitalised word near a cue ("our waitress ...", "ask for ..."), after a title, or
on a list of common first names. What is suspected is left out; a seller who wants a name in gives it with ``--must``
or in the facts.
"""

import re
from collections.abc import Iterable

_AT, _DOT = r"(?:@|\(at\)|\[at\])", r"(?:\.|\(dot\)|\[dot\])"
_ENDINGS = r"(?:com|net|org|io|co|info|biz|example|shop)"
_STREET = r"(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|way|court|ct|square|sq|place|pl|row|alley)"
_DETAILS = {
    "an e-mail address": re.compile(rf"[\w.+-]+\s?{_AT}\s?[\w-]+(?:\s?{_DOT}\s?\w{{2,}})+", re.IGNORECASE),
    "a link": re.compile(rf"\b(?:https?://|www\.)\S+|\b[\w-]+\.{_ENDINGS}\b\S*|!?\[[^\]]*\]\([^)]*\)", re.IGNORECASE),
    "a telephone number": re.compile(
        r"(?<!\w)(?:\+?\d{1,3}[\s.-]?)?(?:\(\d{2,4}\)[\s.-]?)?\d{3}[\s.-]\d{3,4}(?:[\s.-]?\d{2,4})?(?!\w)"
        r"|(?<!\d)\+?\d{9,15}(?!\d)"
    ),
    "an address": re.compile(
        rf"\b\d{{1,5}}[a-z]?\s+(?:[NSEW]\.?\s+)?(?:[A-Z][\w'-]*\s+){{1,3}}{_STREET}\b\.?", re.IGNORECASE
    ),
    "a handle": re.compile(r"(?<![\w.])@\w{2,}"),
}

_TITLES = r"(?:mr|mrs|ms|miss|dr|prof|sir|madam|chef|uncle|aunt|señor|monsieur)"
_CUES = (
    r"(?:manager|manageress|owner|waiter|waitress|server|bartender|barista|host|hostess|cashier|receptionist|chef|clerk|"
    r"technician|mechanic|agent|stylist|employee|supervisor|lady|named|called|name is|name was|"
    r"ask for|thanks to|thank you|thanks|kudos to|shout ?out to|service (?:from|by)|great from|helped by|served by)"
)
_AFTER_CUE = re.compile(rf"(?i:\b(?:{_CUES}|{_TITLES})\.?,?)\s+([A-Z][a-z]+(?:\s+[A-Z][a-z]+)?)")
_ACTS = r"(?:was|is|were|has|had|went|took|made|helped|gave|did|always|really|who|and her|and his|at the|'s)"
_WHO_ACTS = re.compile(rf"\b([A-Z][a-z]+)\s+{_ACTS}\b")

# Capitalised words that are no names of people: places and peoples in the names of dishes and goods, days, and so on.
_NOT_PEOPLE = frozenset(
    """
    ac african alfredo american april asian august bbq beef belgian benedict blt bluetooth brazilian brie british
    buffalo burger caesar cajun canadian cantonese caribbean cheddar chicken chinese christmas cobb cuban curry
    december duck dutch easter english ethiopian european everyone everything february food french friday german
    good gouda great greek hawaiian i indian irish israeli it italian jamaican january japanese july june korean
    lamb lebanese malaysian margherita mediterranean mexican monday moroccan my neapolitan november october our pad
    parmesan persian peruvian philly pho pizza polish pork portuguese ramen reuben room rooms russian saturday
    scottish september service sichuan spanish staff sunday sushi swedish swiss szechuan tacos taiwanese tex-mex
    thai thanksgiving the they this thursday tuesday turkish tv usb vietnamese we wednesday welsh wi-fi wifi
    """.split()
)

_FIRST_NAMES = frozenset(
    """
    aaron abby abigail adam adrian aisha alan albert alejandro alex alexander alexandra alexis alice alicia alison
    allison alyssa amanda amber amy ana andre andrea andrew andy angel angela angelica anita ann anna anne annie
    anthony antonio april ariana arthur ashley audrey austin ava barbara becky ben benjamin bernard beth bethany
    betty beverly bill billy bob bobby brad bradley brandon brenda brett brian brianna bridget brittany brooke bruce
    bryan caitlin caleb calvin cameron candice carl carla carlos carmen carol caroline carrie casey cassandra
    catherine cathy cesar charles charlie charlotte chelsea cheryl chloe chris christian christina christine
    christopher cindy claire clara claudia cody colin connie connor corey courtney craig crystal curtis cynthia dale
    dan dana daniel danielle danny darren dave david dawn dean debbie deborah debra denise dennis derek diana diane
    diego dominic don donald donna doris dorothy doug douglas dustin dylan ed eddie edgar eduardo edward eileen
    elaine elena eli elijah elizabeth ella ellen emily emma eric erica erik erin ernest ethan eugene eva evan evelyn
    ezra felicia felix fernando frances francis francisco frank fred gabriel gabriela gary george gerald gina
    giovanni glen gloria gordon grace greg gregory gus hailey hannah harold harry heather hector heidi helen henry
    holly howard hugo ian irene isaac isabel isabella ivan jack jackie jackson jacob jacqueline jaime jake james
    jamie jan jane janet janice jared jasmine jason javier jay jean jeff jeffrey jen jenna jennifer jenny jeremy
    jerry jesse jessica jesus jill jim jimmy joan joanna jodi joe joel john johnny jon jonathan jordan jorge jose
    joseph josh joshua joy joyce juan juanita judith judy julia julian julie justin kaitlyn karen karl kate
    katherine kathleen kathryn kathy katie kayla keith kelly ken kenneth kerry kevin kim kimberly kirk kristen
    kristin kyle larry laura lauren laurie lawrence leah lee leo leon leslie liam lillian lily linda lisa logan lori
    louis lucas lucia lucy luis luke lydia lynn mackenzie madison manuel marc marcia marco marcus margaret maria
    marie marilyn mario marissa mark marsha martha martin marvin mary matt matthew maureen max megan melanie melissa
    mia michael michele michelle miguel mike mildred miranda mitchell molly monica morgan nadia nancy naomi natalie
    natasha nate nathan nathaniel neil nicholas nick nicole nina noah nora norma norman olivia oscar owen pablo pam
    pamela patricia patrick paul paula pedro peggy pete peter phil philip phillip phyllis rachel ralph ramon randy
    raul ray raymond rebecca renee ricardo richard rick ricky rita rob robert roberta roberto robin rodney roger ron
    ronald rosa rosie ross roy ruben ruby russell ruth ryan sabrina sally sam samantha samuel sandra sara sarah
    savannah scott sean sergio seth shane shannon sharon shawn sheila shelby shelly sherry shirley sofia sonia
    sophia sophie spencer stacey stacy stan stanley stephanie stephen steve steven stuart sue susan suzanne sydney
    sylvia tammy tanya tara taylor ted teresa terri terry theresa thomas tiffany tim timothy tina todd tom tommy
    toni tony tonya tracy travis trevor tristan troy tyler valerie vanessa vera veronica vicki victor victoria
    vincent virginia vivian walter wanda warren wayne wendy wesley whitney will william willie xavier yolanda yvonne
    zachary zoe
    """.split()
)


def private_detail_in(text: str) -> str | None:
    """What kind of contact detail a text gives away, or ``None``."""
    return next((kind for kind, pattern in _DETAILS.items() if pattern.search(text)), None)


def is_first_name(word: str) -> bool:
    """Whether a word is on the list of common first names."""
    return word.lower() in _FIRST_NAMES


def names_in(text: str) -> set[str]:
    """Words of a text that look like the name of a private person."""
    found: set[str] = set()
    for match in _AFTER_CUE.finditer(text):
        found.update(word for word in match[1].split() if word.lower() not in _NOT_PEOPLE)
    for match in _WHO_ACTS.finditer(text):
        if is_first_name(match[1]):
            found.add(match[1])
    found.update(word for word in re.findall(r"\b[A-Z][a-z]+\b(?!['\u2019]t)", text) if is_first_name(word))
    return {word for word in found if word.lower() not in _NOT_PEOPLE}


def is_known_proper(word: str) -> bool:
    """Whether a capitalised word is known to name no person (an origin, a day, a dish)."""
    return word.lower() in _NOT_PEOPLE


def names_a_person(target: str, spans: Iterable[str]) -> bool:
    """Whether what is judged may be a person's name, given the spans that speak of it.

    A target that reviewers always write with a capital, and that is no known origin or dish, is suspected.
    """
    words = re.findall(r"[^\W\d_]+", target)
    if not words or all(word.lower() in _NOT_PEOPLE for word in words):
        return False
    texts = list(spans)
    suspects = {name.lower() for text in texts for name in names_in(text)}
    if any(word.lower() in suspects for word in words):
        return True
    head = words[-1].lower()
    seen = [word for text in texts for word in re.findall(r"[^\W\d_]+", text) if word.lower() == head]
    inside = [
        found[1] for text in texts for found in re.finditer(r"[a-z,;] ([^\W\d_]+)", text) if found[1].lower() == head
    ]
    return len(words) == 1 and bool(seen) and bool(inside) and all(word[0].isupper() for word in inside)
