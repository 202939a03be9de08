"use strict";
// Everything shown comes from the JSON beside this script and enters the page as text, never as markup.
(() => {
  const pieces = JSON.parse(document.getElementById("page-data").textContent);
  const list = document.getElementById("pieces");
  const count = document.getElementById("count");
  const more = document.getElementById("more");
  const controls = ["query", "status", "claims"].map((id) => document.getElementById(id));
  const [query, status, claims] = controls;
  const STEP = 40;
  const NAMES = { typicality: "Typicality", superlatives: "Superlatives", health: "Health claims", price: "Price claims", endorsement: "Endorsement" };

  const make = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== null && value !== false && value !== undefined) node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
  };

  // ---- which pieces ------------------------------------------------------------------------------------------------
  const haystack = pieces.map((piece) =>
    [piece.id, piece.name, piece.text, piece.refusal ?? "", ...piece.withheld.map((item) => `${item.text} ${item.reason}`),
      ...piece.dissent.map((item) => item.said)].join(" ").toLowerCase());
  const HAS = {
    copy: (piece) => piece.refusal === null,
    refused: (piece) => piece.refusal !== null,
    withheld: (piece) => piece.withheld.length > 0,
    dissent: (piece) => piece.dissent.length > 0,
  };
  let order = [];
  let filled = 0;
  const arrange = () => {
    const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    order = [];
    pieces.forEach((piece, place) => {
      if (status.value && !HAS[status.value](piece)) return;
      if (claims.value && !piece.claims.includes(claims.value)) return;
      if (words.every((word) => haystack[place].includes(word))) order.push(place);
    });
    list.replaceChildren();
    filled = 0;
    fill();
    const all = pieces.length.toLocaleString("en");
    count.textContent = order.length === pieces.length ? `${all} products` : `${order.length.toLocaleString("en")} of ${all} products`;
  };
  const fill = () => {
    const shown = document.createDocumentFragment();
    for (const place of order.slice(filled, filled + STEP)) shown.append(card(pieces[place], place));
    if (!order.length) shown.append(make("p", { class: "soft" }, "Nothing fits these filters."));
    list.append(shown);
    filled = Math.min(filled + STEP, order.length);
    more.hidden = filled >= order.length;
  };

  // ---- one piece ---------------------------------------------------------------------------------------------------
  const card = (piece, place) => make("article", { class: piece.refusal === null ? "piece" : "piece refused", id: `piece-${place}` },
    make("header", {},
      make("h3", {}, piece.name),
      make("span", { class: "soft small" }, [piece.name === piece.id ? null : piece.id, piece.aspect, `${piece.reviews} reviews`].filter(Boolean).join(" \u00B7 "))),
    piece.refusal === null ? words(piece, place) : make("p", { class: "refusal" }, make("strong", {}, "No copy: "), piece.refusal),
    ...asides(piece),
    piece.compliance.length ? compliance(piece) : null);

  // The text as it goes out, each sentence a button that opens its receipts below the line.
  const words = (piece, place) => {
    const box = make("div", { class: "copy" });
    const receipts = make("div", { class: "receipts" });
    let rest = piece.text;
    piece.sentences.forEach((sentence, number) => {
      const at = rest.indexOf(sentence.text);
      if (at < 0) return;
      box.append(rest.slice(0, at));
      rest = rest.slice(at + sentence.text.length);
      if (!sentence.receipts.length) {
        box.append(make("span", { class: "aside", title: "Says nothing of the product." }, sentence.text));
        return;
      }
      const panel = `receipt-${place}-${number}`;
      // A span that acts as a button: a real one would not break across lines, and the text would not read as one.
      const opener = make("span", { role: "button", tabindex: "0", class: `sentence ${sentence.carried_by === "seller" ? "own" : ""}`, "aria-expanded": "false", "aria-controls": panel }, sentence.text);
      const turn = () => {
        const open = opener.getAttribute("aria-expanded") === "true";
        opener.setAttribute("aria-expanded", String(!open));
        if (open) receipts.querySelector(`#${panel}`)?.remove();
        else receipts.append(carried(sentence, piece, panel));
      };
      opener.addEventListener("click", turn);
      opener.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        turn();
      });
      box.append(opener);
    });
    box.append(rest);
    return make("div", {}, box, receipts);
  };

  const carried = (sentence, piece, id) => make("section", { class: "carried", id, "aria-label": sentence.text },
    make("p", { class: "small" }, make("strong", {}, sentence.text),
      sentence.supporting === null ? ` carried by the ${sentence.carried_by}` : ` carried by ${sentence.supporting} of ${piece.reviews} reviews`,
      sentence.carried_by === "reviews and seller" ? " and the seller\u2019s record" : ""),
    sentence.repaired === null ? null : make("p", { class: "small soft" }, `It was written as: ${sentence.repaired}`),
    quotes(sentence.receipts));

  const quotes = (receipts) => make("ul", { class: "quotes" }, ...receipts.map((receipt) => receipt.where === null
    ? make("li", {}, make("mark", { class: "own" }, receipt.span), make("span", { class: "where" }, "the seller\u2019s own"))
    : make("li", {}, make("q", {}, receipt.before, make("mark", {}, receipt.span), receipt.after), make("span", { class: "where" }, receipt.where))));

  const asides = (piece) => [
    folded(piece.withheld, (found) => `${found} withheld`, (item) =>
      make("li", {}, make("s", {}, item.text), make("span", { class: "where" }, item.reason))),
    folded(piece.dissent, () => "Reviewers also say", (item) =>
      make("li", {}, make("strong", {}, item.said), ` (${item.supporting} of ${piece.reviews})`, quotes(item.receipts))),
    folded(piece.notes, () => "Good to know", (note) => make("li", {}, note)),
  ];
  const folded = (items, title, line) => items.length
    ? make("details", {}, make("summary", {}, title(items.length)), make("ul", { class: "plain-list" }, ...items.map(line)))
    : null;

  const compliance = (piece) => make("details", {},
    make("summary", {}, "Compliance", ...piece.claims.map((kind) => make("span", { class: "chip" }, kind === "seller" ? "from the seller" : kind))),
    make("dl", { class: "run" }, ...piece.compliance.flatMap(([kind, told]) => [make("dt", {}, NAMES[kind] ?? kind), make("dd", {}, told)])));

  controls.forEach((control) => control.addEventListener("input", arrange));
  more.addEventListener("click", fill);
  arrange();
})();
