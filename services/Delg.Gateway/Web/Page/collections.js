// Which collections there are, and which one the page is about.

import { get } from "./api.js";
import { byId, make } from "./dom.js";
import { showFailure } from "./notices.js";

const slot = "delg-collection";
const select = byId("collection");
const listeners = [];

// What the server takes a request to mean that names none; what is added goes there when there is nothing yet.
const firstName = "default";

let collections = [];
// Not known until the server has been asked.
let current;

/** Name of the chosen collection; null when there is none, undefined before the server has said so. */
export const currentCollection = () => current;

/** Photos in the chosen collection. */
export const currentCount = () => Number(collections.find(({ name }) => name === current)?.entryCount ?? 0);

/** Where added photos go unless told otherwise. */
export const collectionToAddTo = () => current ?? firstName;

/** Calls back whenever another collection is chosen. */
export const onCollectionChange = listener => listeners.push(listener);

/** Asks the server again. @param prefer the collection to choose, if it is there. */
export async function refreshCollections(prefer) {
    try {
        collections = (await get("collections")).collections ?? [];
    } catch (failure) {
        showFailure("The collections cannot be listed.", failure);
        return;
    }

    const names = collections.map(({ name }) => name);
    select.replaceChildren(
        ...collections.map(({ name, entryCount }) => make("option", { value: name }, `${name} (${Number(entryCount ?? 0)})`)),
    );
    select.disabled = names.length === 0;
    if (names.length === 0) select.append(make("option", {}, "none yet"));
    byId("add-collections").replaceChildren(...names.map(name => make("option", { value: name })));
    choose([prefer, current, sessionStorage.getItem(slot), firstName, names[0]].find(name => names.includes(name)) ?? null);
}

function choose(name) {
    if (name !== null) {
        select.value = name;
        sessionStorage.setItem(slot, name);
    }

    if (name !== current) {
        current = name;
        listeners.forEach(listener => listener(name));
    }
}

select.addEventListener("change", () => choose(select.value));
