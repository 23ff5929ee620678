// Before the first paint: the language and the theme that the reader chose, so that nothing flashes or turns round.
// And what is said when the rest of the page does not come, which could not say so itself.
{
  const root = document.documentElement;
  const asked = new URLSearchParams(location.search).get("lang");
  const stored = (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  };
  const language = [asked, stored("language")].find((one) => one === "ar" || one === "en") ?? "ar";
  root.lang = language;
  root.dir = language === "ar" ? "rtl" : "ltr";
  const theme = stored("theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;

  // A script that did not come, or ended before the page was ready; not a picture, a typeface or a preload.
  const failed = ({ target }) => {
    if (!("ready" in root.dataset) && (target === window || target.tagName === "SCRIPT"))
      document.querySelector(".unready").hidden = false;
  };
  addEventListener("error", failed, true);
  addEventListener("unhandledrejection", failed);
}
