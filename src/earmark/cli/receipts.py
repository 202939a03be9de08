"""Copy and its receipts for people at a terminal. What others wrote is shown as plain text, never as markup."""

import sys

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from earmark.copywriting.grounding.grounding import GroundedCopy
from earmark.evidence import Evidence
from earmark.language.untrusted import clean_text

_QUOTE = 90


def show_copy(copy: GroundedCopy) -> None:
    """Print a piece of copy, what carries each sentence, what was withheld, and what reviewers complain of."""
    console = Console(file=sys.stdout, highlight=False, soft_wrap=False)
    style = copy.style
    title = f"{clean_text(copy.product_name or copy.product_id)}"
    console.print(Text(title, style="bold"), Text(f"  {style.tone}, {style.length}, {style.channel}", style="dim"))
    if copy.refusal is not None:
        console.print(Padding(Text(f"no copy: {clean_text(copy.refusal, 600)}", style="yellow"), (0, 0, 0, 2)))
    for line in copy.text.split("\n") if copy.text else ():
        console.print(Padding(Text(clean_text(line, 2_000)), (0, 0, 0, 2)))
    receipts = [sentence for sentence in copy.sentences if sentence.evidence]
    if receipts:
        console.print(Padding(Text("receipts", style="dim"), (0, 0, 0, 2)))
    for sentence in receipts:
        count = f" ({sentence.supporting} of {sentence.reviews})" if sentence.supporting is not None else ""
        console.print(Padding(Text(f"{clean_text(sentence.text, 300)}{count}"), (0, 0, 0, 4)))
        if sentence.repaired:
            console.print(Padding(Text(f"was: {clean_text(sentence.repaired, 300)}", style="dim"), (0, 0, 0, 6)))
        for piece in sentence.evidence:
            console.print(Padding(Text(_receipt(piece, sentence.seller), style="dim"), (0, 0, 0, 6)))
    for item in copy.withheld:
        told = f"withheld: {clean_text(item.text, 200)} ({clean_text(item.reason, 300)})"
        console.print(Padding(Text(told, style="red"), (0, 0, 0, 2)))
    for dissent in copy.dissent[:5]:
        told = f"reviewers also say: {dissent.target} {dissent.descriptor} ({dissent.supporting} of {dissent.reviews})"
        console.print(Padding(Text(clean_text(told), style="yellow"), (0, 0, 0, 2)))
    for note in copy.notes:
        console.print(Padding(Text(clean_text(note), style="dim"), (0, 0, 0, 2)))
    console.print()


def show_total(products: int, refusals: int, withheld: int) -> None:
    """Print what was done, on standard error."""
    plural = "s" if products != 1 else ""
    told = f"{products} product{plural}: {products - refusals} with copy, {refusals} refused"
    told += f"; {withheld} sentences withheld" if withheld else ""
    Console(file=sys.stderr, highlight=False).print(Text(told))


def _receipt(piece: Evidence, seller: tuple[str, ...]) -> str:
    excerpt = piece.excerpt
    if excerpt.text in seller:
        return f"seller  {clean_text(excerpt.text or '', _QUOTE)}"
    words = clean_text(excerpt.text or "", _QUOTE)
    return f"{clean_text(excerpt.source_id, 60)} [{excerpt.start:.0f}:{excerpt.end:.0f}]  “{words}”"
