// Photos of this computer into the index, a few at a time, each with what became of it.

import { imagePath, post } from "./api.js";
import { collectionToAddTo, onCollectionChange, refreshCollections } from "./collections.js";
import { byId, make, makeEmpty, nameOf } from "./dom.js";
import { makeDrop } from "./drop.js";
import { parseMetadata } from "./metadata.js";
import { announce, clearNotices, explain, showFailure } from "./notices.js";
import { forgetThumbnail } from "./thumbnails.js";

// One is computed while the next is on its way.
const inFlight = 2;
// A full queue, or a rate limit, asks to wait: that often.
const mostWaits = 20;
const leastWaitSeconds = 0.5;

const outcomes = {
    INDEX_OUTCOME_ADDED: ["done", "added"],
    INDEX_OUTCOME_REPLACED: ["done", "replaced an earlier one of this name"],
    INDEX_OUTCOME_UNCHANGED: ["same", "already there, unchanged"],
};

let chosenByHand = false;
let queue = [];
// Names that are in this round of photos already, by collection.
let taken = new Set();
let working = 0;
let counts = null;

/** @param indexed called when all photos are through and some have changed it. */
export function prepareAdd(indexed) {
    const collection = byId("add-collection");
    collection.addEventListener("input", () => {
        chosenByHand = true;
    });
    onCollectionChange(() => {
        if (!chosenByHand) collection.value = collectionToAddTo();
    });
    collection.value = collectionToAddTo();
    makeDrop({ area: byId("add"), button: byId("add-choose"), input: byId("add-files"), take: files => add(files, indexed) });
    showEmpty();
}

function add(files, indexed) {
    clearNotices();
    const collection = byId("add-collection").value.trim() || collectionToAddTo();
    let metadata;
    try {
        metadata = parseMetadata(byId("add-metadata").value);
    } catch (failure) {
        showFailure("Nothing was sent.", { reason: "METADATA", message: failure.message });
        byId("add-metadata").focus();
        return;
    }

    if (working === 0) {
        counts = { all: 0, through: 0, failed: 0, changed: 0 };
        taken = new Set();
        byId("add-list").replaceChildren();
    }

    for (const file of files) {
        const item = { file, collection, metadata, row: makeRow(file.name) };
        byId("add-list").append(item.row.element);
        counts.all++;
        const name = `${collection}/${file.name}`;
        if (taken.has(name)) {
            // The later one would silently take the place of the earlier one.
            item.row.say("failed", "not sent: another photo here has the same name");
            counts.through++;
            counts.failed++;
        } else {
            taken.add(name);
            queue.push(item);
        }
    }

    showProgress();
    while (working < Math.min(inFlight, queue.length + working) && queue.length > 0) work(indexed);
}

async function work(indexed) {
    working++;
    let collection = null;
    while (queue.length > 0) {
        const item = queue.shift();
        ({ collection } = item);
        await send(item);
        counts.through++;
        showProgress();
    }

    working--;
    if (working === 0 && counts.changed > 0) {
        await refreshCollections(collection);
        indexed();
    }
}

async function send({ file, collection, metadata, row }) {
    const form = new FormData();
    form.append("image", file);
    if (metadata) form.append("metadata", JSON.stringify(metadata));
    row.say("busy", "on its way…");
    try {
        const { outcome } = await patiently(
            () => post(imagePath(collection, file.name), form),
            seconds => row.say("busy", `the server is busy, again in ${Math.ceil(seconds)} s`),
        );
        const [kind, text] = outcomes[outcome] ?? ["done", "indexed"];
        row.say(kind, text);
        if (outcome !== "INDEX_OUTCOME_UNCHANGED") {
            counts.changed++;
            forgetThumbnail(collection, file.name);
        }
    } catch (failure) {
        counts.failed++;
        row.say("failed", ...explain(failure));
    }
}

/** Asks again as long as the server says when to. */
async function patiently(attempt, waiting) {
    for (let waits = 0; ; waits++) {
        try {
            return await attempt();
        } catch (failure) {
            if (waits === mostWaits || !failure.retryAfterSeconds || failure.reason === "DEPENDENCY_UNAVAILABLE") throw failure;
            const seconds = Math.max(failure.retryAfterSeconds, leastWaitSeconds);
            waiting(seconds);
            await new Promise(resolve => setTimeout(resolve, 1000 * seconds));
        }
    }
}

function makeRow(name) {
    const status = make("div", { class: "file-status" }, "waiting");
    const element = make("li", { class: "file" }, make("span", { class: "id" }, nameOf(name)), status);
    return {
        element,
        say(kind, ...what) {
            element.className = `file ${kind}`;
            status.replaceChildren(...what.flat(Infinity));
        },
    };
}

function showProgress() {
    const { all, through, failed } = counts;
    const done = through === all;
    const text = `${through} of ${all}${done ? " photos done" : ""}${failed > 0 ? `, ${failed} failed` : ""}`;
    byId("add-head").replaceChildren(
        make("p", {}, make("strong", {}, text)),
        make("progress", { max: String(all), value: String(through), "aria-label": "Photos sent" }),
        ...(done && through > failed ? [make("p", {}, link("search", "Search"), " or ", link("browse", "browse"), " them.")] : []),
    );
    announce(text);
}

function showEmpty() {
    byId("add-head").replaceChildren(
        makeEmpty("What becomes of each photo appears here. A photo that is there already, unchanged, is passed over."),
    );
}

const link = (view, text) => make("a", { href: `#${view}` }, text);
