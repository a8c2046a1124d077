// Runs before the first paint, so that nobody sees the wrong theme or the wrong language's line breaks flash by.
// A classic script on purpose: modules run too late for that.
(() => {
  let theme = null;
  let language = null;
  try {
    theme = localStorage.getItem("footprint.theme");
    language = localStorage.getItem("footprint.language");
  } catch {
    // Storage may be switched off: then the browser's own preferences stand.
  }
  const root = document.documentElement;
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  const preferred = (navigator.languages ?? [navigator.language]).find((tag) => /^(zh|en)\b/i.test(tag)) ?? "en";
  const chosen = language === "zh" || language === "en" ? language : preferred.slice(0, 2).toLowerCase();
  root.lang = chosen === "zh" ? "zh-CN" : "en";
})();
