// What is written around a plot and into it: ticks, their labels, hairlines, words. It all has the size
// of the page's own text, so where room is short fewer ticks are labelled.

const SKIPS = [1, 2, 3, 4, 5, 10, 20, 50, 100];
const LETTER = 0.52; // width of a digit, in em of a tick
const SMALL = 0.83; // em of a tick

class Axes {
  constructor(plot) {
    this.up = element("div", { class: "ticks up", "aria-hidden": "true" });
    this.across = element("div", { class: "ticks across", "aria-hidden": "true" });
    this.xlabel = element("span", { class: "xlabel" });
    this.still = element("div", { class: "still" });
    this.node = element("div", { class: "axes" }, this.up, plot, this.across, this.xlabel);
  }

  replace({ xlabel, aspect }, { across, up, words }) {
    this.ticks = { across, up };
    this.xlabel.innerHTML = xlabel;
    this.node.classList.toggle("equal", aspect > 0);
    this.node.classList.toggle("bare", !across.length && !up.length);
    this.aspect = aspect;
    this.words = words.map(({ html, x, y, size, turned }) =>
      element("span", { html, style: `left:${100 * x}%;top:${100 * y}%;font-size:max(14px, ${Math.max(size, SMALL)}em);rotate:${turned}deg` }));
  }

  // A plot whose units are as long across as up takes the largest such rectangle.
  shapeFor(em) {
    if (!this.aspect) return { width: "", height: "" };
    const width = Math.min(this.node.clientWidth - em, (this.node.clientHeight - em) * this.aspect);
    return { width: `${width}px`, height: `${width / this.aspect}px` };
  }

  // Label as many ticks as have room at this size, in pixels.
  placeUp(height, em) {
    const up = chooseTicks(this.ticks.up, height, () => 1.25 * SMALL * em);
    this.up.replaceChildren(...up.map(([share, text]) => element("span", { style: `top:${100 * (1 - share)}%` }, text)));
    this.still.replaceChildren(
      ...up.map(([share]) => element("i", { style: `top:${100 * (1 - share)}%` })), ...this.words);
  }

  // The label, which has `taken` so much, stands at the right end of the ticks, or below them where it
  // would leave too few.
  placeAcross(width, tick, taken) {
    const room = (text) => (LETTER * text.length + 0.9) * tick;
    const below = taken > 0.45 * width;
    this.node.classList.toggle("below", below);
    const free = below || !taken ? Infinity : width - taken - 0.5 * tick;
    const all = this.ticks.across, fitting = chooseTicks(all, width, room);
    // Names are all written, in two rows where one has no room; of numbers some are left out.
    const inTwoRows = fitting.length < all.length && all.every(([, text]) => /^\p{L}/u.test(text));
    this.node.classList.toggle("names-below", inTwoRows);
    const across = inTwoRows ? all : fitting.filter(([share, text]) => share * width + room(text) / 2 < free);
    this.across.replaceChildren(...across.map(([share, text]) => {
      const half = (LETTER * text.length * tick) / 2;
      return element("span", { style: `left:${Math.min(share * width, width + 0.5 * tick - half)}px` }, text);
    }));
  }
}

const sorted = (ticks) => ticks.toSorted((a, b) => a[0] - b[0]);

// Every tick, or every second, third … so that labels keep apart; minor ones where all have room.
function chooseTicks(ticks, length, room) {
  const isFree = (chosen) => chosen.every(([share, text], i) =>
    i === 0 || Math.abs(share - chosen[i - 1][0]) * length >= (room(text) + room(chosen[i - 1][1])) / 2);
  if (isFree(sorted(ticks))) return ticks;
  const major = sorted(ticks.filter(([, , isMajor]) => isMajor));
  const zero = Math.max(0, major.findIndex(([, text]) => text === "0" || text === "10⁰"));
  const thinned = SKIPS.map((skip) => major.filter((_, i) => (i - zero) % skip === 0));
  return thinned.find(isFree) ?? major.slice(0, 1);
}
