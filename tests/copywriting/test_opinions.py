"""The traps of opinion mining, one sentence each, written for the purpose."""

from time import perf_counter

import pytest

from earmark.copywriting.aspects.aspects import ready_set
from earmark.copywriting.opinions import ParsedClaim, mine_opinions, parse_claims
from earmark.copywriting.opinions.words import _tagger, tag_words
from earmark.copywriting.reviews import Product, Review, sift_product

pytest.importorskip("HanTa")
pytest.importorskip("vaderSentiment")


def read(sentence: str, kind: str = "restaurants") -> list[ParsedClaim]:
    return parse_claims(sentence, ready_set(kind).aspects)


def one(sentence: str, target: str, kind: str = "restaurants") -> ParsedClaim:
    """The only claim about a target."""
    found = [claim for claim in read(sentence, kind) if claim.target == target]
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("sentence", "target", "polarity"),
    [
        # Negation, and where it ends.
        ("Good helpings, not too much, friendly service.", "service", "praise"),
        ("The waiters were not friendly.", "waiter", "complaint"),
        ("It isn't a clean place.", "place", "complaint"),
        ("I don't think the rooms are clean.", "room", "complaint"),
        ("They do not believe in good service.", "service", "complaint"),
        ("The manager doesn't believe in good service here.", "service", "complaint"),
        ("Nobody rushed us, and the soup was delicious.", "soup", "praise"),
        ("Nobody could call the patio tacky.", "patio", "praise"),
        ("No one would find the rooms small.", "room", "praise"),
        ("Nobody warned me about the sluggish elevator.", "elevator", "complaint"),
        ("do not go here awful place", "place", "complaint"),
        # What denies without "not".
        ("The rooms were anything but dirty.", "room", "praise"),
        ("The rooms were a far cry from clean.", "room", "complaint"),
        ("By no means was the soup hot.", "soup", "complaint"),
        ("Don't let anyone tell you that the waiters are kind.", "waiter", "complaint"),
        ("Not once did the staff strike me as rude.", "staff", "praise"),
        ("The staff couldn't have been more helpful.", "staff", "praise"),
        ("The staff couldn't have been more rude.", "staff", "complaint"),
        ("The staff could have been more helpful.", "staff", "complaint"),
        ("The rooms fell well short of clean.", "room", "complaint"),
        ("Calling the soup hot would be a lie.", "soup", "complaint"),
        ("The website calls the soup hot, which is simply false.", "soup", "complaint"),
        ("I could not get over how slow the waiters were.", "waiter", "complaint"),
        ("Fresh bread would have gone a long way.", "bread", "complaint"),
        ("The soup used to be hot, and waiters were kind.", "waiter", "praise"),
        # What only looks like a comparison, a wish or a leaving.
        ("More than anything it was the friendly staff that won us over.", "staff", "praise"),
        ("I expected better than the cold soup.", "soup", "complaint"),
        ("Had I known how rude the staff was, I would have gone elsewhere.", "staff", "complaint"),
        ("It must be said that the soup was tasty.", "soup", "praise"),
        # Where the thing stands.
        ("By accident or by design, the soup was tasty.", "soup", "praise"),
        ("Delicious, the soup.", "soup", "praise"),
        ("The soup, my brother told me, was cold.", "soup", "complaint"),
        ("The portions turned out to be tiny.", "portion", "complaint"),
        ("There were two waiters, attentive to the last.", "waiter", "praise"),
        ("Nobody was friendly.", "service", "complaint"),
        ("No wait at all and great coffee.", "coffee", "praise"),
        ("With no real faults this is the best inn of the valley.", "inn", "praise"),
        ("The staff is not only friendly.", "staff", "praise"),
        ("Never had better dumplings.", "dumpling", "praise"),
        ("The bread could not be fresher.", "bread", "praise"),
        ("The bread could be fresher.", "bread", "complaint"),
        ("The soup was not bad.", "soup", "praise"),
        ("The soup was not the best.", "soup", "complaint"),
        ("My stew was anything but fresh.", "stew", "complaint"),
        ("The stew lacked flavor.", "flavor", "complaint"),
        # What praises one thing condemns another.
        ("The low prices are a surprise.", "price", "praise"),
        ("Low quality, I am afraid.", "quality", "complaint"),
        ("We got cold beer.", "beer", "praise"),
        ("We got cold fries.", "fry", "complaint"),
        ("The small portions let us leave hungry.", "portion", "complaint"),
        ("They serve large portions.", "portion", "praise"),
        ("The prices are too high.", "price", "complaint"),
        ("The soup was too sweet.", "soup", "complaint"),
        ("The soup was not too salty.", "soup", "praise"),
        ("The waiter was none too friendly.", "waiter", "complaint"),
        # Whose opinion of what.
        ("The crust of the pie was soggy.", "crust", "complaint"),
        ("The pie that we ordered was excellent.", "pie", "praise"),
        ("The front desk was helpful.", "front desk", "praise"),
        ("I loved the green beans.", "green bean", "praise"),
        ("We found the staff rude.", "staff", "complaint"),
        ("Food: superb.", "food", "praise"),
        ("I was impressed with the wine list.", "wine list", "praise"),
        ("The owner's attitude is awful.", "attitude", "complaint"),
        ("Plenty of parking behind the house.", "parking", "praise"),
        ("THE WAITER WAS RUDE", "waiter", "complaint"),
        ("We thought the lobby tacky.", "lobby", "complaint"),
        ("The spicy pumpkin orzotto made our day.", "pumpkin orzotto", "praise"),
        ("Very generous honeyed prawn skewers.", "skewer", "praise"),
    ],
)
def test_polarity_is_read_as_a_person_reads_it(sentence: str, target: str, polarity: str) -> None:
    claim = one(sentence, target)
    assert claim.polarity == polarity
    assert not claim.flags


