// Before the first paint: the language and the theme that the reader chose, so that nothing flashes or turns round.
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
}
