// Asks before something is gone for good.

import { byId } from "./dom.js";

/** @returns whether the answer is yes. Escape is no. */
export function confirmed(title, text, yes) {
    const dialog = byId("question");
    byId("question-title").textContent = title;
    byId("question-text").textContent = text;
    byId("question-yes").textContent = yes;
    dialog.returnValue = "no";
    dialog.showModal();
    return new Promise(resolve => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }));
}