def test_one_negation_reaches_a_whole_list_of_adjectives() -> None:
    claims = read("The tables were not clean, tidy or inviting.")
    assert [(claim.target, claim.descriptor, claim.polarity) for claim in claims] == [
        ("table", "not clean", "complaint"),
        ("table", "not tidy", "complaint"),
        ("table", "not inviting", "complaint"),
    ]


def test_closing_adjectives_are_said_of_the_noun_before_the_comma() -> None:
    claims = read("I really liked the waiters, so attentive.")
    assert [(claim.target, claim.descriptor) for claim in claims] == [("waiter", "liked"), ("waiter", "attentive")]


def test_what_used_to_be_good_is_a_complaint_about_today() -> None:
    claim = one("The burgers used to be good.", "burger")
    assert (claim.descriptor, claim.polarity, claim.time) == ("no longer good", "complaint", "now")
    gone = one("The burgers are no longer fresh.", "burger")
    assert (gone.descriptor, gone.polarity, gone.time) == ("no longer fresh", "complaint", "now")
    denied = one("Years ago the coffee was tasty, not any more.", "coffee")
    assert (denied.polarity, denied.time) == ("complaint", "now")


@pytest.mark.parametrize(
    "sentence",
    [
        "Nobody complained.",
        "The poles are pretty gossamery.",
        "I like the poles, wonderfully gossamer.",
        "The soup was pretty diluted.",
        "Everyone knows.",
    ],
)
def test_neither_people_in_general_nor_what_has_a_degree_becomes_a_thing(sentence: str) -> None:
    assert {claim.target for claim in read(sentence)} <= {"pole", "place", "food", ""}
    assert not any(
        "gossamer" in claim.target or claim.descriptor in ("pretty", "wonderfully") for claim in read(sentence)
    )


def test_praise_of_the_past_is_no_praise_of_today() -> None:
    for past in (
        "back in the day",
        "in the beginning",
        "until the chef left",
        "up until this time",
        "before they started cutting corners",
    ):
        assert one(f"The coffee was tasty {past}.", "coffee").time == "past"
    assert one("The coffee is not as tasty as years ago.", "coffee").time == "now"


def test_what_is_wished_for_is_missing() -> None:
    claim = one("I wish the soup were hot.", "soup")
    assert (claim.descriptor, claim.polarity, claim.flags) == ("not hot enough", "complaint", ())
    assert one("The rooms should be clean.", "room").polarity == "complaint"
    hoped = one("We had hoped the soup would be hot.", "soup")
    assert (hoped.polarity, hoped.flags) == ("complaint", ())


