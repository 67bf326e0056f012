// The API key: asked for when the server wants one, kept until the tab is closed.

import { byId } from "./dom.js";

const slot = "delg-api-key";

let asking = null;

export const storedKey = () => sessionStorage.getItem(slot);

/**
 * A key other than the one that was refused: of several calls refused at once, the first asks for all.
 * @returns whether there is one.
 */
export function keyFor(why, refused) {
    if (storedKey() !== refused) return Promise.resolve(storedKey() !== null);
    asking ??= ask(why).finally(() => {
        asking = null;
    });
    return asking;
}

export function showKeyState() {
    byId("forget-key").hidden = storedKey() === null;
}

byId("forget-key").addEventListener("click", () => {
    sessionStorage.removeItem(slot);
    location.reload();
});

function ask(why) {
    const dialog = byId("key");
    const value = byId("key-value");
    byId("key-why").textContent = why;
    value.value = "";
    dialog.returnValue = "";
    dialog.showModal();
    value.focus();
    return new Promise(resolve =>
        dialog.addEventListener(
            "close",
            () => {
                const given = dialog.returnValue === "use" && value.value.trim().length > 0;
                if (given) sessionStorage.setItem(slot, value.value.trim());
                value.value = "";
                showKeyState();
                resolve(given);
            },
            { once: true },
        ),
    );
}
