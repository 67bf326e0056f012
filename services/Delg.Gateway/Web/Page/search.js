// The search: a photo or a part of one in, ranked hits out.

import { collectionPath, post } from "./api.js";
import { currentCollection, currentCount, onCollectionChange } from "./collections.js";
import { byId, count, make, makeEmpty, nameOf } from "./dom.js";
import { makeDrop } from "./drop.js";
import { openMatch } from "./match.js";
import { metadataLine } from "./metadata.js";
import { announce, clearNotices, showFailure } from "./notices.js";
import { readPhoto } from "./photo.js";
import { RegionBox, describe } from "./region.js";
import { makeThumbnail, thumbnailUrl } from "./thumbnails.js";

const drawnMatches = 60;
// A search that is over sooner is not announced as running.
const patienceMs = 300;

/** What is looked for: { name, size, url, file } of this computer or { name, size, url, imageId, collection } of the index. */
let query = null;
let box = null;
let running = null;
let answered = null;
// The next answer is the first to a new query.
let isFirst = false;

export function prepareSearch() {
    makeDrop({ area: byId("search"), button: byId("query-choose"), input: byId("query-file"), take: ([file]) => searchWithFile(file) });
    document.addEventListener("paste", event => {
        const file = [...(event.clipboardData?.files ?? [])].find(({ type }) => type.startsWith("image/"));
        if (file && !byId("search").hidden) searchWithFile(file);
    });
    byId("query-other").addEventListener("click", () => byId("query-file").click());
    byId("query-region").addEventListener("click", () => box?.startInMiddle());
    byId("query-whole").addEventListener("click", () => {
        box?.clear();
        byId("query-region").focus();
    });
    byId("settings").addEventListener("submit", event => {
        event.preventDefault();
        search();
    });
    for (const id of ["top-k", "rerank-depth", "ranking", "hide-duplicates"]) byId(id).addEventListener("change", () => search());
    onCollectionChange(() => {
        // An indexed photo belongs to its collection; one of this computer is looked for in the next, too.
        if (query?.imageId) setQuery(null);
        showEmpty();
        search();
    });
}

/** Looks for what an indexed photo shows. @param size its width and height, as its record says. */
export async function searchWithIndexed(imageId, size) {
    location.hash = "search";
    const collection = currentCollection();
    setQuery({ name: imageId, imageId, collection, size, url: undefined });
    search();
    const mine = query;
    mine.url = await thumbnailUrl(collection, imageId);
    if (query === mine) byId("query-stage").firstElementChild.replaceWith(queryPicture());
}

/** There may be something to search now. */
export function refreshSearch() {
    if (!query) showEmpty();
}

/** The photo is gone: nothing can be looked for with it. */
export function forgetQuery(imageIds) {
    if (query?.imageId && imageIds.includes(query.imageId)) setQuery(null);
    if (answered?.hits.some(hit => imageIds.includes(hit.imageId))) query ? search() : showEmpty();
}

async function searchWithFile(file) {
    const name = file.name || "pasted picture";
    const photo = await readPhoto(file);
    setQuery({ name, file, size: photo?.size, url: photo?.url ?? null });
    search();
}

function setQuery(next) {
    if (query?.file && query.url) URL.revokeObjectURL(query.url);
    query = next;
    isFirst = true;
    running?.abort();
    byId("query-drop").hidden = query !== null;
    byId("query").hidden = query === null;
    byId("search-again").disabled = query === null;
    showEmpty();
    if (query) showQuery();
}

function showQuery() {
    const stage = byId("query-stage");
    byId("query-name").replaceChildren(nameOf(query.name));
    stage.replaceChildren(queryPicture());
    stage.classList.toggle("sized", Boolean(query.size));
    stage.removeAttribute("style");
    stage.onpointerdown = null;
    box = null;
    showRegion(null);
    if (!query.size) return;
    stage.style.aspectRatio = `${query.size.width} / ${query.size.height}`;
    stage.style.setProperty("--aspect", query.size.width / query.size.height);
    box = new RegionBox(stage, query.size, marked => {
        showRegion(marked);
        search();
    });
}

function queryPicture() {
    if (query.url) return make("img", { src: query.url, alt: "The photo looked for", draggable: "false" });
    const without = query.size ? "No picture of it here" : "Your browser cannot show this file. The server may still read it.";
    return make("span", { class: "no-picture" }, query.url === null && without);
}

function showRegion(region) {
    byId("query-whole").hidden = !region;
    byId("query-region").hidden = Boolean(region) || !query.size;
    const invitation = query.size ? "Draw a rectangle on the photo to look for that part only." : "";
    byId("query-hint").textContent = region ? `Looking for ${describe(region)}.` : invitation;
}