def test_an_invitation_praises_what_it_names() -> None:
    claim = one("If you want tasty eggs, this is it.", "egg")
    assert (claim.polarity, claim.flags) == ("praise", ())


def test_a_place_with_another_name_is_elsewhere() -> None:
    text = "The soup at the Blue Heron was thin. The soup at Copper Kettle was tasty. Brimblewick has crisp fries."
    text += " When we tried Otterford Inn, the stew there was tasty."
    text += " Brimblewick, a few streets over, is known for its crisp fries."
    reviewed = sift_product(
        Product(id="p", name="The Copper Kettle"), [Review(id="p:0", product_id="p", uri="f:0", text=text)]
    )
    flags = [opinion.flags for opinion in mine_opinions(reviewed, ready_set("restaurants").aspects)]
    assert flags == [("elsewhere",), (), *[("elsewhere",)] * 3]


def test_an_unknown_noun_that_only_stands_where_idioms_do_is_no_thing() -> None:
    texts = ("In a nutshell, sturdy.", "The buttons in a nutshell: sturdy.", "The lid in a nutshell: sturdy.")
    texts += ("I loved the smoky orzotto.", "The orzotto was tasty.")
    product = Product(id="p", name="The Copper Kettle")
    reviews = [Review(id=f"p:{at}", product_id="p", uri=f"f:{at}", text=text) for at, text in enumerate(texts)]
    opinions = mine_opinions(sift_product(product, reviews), ready_set("restaurants").aspects)
    assert not any("nutshell" in opinion.target and opinion.usable for opinion in opinions)
    assert [opinion.usable for opinion in opinions if opinion.target == "orzotto"] == [True] * 3


def usable_praise(sentence: str) -> list[tuple[str, str]]:
    """What a review of the Copper Kettle that consists of one sentence may be cited for."""
    product = Product(id="p", name="The Copper Kettle")
    reviewed = sift_product(product, [Review(id="p:0", product_id="p", uri="f:0", text=sentence)])
    opinions = mine_opinions(reviewed, ready_set("restaurants").aspects)
    return [(one.target, one.descriptor) for one in opinions if one.usable and one.polarity == "praise"]


@pytest.mark.parametrize(
    "sentence",
    [
        # Denied, in words that no rule reads.
        "There is no getting around the clean rooms.",
        "Clean is the last word I would pick for the rooms.",
        "That the soup is hot must be a fairy tale.",
        "The soup was hot on paper, and on paper only.",
        # Wished, remembered, told.
        "How we longed for the soup to be hot.",
        "Dear cook, see to it that the soup is hot in future.",
        "When the old owner still ran it the soup was hot.",
        "The soup started out hot, only to go downhill.",
        "In my older review I wrote that the soup was hot.",
        "I am at a loss as to why people find the soup hot.",
        # Elsewhere.
        "A friend took me along to Brimblewick in May, and I found their soup hot.",
        "At lunch we sat in The Crooked Lantern, where the soup is hot.",
        # Mocked, regretted.
        "The soup was hot, insert eye roll here.",
        "The soup was hot (that was a joke).",
        "A medal for the hot soup, please.",
        'The soup was hot, as the "chef" put it.',
        "Sadly the hot soup.",
        # What "cheap" is worth depends on the thing.
        "Cheap is what the zippers were.",
    ],
)
def test_praise_beside_what_may_turn_it_counts_for_nothing(sentence: str) -> None:
    assert [claim for claim in read(sentence) if claim.polarity == "praise" and not claim.flags], "no doubt decided it"
    assert usable_praise(sentence) == []


@pytest.mark.parametrize(
    ("sentence", "target"),
    [
        ("I would come back tomorrow, if only because the soup was so hot.", "soup"),
        ("No complaints here, the soup was hot.", "soup"),
        ("I had no expectations, but the soup was hot.", "soup"),
        ("The soup was hot and I could not be happier.", "soup"),
        ("The waiters could not be kinder.", "waiter"),
        ("There was nothing dirty about the rooms.", "cleanliness"),
        ("If you ask me, the soup was hot.", "soup"),
        ("Yesss, hot soup!", "soup"),
        ("THE SOUP WAS HOT.", "soup"),
        ("I would recommend this for the kind waiters.", "waiter"),
        ("If you want fresh bread, this is it.", "bread"),
        ("When we got to the room it was clean.", "room"),
        ("The waiters remembered us and they were kind.", "waiter"),
        ("The Soup Was Hot.", "soup"),
        ("The soup at The Copper Kettle was hot.", "soup"),
    ],
)
def test_words_that_turn_nothing_here_throw_no_doubt(sentence: str, target: str) -> None:
    assert target in [named for named, _ in usable_praise(sentence)]


