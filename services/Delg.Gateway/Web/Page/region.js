// A rectangle on a photo: drawn with the mouse, moved and stretched with mouse, finger or keys. In pixels of the photo.

import { make } from "./dom.js";

// The server takes no smaller one.
const leastSidePixels = 10;
// A hand that only clicks moves this much.
const clickSlack = 6;
const keyStep = 0.02;
const keyPauseMs = 700;

export class RegionBox {
    #stage;
    #size;
    #changed;
    #box;
    #region = null;
    #committed = null;
    #keyTimer = 0;

    /**
     * @param stage the element that shows the photo, exactly as large as it.
     * @param size the photo's width and height, pixels.
     * @param changed called with the region, or null, when a change is finished.
     */
    constructor(stage, size, changed) {
        this.#stage = stage;
        this.#size = size;
        this.#changed = changed;
        const corners = ["nw", "ne", "sw", "se"].map(corner => make("span", { class: `corner ${corner}`, "data-corner": corner }));
        this.#box = make(
            "div",
            { class: "region", role: "group", tabindex: "0", hidden: true, onkeydown: event => this.#key(event) },
            corners,
        );
        stage.append(this.#box);
        // A finger on the photo scrolls the page; only on the rectangle it does not.
        stage.onpointerdown = event => this.#press(event);
    }

    get region() {
        return this.#region;
    }

    /** Puts a rectangle in the middle, to be moved from there. */
    startInMiddle() {
        const { width, height } = this.#size;
        this.#set({ left: width / 4, top: height / 4, right: (width * 3) / 4, bottom: (height * 3) / 4 });
        this.#box.focus();
        this.#commit();
    }

    clear() {
        this.#set(null);
        this.#commit();
    }

    #press(event) {
        const onBox = event.target.closest(".region");
        if (event.button !== 0 || (event.pointerType === "touch" && !onBox)) return;
        event.preventDefault();
        this.#stage.setPointerCapture(event.pointerId);
        const start = this.#at(event);
        const before = this.#region;
        const drag = onBox ? this.#grasp(event.target.dataset.corner, before, start) : to => spanning(start, to);
        const move = moved => {
            if (onBox || Math.hypot(moved.clientX - event.clientX, moved.clientY - event.clientY) > clickSlack)
                this.#set(drag(this.#at(moved)));
        };
        const end = ended => {
            this.#stage.onpointermove = this.#stage.onpointerup = this.#stage.onpointercancel = null;
            if (ended.type === "pointercancel" || !this.#isLargeEnough()) this.#set(before);
            if (this.#region) this.#box.focus({ preventScroll: true });
            this.#commit();
        };
        this.#stage.onpointermove = move;
        this.#stage.onpointerup = this.#stage.onpointercancel = end;
    }

    #grasp(corner, from, start) {
        if (!corner) return to => this.#moved(from, to.x - start.x, to.y - start.y);
        const opposite = { x: corner.endsWith("w") ? from.right : from.left, y: corner.startsWith("n") ? from.bottom : from.top };
        return to => spanning(opposite, to);
    }

    #key(event) {
        if (event.key === "Delete" || event.key === "Backspace") {
            event.preventDefault();
            this.clear();
            return;
        }

        const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
        if (!steps) return;
        event.preventDefault();
        const x = steps[0] * this.#size.width * keyStep;
        const y = steps[1] * this.#size.height * keyStep;
        const before = this.#region;
        if (event.shiftKey)
            this.#set({
                ...before,
                right: Math.min(before.right + x, this.#size.width),
                bottom: Math.min(before.bottom + y, this.#size.height),
            });
        else this.#set(this.#moved(before, x, y));
        if (!this.#isLargeEnough()) this.#set(before);
        // One search for a walk of many steps.
        clearTimeout(this.#keyTimer);
        this.#keyTimer = setTimeout(() => this.#commit(), keyPauseMs);
    }

    #moved({ left, top, right, bottom }, x, y) {
        const dx = Math.min(Math.max(x, -left), this.#size.width - right);
        const dy = Math.min(Math.max(y, -top), this.#size.height - bottom);
        return { left: left + dx, top: top + dy, right: right + dx, bottom: bottom + dy };
    }

    #at(event) {
        const frame = this.#stage.getBoundingClientRect();
        const within = (value, limit) => Math.min(Math.max(value, 0), limit);
        return {
            x: within((event.clientX - frame.left) / frame.width, 1) * this.#size.width,
            y: within((event.clientY - frame.top) / frame.height, 1) * this.#size.height,
        };
    }

    #isLargeEnough() {
        const region = this.#region;
        return !region || (region.right - region.left >= leastSidePixels && region.bottom - region.top >= leastSidePixels);
    }

    #set(region) {
        this.#region = region;
        this.#box.hidden = !region;
        if (!region) return;
        const percent = (value, whole) => `${(100 * value) / whole}%`;
        const { width, height } = this.#size;
        this.#box.style.left = percent(region.left, width);
        this.#box.style.top = percent(region.top, height);
        this.#box.style.width = percent(region.right - region.left, width);
        this.#box.style.height = percent(region.bottom - region.top, height);
        this.#box.setAttribute(
            "aria-label",
            `Region ${describe(region)}. Arrow keys move it, with Shift they stretch it, Delete removes it.`,
        );
    }

    #commit() {
        clearTimeout(this.#keyTimer);
        if (this.#region !== this.#committed) {
            this.#committed = this.#region;
            this.#changed(this.#region);
        }
    }
}

/** A region's size and place, in words. */
export const describe = ({ left, top, right, bottom }) =>
    `${Math.round(right - left)} × ${Math.round(bottom - top)} pixels at ${Math.round(left)}, ${Math.round(top)}`;

const spanning = (a, b) => ({ left: Math.min(a.x, b.x), top: Math.min(a.y, b.y), right: Math.max(a.x, b.x), bottom: Math.max(a.y, b.y) });
