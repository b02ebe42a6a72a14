// Which figure of the inventory is open, and which other factors are chosen, stand in the address, so that a link shows somebody else the same.
window.dash_clientside = Object.assign({}, window.dash_clientside, {
  carbon: {
    remember: function (clicks) {
      const asked = window.dash_clientside.callback_context.triggered_id;
      const line = asked && (clicks || []).some(Boolean) && document.getElementById(JSON.stringify({ key: asked.key, type: asked.type }));
      if (line) {
        setTimeout(function () {
          window.dash_clientside.page.remember({ open: line.parentElement.open ? asked.key : "" }, false);
        }, 0);
      }
      return window.dash_clientside.no_update;
    },
    choose: function (factors) {
      const told = new URLSearchParams(window.location.search).get("factors") || "";
      if (told === (factors || "")) return window.dash_clientside.no_update;
      return window.dash_clientside.page.remember({ factors: factors }, true);
    },
  },
});
// Going back over a choice changes the address only, which nobody else hears of.
window.addEventListener("popstate", function () {
  if (!document.getElementById("carbon-factors")) return;
  const told = new URLSearchParams(window.location.search).get("factors") || "";
  window.dash_clientside.set_props("carbon-factors", { value: told });
});
