"""The dashboards as a lecture opens them, and how a page with one is measured, in any browser."""

from every_dashboard import sum_of_slopes

import mlpteach as mt

# As they come, with the digits.
LECTURED = {
    "activations": mt.dashboards.activations,
    "adam": mt.dashboards.adam,
    "batches": mt.dashboards.batches,
    "cost_lab": mt.dashboards.cost_lab,
    "derivatives": mt.dashboards.derivatives,
    "four_ways": mt.dashboards.four_ways,
    "network": mt.dashboards.network,
    "neuron": mt.dashboards.neuron,
    "optimizer": mt.dashboards.optimizer,
    "own_rule": lambda: mt.dashboards.own_rule(sum_of_slopes),
    "race": mt.dashboards.race,
    "ranking": mt.dashboards.ranking,
    "rate map": lambda: mt.dashboards.momentum("map"),
    "reddi": mt.dashboards.reddi,
    "steady": mt.dashboards.momentum,
    "step_size": mt.dashboards.step_size,
    "surface": mt.dashboards.surface,
    "valley": lambda: mt.dashboards.momentum("valley"),
}
# JupyterLab's room at 1366 × 768 and 1920 × 1080, file browser closed; one column; zoomed in 250 %.
WIDE = [(1171, 647), (1725, 959)]
NARROW = [(320, 568), (390, 844), (468, 259), (700, 800), (900, 700)]
# What a page says of its one dashboard: how large, what is clipped, how many controls …
MEASURE = """() => {
  const frame = document.querySelector(".mlp .frame"), page = document.documentElement;
  const shown = (node) => node.getClientRects().length > 0;
  const style = (node) => getComputedStyle(node);
  const all = (selector) => [...frame.querySelectorAll(selector)].filter(shown);

  const sizes = [], walker = document.createTreeWalker(frame, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { parentElement: node, textContent } = walker.currentNode;
    const counts = textContent.trim() && shown(node) && !node.closest("math");
    if (counts) sizes.push(parseFloat(style(node).fontSize));
  }

  const mayScroll = ".sentence, .ledger-panel, input, select, canvas";
  const clips = (node) => style(node).overflow !== "visible";
  const isCut = (node) => clips(node) && node.clientWidth > 0 &&
    (node.scrollWidth > node.clientWidth + 1 || node.scrollHeight > node.clientHeight + 1);
  const clipped = all("*").filter((node) => !node.matches(mayScroll) && isCut(node));

  const controls = all(":scope > .controls > :not(.status, .hint)");
  const middles = controls.map((node) => {
    const { top, bottom } = node.getBoundingClientRect();
    return (top + bottom) / 2;
  }).toSorted((a, b) => a - b);
  const sliders = all("input[type=range][data-control]").map((node) => {
    const fields = frame.querySelectorAll(`[data-number="${node.dataset.control}"]`);
    return [node.offsetWidth, node.offsetHeight, fields.length];
  });
  return {
    height: page.scrollHeight, width: page.scrollWidth, controls: controls.length, sliders,
    rows: middles.filter((at, i) => i === 0 || at - middles[i - 1] > 8).length,
    smallest: Math.min(...sizes),
    clipped: clipped.map((node) => `${node.className || node.tagName} ${node.textContent}`),
  };
}"""
TWO_FRAMES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
