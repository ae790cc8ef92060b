// Enhancements only: every page works without this file.

function reopen(form) {
  delete form.dataset.sent;
  form.querySelector("[aria-disabled]")?.removeAttribute("aria-disabled");
}

// A form leaves once: the second tap on a slow line does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-disabled", "true");
  // No answer replaced the page (a download, a cut line): let the person try again.
  setTimeout(() => reopen(form), 8000);
});

// Back from the browser's cache, the same form may leave again.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach(reopen);
});

// After a refused form, go to the list of what to correct.
document.querySelector(".summary h2")?.focus();
