// Asks before a form with `data-confirm` is sent.

export function confirm(element: HTMLElement): void {
  const form = element as HTMLFormElement;
  form.addEventListener("submit", (event) => {
    if (form.dataset["confirmed"] !== undefined) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(form.dataset["confirm"] ?? "", () => {
      form.dataset["confirmed"] = "";
      form.requestSubmit(event.submitter);
    });
  });
}

function ask(question: string, go: () => void): void {
  const dialog = document.getElementById("confirmation") as HTMLDialogElement;
  const words = dialog.querySelector("p");
  if (words) words.textContent = question;
  dialog.returnValue = "";
  dialog.onclose = () => dialog.returnValue === "yes" && go();
  dialog.showModal();
}
