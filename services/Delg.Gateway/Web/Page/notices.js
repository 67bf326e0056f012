// What went wrong, for the eyes until it is put away; what happened, for screen readers.

import { byId, make } from "./dom.js";

/** Says it to those who cannot see it. */
export function announce(text) {
    byId("announcement").textContent = text;
}

/** A failure's reason and message, field by field where fields are at fault. */
export function explain(failure) {
    const wait = failure.retryAfterSeconds ? ` Try again in ${Math.ceil(failure.retryAfterSeconds)} s.` : "";
    // The message of wrong fields repeats them.
    const texts = failure.violations?.length
        ? failure.violations.map(violation => make("p", {}, make("code", {}, violation.field), " ", violation.description))
        : [make("p", {}, failure.message + wait)];
    return [make("p", { class: "reason" }, failure.reason ?? failure.name), texts];
}

export function showFailure(what, failure) {
    if (failure.name === "AbortError") return;
    if (!failure.reason) console.error(failure);
    const notice = make(
        "div",
        { class: "notice error" },
        make("div", {}, make("p", { class: "notice-title" }, what), explain(failure)),
        make("button", { type: "button", class: "quiet", onclick: () => notice.remove() }, "Dismiss"),
    );
    byId("notices").replaceChildren(notice);
}

export function clearNotices() {
    byId("notices").replaceChildren();
}