async function search() {
    const collection = currentCollection();
    running?.abort();
    clearNotices();
    if (!query || !collection) return;
    const mine = new AbortController();
    running = mine;
    const asked = query;
    const waiting = setTimeout(showWaiting, patienceMs);
    byId("hits").setAttribute("aria-busy", "true");
    try {
        const answer = await post(`${collectionPath(collection)}:search`, request(asked), { signal: mine.signal });
        if (running === mine) showAnswer(asked, collection, answer);
    } catch (failure) {
        if (running === mine && failure.name !== "AbortError") {
            showFailure("The search failed.", failure);
            byId("answer-head").replaceChildren();
            byId("hits").replaceChildren();
            answered = null;
        }
    } finally {
        clearTimeout(waiting);
        if (running === mine) {
            running = null;
            byId("hits").setAttribute("aria-busy", "false");
        }
    }
}

/** Fields as the server names them. What is left empty keeps the server's default; what is wrong is for the server to say. */
function request(asked) {
    const fields = {
        ranking: byId("ranking").value,
        explain: "EXPLAIN_LEVEL_MATCHES",
        include_timings: true,
        "verification.max_explained_matches": drawnMatches,
    };
    for (const [name, id] of [
        ["top_k", "top-k"],
        ["rerank_depth", "rerank-depth"],
        ["filter", "filter"],
    ]) {
        const value = byId(id).value.trim();
        if (value) fields[name] = value;
    }

    if (byId("hide-duplicates").checked) fields.hide_duplicates = "{}";
    for (const [name, value] of Object.entries(box?.region ?? {})) fields[`region.${name}`] = value;
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    if (asked.file) form.append("image", asked.file);
    else form.append("image_id", asked.imageId);
    return form;
}

function showWaiting() {
    byId("answer-head").replaceChildren(make("p", { class: "waiting" }, "Searching…"));
    announce("Searching");
}

function showEmpty() {
    answered = null;
    byId("hits").replaceChildren();
    byId("answer-head").replaceChildren(
        currentCount() === 0
            ? makeEmpty("There is nothing to search yet.", [make("a", { href: "#add" }, "Add a few photos"), " first."])
            : makeEmpty("Hits appear here: photos that show the same thing, best first, with what was found in common."),
    );
}

function showAnswer(asked, collection, answer) {
    const hits = (answer.hits ?? []).map(hit => ({ ...hit, picture: () => thumbnailUrl(collection, hit.imageId) }));
    answered = { hits };
    const verified = hits.filter(({ verification }) => verification?.verified).length;
    const took = answer.timings ? ` in ${(answer.timings.totalMs / 1000).toFixed(2)} s` : "";
    const told = hits.length === 0 ? "Nothing found" : `${count(hits.length, "hit")}, ${verified} verified`;
    const open = index => openMatch(asked, hits, index, hit => searchWithIndexed(hit.imageId, hit.imageSize));
    byId("answer-head").replaceChildren(
        ...[
            make(
                "p",
                {},
                make("strong", {}, told),
                took,
                `, of ${count(answer.candidateCount ?? 0, "candidate")}, ${answer.comparedCount ?? 0} compared.`,
            ),
            answer.globalOfWholeImage && hint("Candidates were found by the whole photo; only what is inside the rectangle was compared."),
            answer.timings && hint(timings(answer.timings)),
            hits.length === 0 && makeEmpty("No photo of this collection is left. A filter may be the reason."),
        ].filter(Boolean),
    );
    byId("hits").replaceChildren(...hits.map((hit, index) => hitItem(hit, index, collection, () => open(index))));
    // Where the answer is below the question, it would come in unseen.
    if (isFirst && matchMedia("(max-width: 46rem)").matches) byId("answer-head").scrollIntoView();
    isFirst = false;
    announce(`${told}${took}`);
}

const hint = text => make("p", { class: "hint" }, text);

const timings = ({ extractMs, searchMs, verifyMs }) =>
    `Descriptors ${Math.round(extractMs ?? 0)} ms, nearest ${Math.round(searchMs ?? 0)} ms, comparison ${Math.round(verifyMs ?? 0)} ms.`;

function hitItem(hit, index, collection, open) {
    const { verification } = hit;
    const mark = !verification
        ? make("span", { class: "mark" }, "not compared")
        : verification.verified
          ? make("span", { class: "mark verified" }, "✓ verified")
          : make("span", { class: "mark" }, "not verified");
    const duplicates = hit.duplicateImageIds ?? [];
    return make(
        "li",
        { class: "hit" },
        make(
            "button",
            { type: "button", class: "hit-open", onclick: open },
            make("span", { class: "rank" }, String(index + 1)),
            makeThumbnail(collection, hit.imageId, hit.imageSize),
            make(
                "span",
                { class: "hit-text" },
                make("span", { class: "id" }, nameOf(hit.imageId)),
                make(
                    "span",
                    { class: "figures" },
                    mark,
                    make("span", {}, "similarity ", make("b", {}, (hit.similarity ?? 0).toFixed(3))),
                    verification && make("span", {}, "inliers ", make("b", {}, String(verification.inliers ?? 0))),
                ),
                metadataLine(hit.metadata),
                duplicates.length > 0 &&
                    make(
                        "span",
                        { class: "duplicates" },
                        `hides ${count(duplicates.length, "duplicate")}: `,
                        duplicates.flatMap((id, i) => [i > 0 && ", ", nameOf(id)]),
                    ),
            ),
        ),
    );
}
