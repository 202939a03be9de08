"""A picture of methods by two figures: what is left of the forgotten class, and what the others lost."""

from html import escape

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 64, 520, 24, 360
LABEL_STEP = 20


def draw(points, file):
    """Write an SVG of (method, forget accuracy, retained loss in points, whether it stands out)."""
    losses = [loss for _, _, loss, _ in points]
    least, most = min(0.0, *losses) - 0.5, max(3.0, *losses) + 0.5

    def place(forgotten, loss):
        return LEFT + (RIGHT - LEFT) * (loss - least) / (most - least), BOTTOM - (BOTTOM - TOP) * forgotten

    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
    lines = [
        f'{svg} font-family="sans-serif" font-size="12">',
        "<title>What is left of the forgotten class against what the other classes lost</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
    ]
    left, top = place(0.1, least)
    right, bottom = place(0.0, 3.0)
    lines.append(
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{bottom - top:.1f}" fill="#d6ebe5"/>'
    )
    for share in (0, 0.25, 0.5, 0.75, 1):
        y = place(share, 0)[1]
        lines.append(f'<path d="M{LEFT} {y:.1f}H{RIGHT}" stroke="#e4dfd3"/>')
        lines.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" fill="#645e53">{share:.0%}</text>')
    step = 1 if most - least <= 10 else 5 if most - least <= 50 else 20
    for loss in range(int(least // step) * step, int(most) + 1, step):
        x = place(0, loss)[0]
        if x >= LEFT:
            lines.append(f'<path d="M{x:.1f} {TOP}V{BOTTOM}" stroke="{"#645e53" if loss == 0 else "#e4dfd3"}"/>')
            lines.append(f'<text x="{x:.1f}" y="{BOTTOM + 18}" text-anchor="middle" fill="#645e53">{loss}</text>')
    middle = f'x="{(LEFT + RIGHT) / 2}" y="{BOTTOM + 40}" text-anchor="middle"'
    lines.append(f'<text {middle} fill="#645e53">points of accuracy that the others lost (green: the aim)</text>')
    lines.append(f'<text x="{LEFT}" y="14" fill="#645e53">accuracy left on the forgotten class</text>')
    lines += _labelled(
        [(method, *place(forgotten, loss), stands_out) for method, forgotten, loss, stands_out in points]
    )
    file.write_text("\n".join([*lines, "</svg>"]) + "\n", encoding="utf-8")


def _labelled(placed):
    """Dots, and their names in a column beside the plot, in the order of height."""
    ordered = sorted(placed, key=lambda one: one[2])
    y = 0.0
    for method, x, dot, stands_out in ordered:
        y = max(dot, y + LABEL_STEP) if y else max(TOP, dot)
        y = min(y, BOTTOM + 30)
        colour = "#0d6a5b" if stands_out else "#645e53"
        yield f'<path d="M{x:.1f} {dot:.1f}L{RIGHT + 18} {y:.1f}" stroke="{colour}" stroke-width=".7" opacity=".6"/>'
        yield f'<circle cx="{x:.1f}" cy="{dot:.1f}" r="5" fill="{colour}"/>'
        weight = ' font-weight="bold"' if stands_out else ""
        yield f'<text x="{RIGHT + 24}" y="{y + 4:.1f}" fill="{colour}"{weight}>{escape(method)}</text>'
