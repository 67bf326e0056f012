// A collection page by page: look at its photos, search with one, delete some or all.

import { collectionPath, get, post, remove } from "./api.js";
import { currentCollection, currentCount, onCollectionChange, refreshCollections } from "./collections.js";
import { byId, count, make, makeEmpty, makeFacts, nameOf } from "./dom.js";
import { metadataLine } from "./metadata.js";
import { announce, clearNotices, showFailure } from "./notices.js";
import { confirmed } from "./question.js";
import { forgetQuery, searchWithIndexed } from "./search.js";
import { forgetThumbnail, makeThumbnail, thumbnailUrl } from "./thumbnails.js";

const pageSize = 48;

let nextPage = "";
let filter = "";
let shown = new Map();
let selected = new Set();
// Counts the times the list was begun anew: a page asked for before is not shown any more.
let turn = 0;
let opened = null;

export function prepareBrowse() {
    byId("browse-form").addEventListener("submit", event => {
        event.preventDefault();
        filter = byId("browse-filter").value.trim();
        refreshBrowse();
    });
    byId("browse-more").addEventListener("click", showMore);
    byId("delete-selected").addEventListener("click", () => deleteImages([...selected]));
    byId("delete-collection").addEventListener("click", deleteCollection);
    byId("photo-search").addEventListener("click", () => {
        byId("photo").close();
        searchWithIndexed(opened.imageId, opened.imageSize);
    });
    byId("photo-delete").addEventListener("click", async () => {
        if (await deleteImages([opened.imageId])) byId("photo").close();
    });
    onCollectionChange(() => {
        filter = byId("browse-filter").value = "";
        refreshBrowse();
    });
}

/** Begins the list anew. */
export async function refreshBrowse() {
    turn++;
    nextPage = "";
    shown = new Map();
    selected = new Set();
    byId("browse-collection").textContent = currentCollection() ?? "";
    byId("photos").replaceChildren();
    byId("browse-more").hidden = true;
    byId("delete-collection").disabled = !currentCollection();
    showSelection();
    clearNotices();
    await loadPage();
}

async function showMore() {
    const before = shown.size;
    await loadPage();
    byId("photos").children[before]?.querySelector("button").focus();
}

async function loadPage() {
    const collection = currentCollection();
    if (collection == null) {
        byId("browse-head").replaceChildren(makeEmpty("There are no collections yet.", [linkToAdd(), " to make one."]));
        return;
    }

    const mine = turn;
    const query = new URLSearchParams({ page_size: pageSize, ...(nextPage && { page_token: nextPage }), ...(filter && { filter }) });
    try {
        const page = await get(`${collectionPath(collection)}/images?${query}`);
        if (mine !== turn) return;
        nextPage = page.nextPageToken ?? "";
        for (const image of page.images ?? []) {
            shown.set(image.imageId, image);
            byId("photos").append(tile(collection, image));
        }

        byId("browse-more").hidden = nextPage === "";
        showCount();
    } catch (failure) {
        if (mine === turn) {
            byId("browse-head").replaceChildren();
            showFailure("The photos cannot be listed.", failure);
        }
    }
}

function showCount() {
    if (shown.size === 0) {
        byId("browse-head").replaceChildren(
            filter ? makeEmpty("No photo passes this filter.") : makeEmpty("This collection is empty.", [linkToAdd(), "."]),
        );
        announce("No photos");
        return;
    }

    const passing = nextPage ? `${shown.size} photos or more pass` : count(shown.size, "photo passes", "photos pass");
    const text = filter ? `${passing} the filter.` : `${shown.size} of ${Math.max(shown.size, currentCount())} photos.`;
    byId("browse-head").replaceChildren(make("p", {}, text));
    announce(text);
}

function tile(collection, image) {
    const { imageId, imageSize, metadata } = image;
    const check = make("input", { type: "checkbox", "aria-label": `Select ${imageId}` });
    check.addEventListener("change", () => {
        selected[check.checked ? "add" : "delete"](imageId);
        showSelection();
    });
    return make(
        "li",
        { class: "tile" },
        make(
            "button",
            { type: "button", class: "tile-open", onclick: () => openPhoto(collection, image) },
            makeThumbnail(collection, imageId, imageSize),
            make("span", { class: "id" }, nameOf(imageId)),
            metadataLine(metadata),
        ),
        make("label", { class: "tile-check" }, check),
    );
}

function showSelection() {
    const button = byId("delete-selected");
    button.disabled = selected.size === 0;
    button.textContent = selected.size === 0 ? "Delete selected" : `Delete ${selected.size} selected…`;
}

async function openPhoto(collection, image) {
    const { imageId, imageSize, metadata, updateTime } = (opened = image);
    byId("photo-title").replaceChildren(nameOf(imageId));
    byId("photo-facts").replaceChildren(
        ...makeFacts([
            ["Size", imageSize?.width ? `${imageSize.width} × ${imageSize.height} pixels` : "not known"],
            ["Indexed", updateTime ? new Date(updateTime).toLocaleString() : "not known"],
            ["Metadata", metadataLine(metadata) ?? "none"],
        ]),
    );
    byId("photo-picture").replaceChildren();
    byId("photo").showModal();
    const url = await thumbnailUrl(collection, imageId);
    const picture = url
        ? make("img", { src: url, alt: `The photo ${imageId}` })
        : make("span", { class: "no-picture" }, "No picture of it here");
    if (opened === image) byId("photo-picture").replaceChildren(picture);
}

/** @returns whether they are gone. */
async function deleteImages(imageIds) {
    const collection = currentCollection();
    const [one] = imageIds;
    const what = imageIds.length === 1 ? `“${one}”` : count(imageIds.length, "photo");
    const text = `From the collection “${collection}”, for good. Your own files are not touched.`;
    if (!(await confirmed(`Delete ${what}?`, text, "Delete"))) return false;
    try {
        await post(`${collectionPath(collection)}/images:delete`, { image_ids: imageIds });
    } catch (failure) {
        byId("photo").close();
        showFailure(`${imageIds.length === 1 ? "It was" : "They were"} not deleted.`, failure);
        return false;
    }

    imageIds.forEach(id => forgetThumbnail(collection, id));
    await refreshCollections(collection);
    await refreshBrowse();
    forgetQuery(imageIds);
    announce(`Deleted ${what}`);
    return true;
}

async function deleteCollection() {
    const collection = currentCollection();
    const text = `With ${count(currentCount(), "photo")} in it, for good. Your own files are not touched.`;
    if (!(await confirmed(`Delete the collection “${collection}”?`, text, "Delete the collection"))) return;
    try {
        await remove(collectionPath(collection));
    } catch (failure) {
        showFailure("The collection was not deleted.", failure);
        return;
    }

    await refreshCollections();
    announce(`Deleted the collection ${collection}`);
}

const linkToAdd = () => make("a", { href: "#add" }, "Add a few photos");
