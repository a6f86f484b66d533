// Downloads, and the choice of claims. Everything that is offered lies in this file already.
"use strict";

async function inflated(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

(() => {
  const tables = JSON.parse(document.getElementById("tables").textContent);

  function offer(content, type, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([content], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  for (const button of document.querySelectorAll("button[data-table]")) {
    const name = button.dataset.table;
    if (!(name in tables)) {
      button.disabled = true;
      button.title = "too large for this page; it lies among the study's tables";
      continue;
    }
    button.addEventListener("click", async () => {
      offer(await inflated(tables[name]), "text/csv;charset=utf-8", `${name}.csv`);
    });
  }

  for (const button of document.querySelectorAll("button[data-svg]")) {
    button.addEventListener("click", () => {
      const name = button.dataset.svg;
      const source = document.querySelector(`img[data-figure="${name}"]`).getAttribute("src");
      const svg = decodeURIComponent(source.slice(source.indexOf(",") + 1));
      offer(svg, "image/svg+xml;charset=utf-8", `${name}.svg`);
    });
  }

  const chosen = document.getElementById("claims-verdict");
  if (chosen) {
    chosen.value = "";
    chosen.addEventListener("change", () => {
      for (const row of document.querySelectorAll("#claims-table tbody tr")) {
        row.hidden = chosen.value !== "" && row.dataset.verdict !== chosen.value;
      }
    });
  }
})();
