"""Captions from the parameters that a sound was drawn with: the words are true because the numbers are.

Every class has a few sentences with three places in them: ``{a}`` adjectives with an article, ``{adj}`` adjectives
alone, ``{tail}`` what comes after.
"""

import re
from collections.abc import Mapping

import numpy as np

SENTENCES: Mapping[str, tuple[str, ...]] = {
    "bell": ("{a} bell tolling{tail}", "{a} church bell being struck{tail}", "the ringing of {a} metal bell{tail}"),
    "siren": ("{a} siren wailing up and down{tail}", "{a} emergency siren{tail}", "the wail of {a} siren{tail}"),
    "alarm": ("{a} alarm beeping{tail}", "{a} electronic alarm{tail}", "{adj} beeps of an alarm{tail}"),
    "telephone": ("{a} telephone ringing{tail}", "{a} old phone that rings{tail}", "{adj} telephone rings{tail}"),
    "flute": ("{a} flute playing long notes{tail}", "{a} flute melody{tail}", "someone plays {a} flute{tail}"),
    "plucked string": ("{a} guitar string being plucked{tail}", "{adj} plucked notes on a guitar{tail}",
                       "{a} plucked string melody{tail}"),
    "organ": ("{a} organ chord{tail}", "{a} organ holding a chord{tail}", "held notes of {a} pipe organ{tail}"),
    "tremolo tone": ("{a} pure tone with tremolo{tail}", "{a} tone that waves in loudness{tail}",
                     "{a} wavering electronic tone{tail}"),
    "rising sweep": ("{a} tone sweeping upwards{tail}", "{a} tone that rises in pitch{tail}", "{a} rising sweep{tail}"),
    "falling sweep": ("{a} tone sliding down{tail}", "{a} tone that falls in pitch{tail}", "{a} falling sweep{tail}"),
    "voice": ("{a} voice speaking vowels{tail}", "a person talking in {a} voice{tail}", "{adj} speech syllables{tail}"),
    "bird": ("{a} bird chirping{tail}", "{adj} birdsong{tail}", "{a} little bird singing{tail}"),
    "crickets": ("{adj} crickets chirping{tail}", "{a} cricket in the grass{tail}", "{adj} insects at night{tail}"),
    "dog bark": ("{a} dog barking{tail}", "{adj} barks of a dog{tail}", "{a} dog that barks{tail}"),
    "baby cry": ("{a} baby crying{tail}", "{adj} wails of a baby{tail}", "an infant crying with {a} voice{tail}"),
    "whistle": ("someone whistling {a} tune{tail}", "{a} human whistle gliding between notes{tail}",
                "{adj} whistling{tail}"),
    "rain": ("{adj} rain falling{tail}", "{adj} raindrops pattering on a roof{tail}", "a shower of {adj} rain{tail}"),
    "wind": ("{adj} wind howling{tail}", "gusts of {adj} wind{tail}", "{a} wind blowing{tail}"),
    "sea waves": ("{adj} sea waves breaking on a beach{tail}", "{adj} surf rolling in{tail}",
                  "waves of {a} sea washing ashore{tail}"),
    "thunder": ("{adj} thunder rumbling{tail}", "{a} clap of thunder rolling away{tail}", "{a} thunderstorm{tail}"),
    "crackling fire": ("{a} fire crackling{tail}", "{adj} crackles of burning wood{tail}", "{a} campfire{tail}"),
    "dripping water": ("{adj} water dripping{tail}", "{adj} drops plopping into water{tail}", "{a} dripping tap{tail}"),
    "static": ("{adj} radio static{tail}", "{adj} white noise hissing{tail}", "{a} hiss of static{tail}"),
    "engine": ("{a} engine hum{tail}", "{a} motor idling{tail}", "the rumble of {a} engine{tail}"),
    "electric hum": ("{a} mains hum{tail}", "{a} electric hum{tail}", "the hum of {a} transformer{tail}"),
    "helicopter": ("{a} helicopter flying past{tail}", "chopping blades of {a} helicopter{tail}",
                   "{a} helicopter hovering{tail}"),
    "saw": ("{a} chainsaw cutting wood{tail}", "{a} power saw revving{tail}", "the buzz of {a} chainsaw{tail}"),
    "clock": ("{a} clock ticking{tail}", "{adj} ticks of a clock{tail}", "the tick-tock of {a} clock{tail}"),
    "clicks": ("{a} train of clicks{tail}", "{adj} even clicking{tail}", "{adj} clicks in a row{tail}"),
    "drum": ("{a} drum beat{tail}", "{adj} drumming{tail}", "someone beats {a} drum{tail}"),
    "footsteps": ("{adj} footsteps{tail}", "someone walking with {adj} steps{tail}", "{adj} steps on gravel{tail}"),
    "breaking glass": ("{a} glass breaks{tail}", "{adj} shards of shattered glass{tail}", "{a} window smashed{tail}"),
    "knocking": ("{a} knock on a wooden door{tail}", "{adj} knocking on wood{tail}", "someone knocks on a door{tail}"),
}  # fmt: skip

