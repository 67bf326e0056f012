// Why a hit is a hit: both photos, a line for every match, the matched region in both.

import { byId, count, makeFacts, makeSvg, nameOf } from "./dom.js";

const gap = 10;
// Below this width the photos stand one above the other.
const besideWidth = 560;
const mostHeight = 0.56;
// The golden angle: neighbouring lines get hues far apart, however many there are.
const hueStep = 137.508;

const dialog = byId("match");
const frame = byId("match-picture");
let shown = null;

/**
 * Opens the dialog on one hit of an answer.
 * @param query the query's name, size and picture (url may be null).
 * @param hits the whole answer, each with a function `picture` that finds its thumbnail's address.
 * @param searchWith called with a hit to look for.
 */
export function openMatch(query, hits, index, searchWith) {
    shown = { query, hits, index, searchWith, url: null };
    if (!dialog.open) dialog.showModal();
    show();
}

async function show() {
    const state = shown;
    const hit = state.hits[state.index];
    byId("match-title").replaceChildren(`${state.index + 1}. `, nameOf(hit.imageId));
    byId("match-previous").disabled = state.index === 0;
    byId("match-next").disabled = state.index === state.hits.length - 1;
    byId("match-legend").textContent = legend(hit.verification);
    byId("match-facts").replaceChildren(...facts(hit));
    byId("match-lines").disabled = !hit.verification?.matches?.length;
    state.url = undefined;
    draw();
    const url = await hit.picture();
    if (shown === state && state.hits[state.index] === hit) {
        state.url = url;
        draw();
    }
}

function legend(verification) {
    if (!verification) return "Not compared in detail: it stands where its similarity puts it.";
    if (!verification.affine?.length) return "No common pattern was found between the two.";
    const lines = verification.matches?.length ?? 0;
    const some =
        lines < verification.inliers ? `the ${lines} strongest of ${verification.inliers} matches` : count(lines, "match", "matches");
    return `Lines: ${some} that agree with one map between the photos. Yellow: the matched region, and where the map puts it.`;
}

function facts({ similarity, score, verification }) {
    const rows = [
        ["Similarity", (similarity ?? 0).toFixed(3)],
        ["Score", (score ?? 0).toFixed(3)],
    ];
    if (verification) {
        rows.push(
            ["Verified", verification.verified ? "yes" : "no"],
            ["Inliers", verification.inliers ?? 0],
            ["Effective inliers", verification.effectiveInliers ?? 0],
            ["Putative matches", verification.putative ?? 0],
        );
    }

    return makeFacts(rows);
}

function draw() {
    const { query, hits, index, url } = shown;
    const hit = hits[index];
    const verification = hit.verification;
    const width = frame.clientWidth;
    if (width === 0) return;
    const [left, right, height] = panels(width, query.size ?? hit.imageSize, hit.imageSize ?? query.size);
    const svg = makeSvg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": description(query, hit) });
    addPhoto(svg, left, query.url, "query");
    addPhoto(svg, right, url, "candidate");
    addOutline(svg, left, verification?.queryRegion, "query");
    addOutline(svg, right, verification?.candidateRegion, "candidate");
    if (byId("match-lines").checked) addLines(svg, left, right, verification?.matches ?? []);
    frame.replaceChildren(svg);
}

function description(query, { imageId, verification }) {
    const matches = verification?.matches?.length ?? 0;
    return `${query.name} and ${imageId}, ${count(matches, "match line")} between them`;
}

/** Places both photos, each with its scale, beside or above one another. */
function panels(width, first, second) {
    const a = first ?? { width: 4, height: 3 };
    const b = second ?? { width: 4, height: 3 };
    const most = window.innerHeight * mostHeight;
    if (width >= besideWidth) {
        const height = Math.min(most, (width - gap) / (a.width / a.height + b.width / b.height));
        const wide = (height * a.width) / a.height;
        const start = (width - gap - wide - (height * b.width) / b.height) / 2;
        return [panel(a, start, 0, height / a.height), panel(b, start + wide + gap, 0, height / b.height), height];
    }

    const scaleA = Math.min(width / a.width, most / a.height);
    const scaleB = Math.min(width / b.width, most / b.height);
    const below = a.height * scaleA + gap;
    return [
        panel(a, (width - a.width * scaleA) / 2, 0, scaleA),
        panel(b, (width - b.width * scaleB) / 2, below, scaleB),
        below + b.height * scaleB,
    ];
}

const panel = (size, x, y, scale) => ({
    x,
    y,
    width: size.width * scale,
    height: size.height * scale,
    at: point => [x + (point.x ?? 0) * scale, y + (point.y ?? 0) * scale],
});

function addPhoto(svg, { x, y, width, height }, url, name) {
    svg.append(makeSvg("clipPath", { id: `clip-${name}` }, makeSvg("rect", { x, y, width, height })));
    svg.append(makeSvg("rect", { x, y, width, height, class: "blank" }));
    if (url) svg.append(makeSvg("image", { href: url, x, y, width, height, preserveAspectRatio: "none", class: name }));
    else if (url === null)
        svg.append(makeSvg("text", { x: x + width / 2, y: y + height / 2, class: "blank-text" }, "no picture of it here"));
}

function addOutline(svg, place, corners, name) {
    if (!corners?.length) return;
    const points = corners
        .map(corner =>
            place
                .at(corner)
                .map(value => value.toFixed(1))
                .join(","),
        )
        .join(" ");
    svg.append(
        makeSvg(
            "g",
            { "clip-path": `url(#clip-${name})` },
            makeSvg("polygon", { points, class: "outline-under" }),
            makeSvg("polygon", { points, class: "outline", "data-of": name }),
        ),
    );
}

function addLines(svg, left, right, matches) {
    // From top to bottom, so that neighbouring lines differ in hue.
    const sorted = [...matches].sort((a, b) => (a.query.y ?? 0) - (b.query.y ?? 0));
    const lines = sorted.map(({ query, candidate }, i) => ({
        from: left.at(query),
        to: right.at(candidate),
        colour: `hsl(${((i * hueStep) % 360).toFixed(0)} 90% 60%)`,
    }));
    const group = makeSvg("g", { class: lines.length > 40 ? "lines many" : "lines" });
    for (const [name, stroke] of [
        ["under", () => "#000"],
        ["line", colour => colour],
    ]) {
        for (const { from, to, colour } of lines)
            group.append(makeSvg("line", { x1: from[0], y1: from[1], x2: to[0], y2: to[1], stroke: stroke(colour), class: name }));
    }

    for (const { from, to, colour } of lines)
        group.append(
            makeSvg("circle", { cx: from[0], cy: from[1], r: 3, fill: colour }),
            makeSvg("circle", { cx: to[0], cy: to[1], r: 3, fill: colour }),
        );
    svg.append(group);
}

function step(by) {
    const index = shown.index + by;
    if (index >= 0 && index < shown.hits.length) {
        shown.index = index;
        show();
    }
}

byId("match-previous").addEventListener("click", () => step(-1));
byId("match-next").addEventListener("click", () => step(1));
byId("match-lines").addEventListener("change", draw);
byId("match-search").addEventListener("click", () => {
    dialog.close();
    shown.searchWith(shown.hits[shown.index]);
});
dialog.addEventListener("keydown", event => {
    if (event.key === "ArrowLeft") step(-1);
    else if (event.key === "ArrowRight") step(1);
});
new ResizeObserver(() => dialog.open && draw()).observe(frame);
