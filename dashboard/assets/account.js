// A session that has ended leads to the log-in; requests that a page makes by itself keep no session alive.
(function () {
  const plain = window.fetch;
  const MINUTE = 60000;
  let touched = Date.now();
  ["pointerdown", "keydown", "wheel", "touchstart"].forEach(function (kind) {
    window.addEventListener(kind, function () { touched = Date.now(); }, { capture: true, passive: true });
  });
  window.fetch = function (asked, options) {
    const own = new URL(typeof asked === "string" ? asked : asked.url || String(asked), window.location.href).origin === window.location.origin;
    if (!own) return plain.call(this, asked, options);
    const told = Object.assign({}, options);
    if (Date.now() - touched > MINUTE) {
      told.headers = new Headers(told.headers || (asked instanceof Request ? asked.headers : undefined));
      told.headers.set("X-Unattended", "1");
    }
    return plain.call(this, asked, told).then(function (answer) {
      if (answer.status === 401) {
        window.location.assign("/login?why=ended&next=" + encodeURIComponent(window.location.pathname + window.location.search));
      }
      return answer;
    });
  };
  // A page whose live values come by WebSocket asks nothing itself: once a minute it hears whether its session is still there.
  window.setInterval(function () {
    if (document.getElementById("log-out")) window.fetch("/login/here").catch(function () {});
  }, MINUTE);
})();
