// What only the browser can do: say the page's language, and open the menu on a narrow screen.
window.dash_clientside = Object.assign({}, window.dash_clientside, {
  page: {
    language: function (search) {
      const told = new URLSearchParams(search || "").get("lang");
      document.documentElement.lang = told === "zh" ? "zh-CN" : "en";
      return window.dash_clientside.no_update;
    },
    menu: function (opened, navbar) {
      return Object.assign({}, navbar, { collapsed: { mobile: !opened } });
    },
  },
});
