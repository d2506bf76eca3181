// Puts our page into our tab of Locust's web UI, and takes it away with it. Where there is no such tab, as another
// Locust may have it, nothing is changed: the page stands for itself at ./harness/.
(() => {
  const TITLE = "Conversations";
  let frame = null;

  const panel = () => {
    const chosen = document.querySelector('[role="tab"][aria-selected="true"]');
    if (!chosen || chosen.textContent.trim() !== TITLE) return null;
    return chosen.closest(".MuiContainer-root") || chosen.closest('[role="tablist"]').parentElement.parentElement;
  };

  const fit = () => {
    const page = frame && frame.contentDocument && frame.contentDocument.documentElement;
    const main = page && frame.contentDocument.querySelector("main");
    if (main) frame.style.height = `${Math.ceil(main.getBoundingClientRect().bottom + page.scrollTop) + 24}px`;
  };

  const show = place => {
    frame = document.createElement("iframe");
    frame.id = "harness-tab";
    frame.title = TITLE;
    frame.src = "./harness/";
    frame.style.cssText = "display:block;width:100%;border:0;height:60rem";
    frame.addEventListener("load", () => {
      new ResizeObserver(fit).observe(frame.contentDocument.body);
      fit();
    });
    place.append(frame);
  };

  const settle = () => {
    const place = panel();
    if (frame && (!place || frame.parentElement !== place)) {
      frame.remove();
      frame = null;
    }
    if (place && !frame) show(place);
  };

  new MutationObserver(settle).observe(document.body, {
    childList: true, subtree: true, attributes: true, attributeFilter: ["aria-selected"],
  });
  settle();
})();