def test_blame_is_believed_where_praise_is_doubted() -> None:
    doubted, believed = (
        mine_opinions(
            sift_product(
                Product(id="p", name="P"),
                [Review(id="p:0", product_id="p", uri="f:0", text=f"There is no getting around the {word} rooms.")],
            ),
            ready_set("restaurants").aspects,
        )
        for word in ("clean", "dirty")
    )
    assert [opinion.flags for opinion in doubted] == [("doubtful",)]
    assert [(opinion.polarity, opinion.flags) for opinion in believed] == [("complaint", ())]


def test_copy_is_read_without_doubt() -> None:
    assert one("There is no getting around the clean rooms.", "room").flags == ()


@pytest.mark.parametrize(
    ("sentence", "targets"),
    [
        ("Tacky is what the patio was, end of discussion.", ["patio"]),
        ("Okay so the patio, um, yeah, tacky.", ["patio"]),
        ("All I talked about was how tacky the patio was.", ["patio"]),
        # Two things, and nobody knows which.
        ("Tacky is what I said of the patio near the bar.", [""]),
        # Nobody presents the dinners as a thing of the product's.
        ("So tacky was it that we still speak of it at family dinners.", [""]),
        # The thing of another clause is another's.
        ("I really liked the gazebo, so tacky, though my husband said the patio was hot.", ["gazebo"]),
        ("That was tacky, but the patio was hot.", ["place"]),
    ],
)
def test_where_no_rule_finds_the_thing_it_is_the_only_one_named(sentence: str, targets: list[str]) -> None:
    assert [claim.target for claim in read(sentence) if claim.descriptor == "tacky"] == targets


def test_an_unknown_noun_is_a_thing_once_somebody_names_it_as_one() -> None:
    texts = ("Quick heads-up: tasty orzotto ahead.", "My better half agreed.", "The tasty orzotto won.")
    product = Product(id="p", name="The Copper Kettle")
    reviews = [Review(id=f"p:{at}", product_id="p", uri=f"f:{at}", text=text) for at, text in enumerate(texts)]
    opinions = mine_opinions(sift_product(product, reviews), ready_set("restaurants").aspects)
    assert [opinion.target for opinion in opinions if opinion.usable] == ["orzotto", "orzotto"]


@pytest.mark.parametrize(
    "sentence",
    [
        "I had the sweet and sour chicken.",
        "We shared a club sandwich and a hot dog.",
        "She ordered dirty rice with hot sauce.",
        "We stayed at the Best Western in Springfield.",
        "He took the crispy duck and a sweet tea.",
        "They sell soft drinks and sour cream.",
    ],
)
def test_names_of_dishes_and_houses_judge_nothing(sentence: str) -> None:
    assert read(sentence) == []


def test_a_dish_with_a_judging_name_can_still_be_judged() -> None:
    claim = one("The sweet and sour chicken was dry.", "sweet and sour chicken")
    assert (claim.descriptor, claim.polarity) == ("dry", "complaint")


@pytest.mark.parametrize(
    "sentence",
    [
        "The bakery down the street has better rolls.",
        "Other places have friendlier staff.",
        "I have had better soup elsewhere.",
        "My old salon had nicer staff.",
        "The inn by the lake has soft beds, to compare.",
    ],
)
def test_praise_of_another_place_is_flagged(sentence: str) -> None:
    claims = read(sentence)
    assert claims
    assert all("elsewhere" in claim.flags for claim in claims)


def test_better_than_elsewhere_is_praise_of_here() -> None:
    claim = one("The rolls are better than at any other place.", "roll")
    assert claim.polarity == "praise"
    assert not claim.flags


