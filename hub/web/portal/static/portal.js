"use strict";

// Nothing here is needed: every page works by reload. This copies, and swaps what is live.

document.querySelectorAll("[data-copy]").forEach((button) => {
  const says = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const value = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(value.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(value);
      button.textContent = "Press Ctrl+C";
    }
    setTimeout(() => (button.textContent = says), 2000);
  });
});

// <section data-live="url"> shows what the stream at that address sends, while it is in sight and not paused.
document.querySelectorAll("[data-live]").forEach((section) => {
  let stream = null;
  let waiting = null;
  const pause = document.querySelector(`[data-pause="${section.id}"]`);
  const paused = () => pause !== null && pause.getAttribute("aria-pressed") === "true";
  const busy = () =>
    section.contains(document.activeElement) ||
    section.querySelector("details[open]") !== null ||
    !getSelection().isCollapsed;

  const show = () => {
    if (waiting === null || paused() || busy()) return;
    const fresh = new DOMParser().parseFromString(waiting, "text/html").body;
    section.replaceChildren(...fresh.childNodes);
    waiting = null;
  };
  const open = () => {
    if (stream !== null || document.hidden) return;
    stream = new EventSource(section.dataset.live);
    stream.onmessage = (event) => {
      waiting = event.data;
      show();
    };
    stream.addEventListener("ended", () => location.reload());
  };
  const close = () => {
    if (stream !== null) stream.close();
    stream = null;
  };

  if (pause !== null) {
    pause.hidden = false;
    pause.addEventListener("click", () => {
      const was = paused();
      pause.setAttribute("aria-pressed", String(!was));
      show();
    });
  }
  section.addEventListener("focusout", () => setTimeout(show));
  section.addEventListener("toggle", show, true);
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
  open();
});

// Nothing is sent twice by a hasty finger.
document.querySelectorAll("form").forEach((form) => {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent && form.method === "post") event.preventDefault();
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 3000);
  });
});
