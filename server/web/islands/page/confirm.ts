// Asks before a form with `data-confirm` is sent.

export function confirm(element: HTMLElement): void {
  const form = element as HTMLFormElement;
  form.addEventListener("submit", (event) => {
    if (form.dataset["confirmed"] !== undefined) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(form.dataset["confirm"] ?? "", () => {
      const current = standing(form);
      if (!current) return;
      current.dataset["confirmed"] = "";
      current.requestSubmit(current === form ? event.submitter : null);
    });
  });
}

/** Its part of the page may have been fetched again meanwhile: then the same form stands there anew, or none does. */
function standing(form: HTMLFormElement): HTMLFormElement | undefined {
  if (form.isConnected) return form;
  const isSame = (other: HTMLFormElement) => other.action === form.action && other.dataset["confirm"] === form.dataset["confirm"];
  return [...document.forms].find(isSame);
}

function ask(question: string, go: () => void): void {
  const dialog = document.getElementById("confirmation") as HTMLDialogElement;
  const words = dialog.querySelector("p");
  if (words) words.textContent = question;
  dialog.returnValue = "";
  dialog.onclose = () => dialog.returnValue === "yes" && go();
  dialog.showModal();
}
