// Draws one answer: text with citation chips and verdict marks. Everything is set as text, never
// as HTML, so an answer can neither load anything nor carry markup.

const VERDICTS = {
  supported: { sign: "✓", words: "", spoken: "Supported by the cited passage" },
  weak: { sign: "~", words: "weakly supported", spoken: "Weakly supported" },
  unsupported: { sign: "!", words: "not supported", spoken: "Not supported by the library" },
};

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

function chip(marker, data, choose) {
  const source = data.sources[marker];
  const made = element(source ? "button" : "span", "chip", String(marker));
  if (source) {
    made.type = "button";
    made.setAttribute("aria-label", `Source ${marker}: ${source.place}. Show the passage`);
    made.dataset.tip = source.quote ? `${source.place}\n“${source.quote}”` : source.place;
    made.onclick = () => choose(marker);
  }
  return made;
}

function mark(run) {
  const verdict = VERDICTS[run.mark];
  const made = element("span", `mark ${run.mark}`);
  made.append(element("span", "sign", verdict.sign));
  if (verdict.words) made.append(element("span", "words", verdict.words));
  const reason = run.why ? `${verdict.spoken}: ${run.why}` : verdict.spoken;
  made.dataset.tip = reason;
  made.tabIndex = run.mark === "supported" ? -1 : 0;
  made.setAttribute("role", "img");
  made.setAttribute("aria-label", reason);
  return made;
}

function styled(run) {
  return element("span", `${run.verdict} ${run.style}`.trim(), run.text);
}

function fill(parent, runs, data, choose) {
  for (const run of runs) {
    if (run.chip !== undefined) parent.append(chip(run.chip, data, choose));
    else if (run.mark) parent.append(mark(run));
    else parent.append(styled(run));
  }
  return parent;
}

function table(block, data, choose) {
  const frame = element("div", "scroll");
  frame.tabIndex = 0;
  const made = element("table");
  block.rows.forEach((row, index) => {
    const line = element("tr");
    for (const cell of row) line.append(fill(element(index ? "td" : "th"), cell, data, choose));
    made.append(line);
  });
  frame.append(made);
  return frame;
}

function draw(block, data, choose) {
  if (block.kind === "gap") return element("div", "gap");
  if (block.kind === "code") return element("pre", "", block.text);
  if (block.kind === "table") return table(block, data, choose);
  if (block.kind === "item") {
    const made = element("div", "item");
    made.setAttribute("role", "listitem");
    made.style.marginInlineStart = `${block.level * 1.25}rem`;
    made.append(element("span", "bullet", block.bullet));
    made.append(fill(element("div"), block.runs, data, choose));
    return made;
  }
  const names = { heading: "h4", json: "pre" };
  const made = fill(element(names[block.kind] || "p", block.kind), block.runs, data, choose);
  made.dir = block.kind === "json" ? "ltr" : "auto";
  return made;
}

// One shared tip: shown on hover and on keyboard focus, gone with Escape.
function tips(root) {
  const tip = element("div", "tip");
  tip.hidden = true;
  tip.setAttribute("aria-hidden", "true");
  const show = (event) => {
    const target = event.target.closest("[data-tip]");
    if (!target) return;
    tip.textContent = target.dataset.tip;
    tip.hidden = false;
    const around = root.getBoundingClientRect();
    const place = target.getBoundingClientRect();
    const left = Math.min(place.left - around.left, around.width - tip.offsetWidth);
    tip.style.left = `${Math.max(0, left)}px`;
    tip.style.top = `${place.bottom - around.top + 6}px`;
  };
  const hide = () => { tip.hidden = true; };
  root.onmouseover = show;
  root.onfocusin = show;
  root.onmouseout = hide;
  root.onfocusout = hide;
  root.onkeydown = (event) => { if (event.key === "Escape") hide(); };
  return tip;
}

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector("#answer");
  const drawn = JSON.stringify(data);
  if (root.dataset.drawn === drawn) return;
  root.dataset.drawn = drawn;
  const choose = (marker) => setTriggerValue("chosen", marker);
  root.replaceChildren();
  let list = null;
  for (const block of data.blocks) {
    const made = draw(block, data, choose);
    if (block.kind !== "item") list = null;
    else if (!list) {
      list = root.appendChild(element("div"));
      list.setAttribute("role", "list");
    }
    (list || root).append(made);
  }
  if (data.writing) {
    const last = root.lastElementChild || root.appendChild(element("p"));
    last.append(element("span", "caret"));
  }
  root.append(tips(root));
  root.setAttribute("aria-busy", String(data.writing));
}
