"use strict";
(() => {
  const { choices, values } = JSON.parse(document.getElementById("data").textContent);
  const metric = document.getElementById("metric");
  const answer = document.getElementById("answer");
  const pool = document.getElementById("pool");
  const only = Object.keys(Object.values(choices)[0])[0];

  function show() {
    const chosen = answer ? answer.value : only;
    const title = metric.options[metric.selectedIndex].textContent;
    for (const row of document.querySelectorAll(".cards")) pool.append(...row.children);
    for (const [rank, numbers] of Object.entries(choices[metric.value][chosen])) {
      for (const number of numbers) {
        const card = document.getElementById(`card-${number}`);
        card.querySelector(".value").textContent = `${title} ${values[metric.value][chosen][number]}`;
        for (const figure of card.querySelectorAll("figure[data-answer]")) {
          figure.classList.toggle("chosen", Boolean(answer) && figure.dataset.answer === chosen);
        }
        document.getElementById(`rank-${rank}`).append(card);
      }
    }
  }

  metric.addEventListener("change", show);
  if (answer) answer.addEventListener("change", show);
  show();
})();
