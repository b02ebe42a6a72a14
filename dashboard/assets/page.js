// What only the browser can do: say the page's language and ground, and open the menu on a narrow screen.
window.dash_clientside = Object.assign({}, window.dash_clientside, {
  page: {
    look: function (search) {
      const told = new URLSearchParams(search || ""), page = document.documentElement;
      page.lang = told.get("lang") === "zh" ? "zh-CN" : "en";
      page.dataset.mantineColorScheme = told.get("theme") === "dark" ? "dark" : "light";
      return window.dash_clientside.no_update;
    },
    // Put words of a page's own into the address, so that a link and going back bring them again; nothing is built anew.
    remember: function (own, push) {
      const query = new URLSearchParams(window.location.search);
      Object.entries(own || {}).forEach(function (pair) {
        if (pair[1] === null || pair[1] === undefined || pair[1] === "") query.delete(pair[0]);
        else query.set(pair[0], pair[1]);
      });
      const told = "?" + query.toString();
      if (told === window.location.search) return window.dash_clientside.no_update;
      window.history[push ? "pushState" : "replaceState"](null, "", window.location.pathname + told);
      const units = ["kWh", "kgce", "kBtu"];
      const unit = units[(Math.max(units.indexOf(query.get("unit")), 0) + 1) % units.length];
      [["language", "lang", query.get("lang") === "zh" ? "en" : "zh"], ["theme", "theme", query.get("theme") === "dark" ? "light" : "dark"], ["unit", "unit", unit]].forEach(function (each) {
        const other = new URLSearchParams(query);
        other.set(each[1], each[2]);
        document.getElementById(each[0]).setAttribute("href", window.location.pathname + "?" + other.toString());
      });
      return window.dash_clientside.no_update;
    },
    // Ask for a new screen unless one is being built: of two answers under way the older one would be lost.
    tick: function (count, building) {
      return building ? window.dash_clientside.no_update : count;
    },
  },
});
(function () {
  function menu(open) {
    const button = document.getElementById("menu");
    document.documentElement.dataset.menu = open ? "open" : "";
    if (button) button.setAttribute("aria-expanded", String(open));
  }
  document.addEventListener("click", function (event) {
    if (event.target.closest && event.target.closest("#menu")) menu(document.documentElement.dataset.menu !== "open");
  });
  ["_dashprivate_pushstate", "popstate"].forEach(function (moved) { window.addEventListener(moved, function () { menu(false); }); });
})();
