// Controls: each tells its new value at once, also while it is dragged.

const MOST_SEGMENTS = 4, MOST_LETTERS = 36; // of choices side by side

function makeControl(control, value, changed, refuse) {
  const make = { choice: makeChoice, several: makeSeveral, toggle: makeToggle, slider: makeSlider, point: makePoint }[control.kind];
  return make(control, value, changed, refuse);
}

function makeControls({ spec }, label) {
  return element("fieldset", { class: "strip controls", "aria-label": label, disabled: spec.saved === true });
}

function makeChoice(control, value, changed) {
  const { options } = control;
  const letters = options.reduce((sum, [, text]) => sum + text.length, 0);
  if (options.length > MOST_SEGMENTS || letters > MOST_LETTERS) return makeMenu(control, value, changed);
  const buttons = options.map(([option, text]) =>
    element("button", { "aria-pressed": String(option === value), "data-value": option, onclick: (event) => {
      for (const button of buttons) button.setAttribute("aria-pressed", String(button === event.currentTarget));
      changed(option);
    } }, text));
  return element("span", { class: "labelled" }, control.label,
    element("span", { class: "segments", role: "group", "aria-label": control.label, "data-control": control.name }, ...buttons));
}

function makeMenu(control, value, changed) {
  const menu = element("select", { "data-control": control.name, "aria-label": control.label, onchange: () => changed(menu.value) },
    ...control.options.map(([option, text]) => element("option", { value: option, selected: option === value }, text)));
  return element("label", {}, control.label, menu);
}

function makeSeveral(control, value, changed) {
  const chosen = new Set(value);
  const buttons = control.options.map(([option, text]) =>
    element("button", { "aria-pressed": String(chosen.has(option)), "data-value": option, onclick: (event) => {
      if (!chosen.delete(option)) chosen.add(option);
      event.currentTarget.setAttribute("aria-pressed", String(chosen.has(option)));
      changed(control.options.map(([name]) => name).filter((name) => chosen.has(name)));
    } }, text));
  return element("span", { class: "several", role: "group", "aria-label": control.label, "data-control": control.name },
    control.label, ...buttons);
}

function makeToggle(control, value, changed) {
  const box = element("input", { type: "checkbox", checked: value, "data-control": control.name, onchange: () => changed(box.checked) });
  return element("label", {}, box, control.label);
}

function makeSlider(control, value, changed, refuse) {
  const scale = control.log ? Math.log10 : (x) => x;
  const round = (x) => (control.whole ? Math.round(x) : Number(x.toPrecision(control.log ? 2 : 4)));
  const back = (x) => round(control.log ? 10 ** x : x);
  const field = element("input", { type: "text", inputmode: "decimal", class: "number", value: typed(value),
    "aria-label": `${control.label}, number`, "data-number": control.name });
  const range = element("input", {
    type: "range", min: scale(control.low), max: scale(control.high), step: "any", value: scale(clamp(value, control.low, control.high)),
    "aria-label": control.label, "aria-valuetext": typed(value), "data-control": control.name,
    oninput: () => {
      const chosen = clamp(back(Number(range.value)), control.low, control.high);
      field.value = typed(chosen);
      range.setAttribute("aria-valuetext", field.value);
      changed(chosen);
    },
  });
  range.addEventListener("keydown", (event) => stepSlider(event, range, control));
  field.addEventListener("change", () => {
    const number = readNumber(field.value), refusal = refusalOf(control, number, field.value);
    field.setAttribute("aria-invalid", String(refusal !== ""));
    if (refusal) return refuse(refusal);
    range.value = scale(number);
    range.setAttribute("aria-valuetext", typed(number));
    changed(number);
  });
  return element("label", {}, element("span", { class: "letter" }, control.label), range, field);
}

// Arrow keys move by hundredths of the range, which "any" leaves to the browser.
function stepSlider(event, range, control) {
  const way = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
  if (!way) return;
  const step = control.whole && !control.log ? 1 : (Number(range.max) - Number(range.min)) / 100;
  range.value = Number(range.value) + way * step;
  range.dispatchEvent(new Event("input"));
  event.preventDefault();
}

// Why a number that was typed can't be taken; "" where it can.
function refusalOf({ label, low, high, whole }, number, text) {
  const isRight = number >= low && number <= high && (!whole || Number.isInteger(number));
  return isRight ? "" : `${label} must be a ${whole ? "whole " : ""}number from ${typed(low)} to ${typed(high)}; given ${text.trim() || "nothing"}.`;
}

function makePoint(control, value, changed) {
  const fields = value.map((number, i) =>
    element("input", { type: "number", step: "any", value: number, "aria-label": `${control.label}, ${"xy"[i]}`, "data-coordinate": i,
      onchange: () => {
        const numbers = fields.map((field) => field.valueAsNumber); // NaN where nothing is written
        if (numbers.every(Number.isFinite)) changed(numbers);
      } }));
  return element("span", { class: "point", role: "group", "aria-label": control.label, "data-control": control.name }, control.label, ...fields);
}
