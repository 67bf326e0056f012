// What all dialogs have in common: a button that closes, and closing by a click beside them.

export function prepareDialogs() {
    for (const dialog of document.querySelectorAll("dialog")) {
        dialog.querySelector("[data-close]")?.addEventListener("click", () => dialog.close());
        // A press that began inside, such as one that marks text, is not a click beside it.
        let beganOutside = false;
        dialog.addEventListener("pointerdown", event => {
            beganOutside = event.target === dialog;
        });
        dialog.addEventListener("click", event => {
            if (beganOutside && event.target === dialog) dialog.close();
        });
    }
}