_ADJECTIVES: Mapping[str, tuple[tuple[float, tuple[str, ...]], ...]] = {
    "pitch_hz": ((130, ("deep", "very low")), (320, ("low", "low-pitched")), (1000, ()),
                 (2400, ("high", "high-pitched")), (9e9, ("shrill", "piercing", "very high"))),
    "onset_rate_hz": ((1.6, ("slow", "unhurried")), (4, ("steady",)), (9, ("quick",)),
                      (9e9, ("rapid",))),
    "decay_s": ((0.13, ("dry", "short")), (0.6, ()), (9e9, ("long", "lingering"))),
    "brightness_hz": ((350, ("dull", "dark")), (2800, ()), (9e9, ("bright", "sharp"))),
    "high_cut_hz": ((400, ("muffled", "dark")), (5500, ()), (9e9, ("bright", "harsh"))),
    "drop_rate_hz": ((190, ("light", "thin")), (290, ()), (9e9, ("dense", "heavy"))),
    "level_db": ((-28, ("quiet", "soft", "distant")), (-17, ()), (9e9, ("loud", "close"))),
}  # fmt: skip
"""Upper bounds, and the words below each."""

_TAILS: Mapping[str, tuple[tuple[float, tuple[str, ...]], ...]] = {
    "modulation_hz": ((1.3, (" with a slow swell", ", slowly coming and going")),
                      (4.5, (" with slow throbbing", ", pulsing slowly")),
                      (12, (" with quick throbbing", ", pulsing quickly")),
                      (9e9, (" with a fast flutter", ", buzzing"))),
    "onset_rate_hz": ((1.6, (", about once a second", " with long pauses")), (4, (", a few times a second",)),
                      (9, (", many times a second", " in quick succession")),
                      (9e9, (" without a break", " too fast to count"))),
    "swing_rate_hz": ((1.1, (" in slow swings", ", turning slowly")), (9e9, (" in quick swings", ", turning fast"))),
    "rev_rate_hz": ((0.75, (" revving slowly",)), (9e9, (" revving up and down",))),
    "pitch_movement_octaves_per_s": ((-1, (" steeply",)), (-0.6, ()), (0.6, (" slowly",)), (1, ()),
                                     (9e9, (" steeply",))),
    "noise_db": ((-26, ("", "", ", very clean")), (-14, ("", " over a faint hiss", " with some noise behind it")),
                 (9e9, (" in heavy noise", ", half lost in noise", " with loud background noise"))),
}  # fmt: skip


def write_caption(label: str, parameters: Mapping[str, float], rng: np.random.Generator) -> str:
    """Say what a sound is in one natural phrase, naming up to two of its properties and sometimes its noise."""
    adjectives = _words(_ADJECTIVES, parameters, rng, at_most=2)
    said = {name: words for name, words in _TAILS.items() if name not in adjectives and name != "noise_db"}
    tails = _words(said, parameters, rng, at_most=1) | _words({"noise_db": _TAILS["noise_db"]}, parameters, rng, 1)
    sentence = str(rng.choice(SENTENCES[label]))
    plain = ", ".join(adjectives.values())
    text = sentence.format(a=f"a {plain}", adj=plain, tail="".join(tails.values()))
    text = re.sub(r"\s+", " ", text).strip()
    return re.sub(r"\ba (?=[aeiou])", "an ", text)


def _words(
    table: Mapping[str, tuple[tuple[float, tuple[str, ...]], ...]],
    parameters: Mapping[str, float],
    rng: np.random.Generator,
    at_most: int,
) -> dict[str, str]:
    """Choose words for up to so many of the parameters that have any, in the order of the table."""
    found = {}
    for name, bounds in table.items():
        if name in parameters:
            words = next(words for bound, words in bounds if parameters[name] < bound)
            if words:
                found[name] = str(rng.choice(words))
    count = at_most - int(rng.random() < 0.35)
    wanted = rng.permutation(sorted(found))[:count]
    return {name: word for name, word in found.items() if name in wanted}
