"use strict";
// Everything shown comes from the JSON beside this script and enters the page as text, never as markup.
(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const page = read("page-data");
  let kept = null;
  const details = () => (kept ??= read("details-data"));
  let drawn = null;
  const pictures = () => (drawn ??= read("pictures-data"));
  const soundOf = (clip) => document.getElementById(`sound-${clip}`);
  const STEP = 60;
  const SVG = "http://www.w3.org/2000/svg";
  const VERDICTS = {
    supported: ["\u25CF", "Supported"],
    undecided: ["\u25D0", "Undecided"],
    refuted: ["\u2715", "Refuted"],
    silent: ["\u2013", "Nothing said"],
  };

  const make = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== null && value !== false && value !== undefined) node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
  };
  const draw = (tag, attributes) => {
    const node = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    return node;
  };
  const number = (value, digits = 2) => (value === null || value === undefined ? "\u2013" : value.toFixed(digits).replace("-", "\u2212"));
  const share = (value) => (value === null || value === undefined ? "\u2013" : `${Math.round(100 * value)}%`);
  const keyOf = (neuron) => `${page.layers[neuron.layer].name}:${neuron.index}`;

  // ---- the table ---------------------------------------------------------------------------------------------------
  const body = document.querySelector("#neurons tbody");
  const count = document.getElementById("count");
  const more = document.getElementById("more");
  const controls = {
    query: document.getElementById("query"),
    layer: document.getElementById("layer"),
    outcome: document.getElementById("outcome"),
    specific: document.getElementById("specific"),
  };
  const RANK = { supported: 3, undecided: 2, refuted: 1, silent: 0 };
  const VALUES = {
    name: (neuron) => neuron.layer * 1e7 + neuron.index,
    text: (neuron) => neuron.text?.toLowerCase() ?? null,
    outcome: (neuron) => RANK[neuron.outcome],
    pearson: (neuron) => neuron.pearson,
    auprc: (neuron) => neuron.auprc,
    specific: (neuron) => (neuron.specific === null ? null : Number(neuron.specific)),
    informativeness: (neuron) => neuron.informativeness,
  };
  let sort = { key: "pearson", down: true };
  let order = [];
  let filled = 0;
  const haystack = page.neurons.map((neuron) =>
    `${keyOf(neuron)} ${neuron.text ?? neuron.failure} ${neuron.words.join(" ")}`.toLowerCase());

  const arrange = () => {
    const words = controls.query.value.toLowerCase().split(/\s+/).filter(Boolean);
    const layer = controls.layer.value === "" ? null : Number(controls.layer.value);
    const outcome = controls.outcome.value;
    order = [];
    page.neurons.forEach((neuron, place) => {
      if (layer !== null && neuron.layer !== layer) return;
      if (outcome && neuron.outcome !== outcome) return;
      if (controls.specific.checked && !neuron.specific) return;
      if (words.every((word) => haystack[place].includes(word))) order.push(place);
    });
    const value = VALUES[sort.key];
    const sign = sort.down ? -1 : 1;
    order.sort((one, other) => {
      const [a, b] = [value(page.neurons[one]), value(page.neurons[other])];
      if (a === b) return one - other;
      if (a === null || a === undefined) return 1; // what has no value stands last, either way round
      if (b === null || b === undefined) return -1;
      return a < b ? -sign : sign;
    });
    body.replaceChildren();
    filled = 0;
    fill();
    count.textContent = order.length === page.neurons.length
      ? `${order.length.toLocaleString("en")} neurons`
      : `${order.length.toLocaleString("en")} of ${page.neurons.length.toLocaleString("en")} neurons`;
  };

  const fill = () => {
    const rows = document.createDocumentFragment();
    for (const place of order.slice(filled, filled + STEP)) rows.append(row(page.neurons[place], place));
    body.append(rows);
    filled = Math.min(filled + STEP, order.length);
    more.hidden = filled >= order.length;
  };

  const row = (neuron, place) => {
    const opener = make("button", { class: "open", type: "button", "aria-expanded": "false", "data-place": place }, `Neuron ${neuron.index.toLocaleString("en")}`);
    const said = neuron.text === null
      ? make("span", { class: "none" }, neuron.failure ?? "no description")
      : make("span", { class: "text" }, neuron.text);
    const line = make("tr", { class: "row", id: `neuron-${place}` },
      make("td", { class: "name" }, opener, make("div", { class: "place" }, page.layers[neuron.layer].name),
        neuron.label === null ? null : make("div", { class: "place" }, `stands for ${neuron.label}`)),
      make("td", { class: "said" }, said),
      make("td", { class: "verdicts" }, verdict(neuron.outcome)),
      make("td", { class: "number", "data-of": "Pearson" }, number(neuron.pearson), interval(neuron)),
      make("td", { class: "number", "data-of": "AUPRC" }, number(neuron.auprc)),
      make("td", { class: "number", "data-of": "Specific" }, neuron.specific === null ? "\u2013" : neuron.specific ? "yes" : "no"),
      make("td", { class: "number", "data-of": "Found among 20" }, share(neuron.informativeness)));
    opener.addEventListener("click", () => toggle(line, opener, place));
    return line;
  };

  const verdict = (outcome) => {
    const [sign, words] = VERDICTS[outcome];
    return make("span", { class: `verdict ${outcome}` }, make("span", { "aria-hidden": "true" }, `${sign} `), words);
  };

  const interval = ({ pearson, low, high }) => {
    if (pearson === null || low === null || high === null) return null;
    const x = (value) => (Math.max(-0.4, Math.min(1, value)) + 0.4) / 1.4 * 110 + 1;
    const svg = draw("svg", { class: "interval", viewBox: "0 0 112 14", role: "img", "aria-label": `interval ${number(low)} to ${number(high)}` });
    svg.append(
      draw("line", { class: "axis", x1: 1, x2: 111, y1: 7, y2: 7 }),
      draw("line", { class: "zero", x1: x(0), x2: x(0), y1: 2, y2: 12 }),
      draw("line", { class: "bar", x1: x(low), x2: x(high), y1: 7, y2: 7 }),
      draw("circle", { cx: x(pearson), cy: 7, r: 4 }));
    const title = draw("title", {});
    title.textContent = `95% interval ${number(low)} to ${number(high)}`;
    svg.prepend(title);
    return svg;
  };

  // ---- one neuron --------------------------------------------------------------------------------------------------
  const toggle = (line, opener, place) => {
    const isOpen = opener.getAttribute("aria-expanded") === "true";
    opener.setAttribute("aria-expanded", String(!isOpen));
    if (isOpen) {
      stop();
      line.nextElementSibling.remove();
      opener.removeAttribute("aria-controls");
      return;
    }
    const panel = make("tr", { class: "detail", id: `detail-${place}` }, make("td", { colspan: 7 }, inside(page.neurons[place], details()[place])));
    opener.setAttribute("aria-controls", panel.id);
    line.after(panel);
    history.replaceState(null, "", `#${encodeURIComponent(keyOf(page.neurons[place]))}`);
  };

  const inside = (neuron, detail) => {
    const parts = make("div", { class: "inside" });
    for (const claim of detail.claims) parts.append(claimCard(claim, neuron));
    if (!detail.claims.length && detail.strongest.length) {
      parts.append(make("section", { class: "claim" }, make("h3", {}, "The shown clips that excite it most"), clipList(detail.strongest)));
    }
    if (detail.weakest.length) {
      const weakest = make("details", { class: "claim" }, make("summary", {}, `The ${detail.weakest.length} shown clips that excite it least`));
      weakest.addEventListener("toggle", () => { if (weakest.open && weakest.children.length === 1) weakest.append(clipList(detail.weakest)); });
      parts.append(weakest);
    }
    const facts = make("div", { class: "facts" },
      ...detail.closed.map((list) => pills(`Closest of the concept list (${list.source})`, list.concepts.map(([name, score]) =>
        score === null ? name : `${name} ${number(score)}`))),
      pills("Open concepts", detail.open),
      pills("Taken away by calibration", detail.withheld, "plain"),
      pills("Other judges, on held-out clips", detail.opinions, "plain"));
    if (facts.children.length) parts.append(facts);
    return parts;
  };

  const pills = (title, texts, kind = null) => texts.length
    ? make("div", {}, make("h3", {}, title), make("ul", { class: "pills" }, ...texts.map((text) => make("li", { class: kind }, text))))
    : null;

  const claimCard = (claim) => {
    const score = claim.pearson === null ? null
      : make("span", { class: "number small" }, `Pearson ${number(claim.pearson)}${claim.low === null ? "" : ` (${number(claim.low)} to ${number(claim.high)})`}`);
    return make("section", { class: "claim" },
      make("header", {}, make("h3", {}, claim.text), claim.outcome ? verdict(claim.outcome) : null, score),
      claim.reason ? make("p", { class: "reason" }, claim.reason) : null,
      claim.tuning.length ? make("ul", { class: "tuning" }, ...claim.tuning.map(tuned)) : null,
      clipList(claim.clips));
  };

  const tuned = (row) => make("li", {}, verdict(row.outcome), ` by generated sweeps: ${row.attribute}`, row.reason ? `; ${row.reason}` : "");

  const clipList = (moments) => make("ul", { class: "clips" }, ...moments.map(clipCard));

  const clipCard = (moment) => {
    const clip = page.clips[moment.clip];
    const length = clip.end_s - clip.start_s;
    const marked = moment.start_s !== null && length > 0;
    const picture = make("div", { class: marked ? "picture framed" : "picture" });
    const image = pictures()[moment.clip];
    if (image) picture.append(make("img", { alt: "", src: `data:image/png;base64,${image}` }));
    else picture.classList.add("blank");
    if (marked && image) {
      const frame = make("div", { class: "moment" });
      frame.style.left = `${100 * (moment.start_s - clip.start_s) / length}%`;
      frame.style.width = `${100 * (moment.end_s - moment.start_s) / length}%`;
      picture.append(frame);
    }
    const head = make("div", { class: "head" });
    picture.append(head);
    const title = clip.words[0] ?? clip.path;
    const play = make("div", { class: "play" });
    if (soundOf(moment.clip)) {
      play.append(playButton("Play", `Play ${title}`, moment.clip, 0, length, length, head));
      if (marked) {
        play.append(playButton(`Marked ${number(moment.end_s - moment.start_s, 1)} s`, `Play the marked moment of ${title}`, moment.clip,
          moment.start_s - clip.start_s, moment.end_s - clip.start_s, length, head));
      }
    } else if (clip.silence) play.append(make("span", { class: "credit" }, clip.silence));
    const said = make("div", {}, title);
    const extra = clip.words.slice(1).map((text) => make("div", { class: "soft" }, text));
    const credit = make("div", { class: "credit" }, [clip.label, `activation ${number(moment.strength)}`, marked ? `marked ${number(moment.start_s, 1)} to ${number(moment.end_s, 1)} s` : null].filter(Boolean).join(" \u00B7 "), make("br"), ...credits(clip));
    return make("li", { class: "clip" }, picture, make("div", { class: "words" }, said, ...extra, play, credit));
  };

  const credits = (clip) => {
    const who = [clip.author, clip.licence].filter(Boolean).join(", ") || "author and licence not given";
    return /^https?:\/\//i.test(clip.source_url ?? "")
      ? [make("a", { href: clip.source_url, rel: "noreferrer noopener", target: "_blank" }, who)]
      : [who];
  };

  // ---- sound -------------------------------------------------------------------------------------------------------
  const player = new Audio();
  let playing = null;
  const stop = () => {
    player.pause();
    if (!playing) return;
    playing.button.setAttribute("aria-pressed", "false");
    playing.head.style.display = "none";
    playing = null;
  };
  const follow = () => {
    if (!playing) return;
    if (player.currentTime >= playing.end) return stop();
    playing.head.style.left = `${100 * Math.min(1, player.currentTime / playing.length)}%`;
    requestAnimationFrame(follow);
  };
  player.addEventListener("ended", stop);

  const playButton = (words, label, clip, start, end, length, head) => {
    const button = make("button", { type: "button", "aria-pressed": "false", "aria-label": label }, `\u25B6 ${words}`);
    button.addEventListener("click", async () => {
      const again = playing?.button === button;
      stop();
      if (again) return;
      playing = { button, head, end, length };
      const mine = playing;
      button.setAttribute("aria-pressed", "true");
      player.src = `data:audio/mpeg;base64,${soundOf(clip).textContent.trim()}`;
      try {
        if (start > 0) {
          await new Promise((ready, failed) => {
            player.addEventListener("loadedmetadata", ready, { once: true });
            player.addEventListener("error", failed, { once: true });
          });
          player.currentTime = start;
        }
        if (playing !== mine) return;
        await player.play();
        head.style.display = "block";
        follow();
      } catch {
        if (playing === mine) stop();
      }
    });
    return button;
  };

  // ---- wiring ------------------------------------------------------------------------------------------------------
  for (const heading of document.querySelectorAll("#neurons th[data-key]")) {
    heading.querySelector("button").addEventListener("click", () => {
      const key = heading.dataset.key;
      const down = sort.key === key ? !sort.down : !["name", "text"].includes(key);
      sort = { key, down };
      markSort();
      stop();
      arrange();
    });
  }
  const markSort = () => {
    for (const heading of document.querySelectorAll("#neurons th[data-key]")) {
      if (heading.dataset.key === sort.key) heading.setAttribute("aria-sort", sort.down ? "descending" : "ascending");
      else heading.removeAttribute("aria-sort");
    }
  };
  let waiting = null;
  controls.query.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(arrange, 80); });
  for (const name of ["layer", "outcome", "specific"]) controls[name].addEventListener("change", arrange);
  more.addEventListener("click", fill);
  new IntersectionObserver((seen) => { if (seen.some((entry) => entry.isIntersecting) && !more.hidden) fill(); }, { rootMargin: "600px" }).observe(more);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") stop(); });

  markSort();
  arrange();
  const wanted = decodeURIComponent(location.hash.slice(1));
  const target = wanted ? page.neurons.findIndex((neuron) => keyOf(neuron) === wanted) : -1;
  if (target >= 0) {
    while (order.indexOf(target) >= filled) fill();
    const line = document.getElementById(`neuron-${target}`);
    line.querySelector(".open").click();
    line.scrollIntoView();
  }
})();
