"""Copy and its receipts for people at a terminal. What others wrote is shown as plain text, never as markup."""

from rich.padding import Padding
from rich.text import Text

from earmark.cli.terminal import console
from earmark.copywriting.grounding.grounding import GroundedCopy
from earmark.evidence import Evidence
from earmark.language.untrusted import clean_text

_QUOTE = 90


def show_copy(copy: GroundedCopy) -> None:
    """Print a piece of copy, what carries each sentence, what was withheld, and what reviewers complain of."""
    out = console()
    style = copy.style
    title = f"{clean_text(copy.product_name or copy.product_id)}"
    out.print(Text(title, style="bold"), Text(f"  {style.tone}, {style.length}, {style.channel}", style="dim"))
    if copy.refusal is not None:
        out.print(Padding(Text(f"no copy: {clean_text(copy.refusal, 600)}", style="yellow"), (0, 0, 0, 2)))
    for line in copy.text.split("\n") if copy.text else ():
        out.print(Padding(Text(clean_text(line, 2_000)), (0, 0, 0, 2)))
    receipts = [sentence for sentence in copy.sentences if sentence.evidence]
    if receipts:
        out.print(Padding(Text("receipts", style="dim"), (0, 0, 0, 2)))
    for sentence in receipts:
        count = f" ({sentence.supporting} of {sentence.reviews})" if sentence.supporting is not None else ""
        out.print(Padding(Text(f"{clean_text(sentence.text, 300)}{count}"), (0, 0, 0, 4)))
        if sentence.repaired:
            out.print(Padding(Text(f"was: {clean_text(sentence.repaired, 300)}", style="dim"), (0, 0, 0, 6)))
        for piece in sentence.evidence:
            out.print(Padding(Text(_receipt(piece, sentence.seller), style="dim"), (0, 0, 0, 6)))
    for item in copy.withheld:
        told = f"withheld: {clean_text(item.text, 200)} ({clean_text(item.reason, 300)})"
        out.print(Padding(Text(told, style="red"), (0, 0, 0, 2)))
    for dissent in copy.dissent[:5]:
        told = f"reviewers also say: {dissent.target} {dissent.descriptor} ({dissent.supporting} of {dissent.reviews})"
        out.print(Padding(Text(clean_text(told), style="yellow"), (0, 0, 0, 2)))
    for note in copy.notes:
        out.print(Padding(Text(clean_text(note), style="dim"), (0, 0, 0, 2)))
    out.print()


def show_total(products: int, refusals: int, withheld: int) -> None:
    """Print what was done, on standard error."""
    plural = "s" if products != 1 else ""
    told = f"{products} product{plural}: {products - refusals} with copy, {refusals} refused"
    told += f"; {withheld} sentences withheld" if withheld else ""
    console(err=True).print(told)


def _receipt(piece: Evidence, seller: tuple[str, ...]) -> str:
    excerpt = piece.excerpt
    if excerpt.text in seller:
        return f"seller  {clean_text(excerpt.text or '', _QUOTE)}"
    words = clean_text(excerpt.text or "", _QUOTE)
    return f"{clean_text(excerpt.source_id, 60)} [{excerpt.start:.0f}:{excerpt.end:.0f}]  “{words}”"
