// A true-or-false question; the kernel (widget.py) judges and explains.

let count = 0;

function render({ model, el }) {
  const name = `mlp-question-${(count += 1)}`;
  const root = document.createElement("div");
  root.className = "mlp-question";
  root.dataset.lmSuppressShortcuts = "true";
  root.innerHTML = `
    <fieldset>
      <legend></legend>
      <div class="answers">
        <label><input type="radio" name="${name}" value="true"> True</label>
        <label><input type="radio" name="${name}" value="false"> False</label>
      </div>
    </fieldset>
    <div class="verdict" role="status" hidden><strong></strong><span></span></div>`;
  const verdict = root.querySelector(".verdict");

  function draw() {
    root.querySelector("legend").innerHTML = model.get("text");
    const right = model.get("right");
    for (const input of root.querySelectorAll("input")) input.checked = input.value === model.get("answer");
    verdict.hidden = right === null || right === undefined;
    verdict.dataset.right = right;
    verdict.querySelector("strong").textContent = right ? "Right." : "Not so.";
    verdict.querySelector("span").innerHTML = model.get("explanation");
  }

  root.addEventListener("keydown", (event) => event.stopPropagation());
  root.addEventListener("change", (event) => {
    model.set("answer", event.target.value);
    model.save_changes();
  });
  model.on("change", draw);
  draw();
  el.append(root);
  return () => model.off("change", draw);
}

export default { render };
