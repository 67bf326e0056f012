// The few steps of building elements that every view takes. Text is always set as text: nothing from the server or a file is read as markup.

/** The element with an id of the page. */
export const byId = id => document.getElementById(id);

/**
 * Makes an element. `on…` properties are listeners, `true` sets a bare attribute, `false`, null and undefined set none; children are elements,
 * texts, or lists of them.
 */
export function make(tag, properties = {}, ...children) {
    return fill(document.createElement(tag), properties, children);
}

/** The same for SVG. */
export function makeSvg(tag, properties = {}, ...children) {
    return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), properties, children);
}

/** Words in the place of a list that has nothing in it, a paragraph each. */
export const makeEmpty = (...paragraphs) =>
    make(
        "div",
        { class: "empty" },
        paragraphs.map(content => make("p", {}, content)),
    );

/** Names and values for a list of facts. */
export const makeFacts = rows => rows.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value)));

/** So many of something, in words. */
export const count = (number, one, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;

/** An image's name: of any script and direction, and of any length. */
export const nameOf = id => make("bdi", {}, id);

function fill(element, properties, children) {
    for (const [name, value] of Object.entries(properties)) {
        if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
        else if (value !== false && value != null) element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.flat(Infinity).filter(child => child != null && child !== false));
    return element;
}