@pytest.mark.parametrize(
    "sentence",
    [
        "I was hoping for friendly service.",
        "Had the soup been hot, we would have stayed.",
        "Anyone counting on friendly staff goes home sad.",
        "We expected a clean room.",
        "A warm welcome would be nice.",
        "It would be great if the staff were friendly.",
        "They should have fresh bread.",
        "They advertise fresh fish.",
        "I will go somewhere that has friendly staff.",
    ],
)
def test_what_never_happened_is_flagged(sentence: str) -> None:
    claims = read(sentence)
    assert claims
    assert all(claim.flags for claim in claims)


def test_a_question_is_no_opinion() -> None:
    assert "question" in one("Is the soup good?", "soup").flags


@pytest.mark.parametrize(
    "sentence",
    [
        "Oh great, another cold soup.",
        'The "fresh" bread was a day old.',
        "Great service, if you like to be ignored.",
        "Yeah right, wonderful food.",
        "Friendly staff? Good luck finding friendly staff here.",
        "Lovely staff... not!",
        "Lovely staff, said nobody ever.",
        "Wow, small burger again, how lovely.",
        "Another hour of waiting, just great.",
        "Thanks a lot for the wonderful cold soup.",
    ],
)
def test_mockery_is_flagged(sentence: str) -> None:
    claims = read(sentence)
    assert claims
    assert all(claim.flags for claim in claims if claim.polarity == "praise")


def test_what_others_said_is_flagged() -> None:
    quoted = one('The sign says "the most delicious bread in the whole valley" at the door.', "bread")
    assert "quoted" in quoted.flags
    assert all(claim.flags for claim in read("Reviews said the food was great."))


def test_what_opens_a_sentence_behind_a_preposition_is_not_judged() -> None:
    assert {claim.target for claim in read("By accident or by design, the soup was tasty.")} == {"soup"}
    assert {claim.target for claim in read("Bread, soup and salad were tasty.")} == {"bread", "soup", "salad"}


def test_names_of_people_never_become_targets() -> None:
    targets = {claim.target for claim in read("The manager John was rude. Petra was lovely and she smiled.")}
    assert not any("john" in target or "petra" in target for target in targets)
    assert "manager" in targets


def test_what_the_writer_feels_or_is_judges_nothing() -> None:
    assert read("I am always generous with tips, and my husband was hungry.") == []


@pytest.mark.parametrize(
    ("sentence", "aspect"),
    [
        ("Delicious!", "food"),
        ("Very friendly and helpful.", "service"),
        ("The stout is excellent.", "drinks"),
        ("Our waitress was lovely.", "service"),
        ("Overpriced.", "price"),
        ("The toilets were spotless.", "cleanliness"),
        ("The patio is beautiful.", "atmosphere"),
        ("We love this place.", "overall"),
    ],
)
def test_every_opinion_finds_its_aspect(sentence: str, aspect: str) -> None:
    assert {claim.aspect for claim in read(sentence)} == {aspect}


def test_offsets_point_at_the_words() -> None:
    text = "We came late. The crisp crust and the friendly staff made our day."
    for claim in read(text):
        words = text[claim.start : claim.end].lower()
        assert claim.descriptor.split(" ")[-1] in words


def test_the_words_that_say_so_hold_what_turns_them() -> None:
    for text in ("It was not a clean room.", "Too salty soup."):
        (claim,) = read(text)
        assert text[claim.start : claim.end].lower().startswith(("not", "too"))


def test_a_pronoun_stands_for_the_thing_of_the_sentence_before() -> None:
    claims = read("We ordered the lasagna. It was dry.")
    assert [(claim.target, claim.polarity) for claim in claims] == [("lasagna", "complaint")]


def test_tags_and_lemmas_are_those_of_the_tagger() -> None:
    words = "The waiters were not friendly , but we loved the crispier fries and the better rolls .".split()  # noqa: SIM905
    assert tag_words(words) == list(_tagger().tag_sent(words))


@pytest.mark.parametrize("text", ["a" * 5000, "1," * 2500, "a-" * 2500, "." * 5000, "\U0001f600" * 2000, "not " * 1500])
def test_what_no_person_writes_costs_no_more_than_what_a_person_writes(text: str) -> None:
    before = perf_counter()
    read(text)
    assert perf_counter() - before < 3


def test_reading_twice_says_the_same() -> None:
    text = "The soup was cold, but the bread was warm and the waiter kind. Never again!"
    assert read(text) == read(text)
