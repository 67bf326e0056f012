// Small pictures of indexed photos, asked for when they come into view and kept while the page is open.

import { call, imagePath } from "./api.js";
import { make } from "./dom.js";

const kept = 500;
const urls = new Map();
const awaited = new WeakMap();
const observer = new IntersectionObserver(
    entries => {
        for (const { isIntersecting, target } of entries) {
            if (isIntersecting) {
                observer.unobserve(target);
                awaited.get(target)();
            }
        }
    },
    { rootMargin: "200px" },
);

/** @returns the address of a photo's small picture; null where the server has none. */
export function thumbnailUrl(collection, imageId) {
    const path = `${imagePath(collection, imageId)}:thumbnail`;
    let url = urls.get(path);
    if (!url) {
        url = load(path);
        urls.set(path, url);
        if (urls.size > kept) drop(urls.keys().next().value);
        url.then(found => found ?? urls.delete(path));
    }
    return url;
}

/** A photo was replaced or deleted: its small picture is another, or none. */
export function forgetThumbnail(collection, imageId) {
    drop(`${imagePath(collection, imageId)}:thumbnail`);
}

/** The frame of a small picture, filled when it is seen. Decoration: the name stands beside it. */
export function makeThumbnail(collection, imageId, size) {
    const frame = make("span", { class: "thumbnail", "aria-hidden": "true" });
    if (size?.width && size?.height) frame.style.aspectRatio = `${size.width} / ${size.height}`;
    awaited.set(frame, async () => {
        const url = await thumbnailUrl(collection, imageId);
        if (url) frame.replaceChildren(make("img", { src: url, alt: "" }));
        else frame.classList.add("none");
    });
    observer.observe(frame);
    return frame;
}

async function load(path) {
    try {
        const answer = await call(path);
        const type = answer.headers.get("content-type") ?? "";
        return type.startsWith("image/") ? URL.createObjectURL(await answer.blob()) : null;
    } catch {
        return null;
    }
}

function drop(path) {
    urls.get(path)?.then(url => url && URL.revokeObjectURL(url));
    urls.delete(path);
}
