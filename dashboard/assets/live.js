// Live values: find what the page shows, put what comes into it, and ask where the channel is silent.
(function () {
  const SILENT = 8000;
  let heard = window.SharedWorker ? Date.now() : 0;

  function shown() {
    const found = new Set();
    document.querySelectorAll("[data-live]").forEach(function (each) {
      each.dataset.live.split(" ").forEach(function (name) { if (name) found.add(name); });
    });
    return found;
  }

  function clock(second, ahead) {
    return new Date((second + ahead) * 1000).toISOString().slice(11, 19);
  }

  function number(total, data) {
    const digits = Number(data.liveDigits || 0);
    return (total * Number(data.liveScale || 1)).toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  }

  function put(element, values) {
    const told = element.dataset.live.split(" ").map(function (name) { return values[name]; });
    if (told.some(function (each) { return !each || each[0] === null || each[0] === undefined; })) return;
    let text;
    if (element.dataset.livePart === "time") text = clock(Math.max.apply(null, told.map(function (each) { return each[2]; })), Number(element.dataset.liveOffset || 0));
    else if (typeof told[0][0] === "string") text = told[0][0];
    else text = number(told.reduce(function (sum, each) { return sum + each[0]; }, 0), element.dataset);
    if (element.textContent !== text) element.textContent = text;
    const worst = told.find(function (each) { return each[1] !== "good"; });
    element.dataset.quality = worst ? worst[1] : "good";
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    live: {
      spread: function (message) {
        if (message && message.values) {
          if (!message.asked) heard = Date.now();
          document.documentElement.dataset.told = String(message.at);
          document.querySelectorAll("[data-live]").forEach(function (each) { put(each, message.values); });
        }
        return window.dash_clientside.no_update;
      },
      // What is on the screen now, and whether it has to be asked for.
      look: function (_, __, more, before) {
        const found = shown();
        (more || []).forEach(function (name) { found.add(name); });
        const names = document.hidden ? [] : Array.from(found).sort();
        const same = JSON.stringify(names) === JSON.stringify(before);
        const silent = names.length > 0 && Date.now() - heard > SILENT;
        const stays = window.dash_clientside.no_update;
        return [silent ? Date.now() : stays, same ? stays : names];
      },
    },
  });
})();
