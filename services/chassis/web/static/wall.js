"use strict";
// Puts what stands on the wall now in place of what stood there, every few seconds, without a
// reload. When an answer does not come the figures stay, and the wall says since when.
(function () {
  const wall = document.getElementById("wall");
  const state = document.getElementById("wall-state");
  const clock = document.getElementById("wall-clock");
  const every = Number(wall.dataset.refreshS) * 1000;
  let good = Date.now();

  function look() {
    fetch(wall.dataset.now, { cache: "no-store", headers: { Accept: "text/html" } })
      .then(function (answer) {
        if (!answer.ok) { throw new Error(String(answer.status)); }
        return answer.text();
      })
      .then(function (text) {
        wall.innerHTML = text;
        document.getElementById("wall-date").textContent =
          document.getElementById("wall-today").textContent;
        good = Date.now();
        say();
      })
      .catch(say);
  }

  // The centre's clock, whatever zone the display was set to.
  function time(moment, parts) {
    return moment.toLocaleTimeString("zh-CN", { timeZone: "Asia/Shanghai", hourCycle: "h23", ...parts });
  }

  function say() {
    const late = Date.now() - good > 3 * every;
    const at = time(new Date(good), { hour: "2-digit", minute: "2-digit", second: "2-digit" });
    state.className = late ? "wall-state wall-stale" : "wall-state";
    const text = (late ? "▲ 连接中断，数字停在 " : "● 实时更新 ") + at;
    if (state.textContent !== text) { state.textContent = text; }
  }

  function tick() {
    if (clock.dataset.live) {
      clock.textContent = time(new Date(), { hour: "2-digit", minute: "2-digit" });
    }
  }

  say();
  setInterval(look, every);
  setInterval(function () { tick(); say(); }, 1000);
})();
