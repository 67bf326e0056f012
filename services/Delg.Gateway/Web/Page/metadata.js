// The user's keys and values of a photo: shown as a line, read from lines.

import { make } from "./dom.js";

/** Metadata as one line of keys and values; null when there is none. */
export function metadataLine(metadata) {
    const pairs = Object.entries(metadata?.values ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
    return pairs.length === 0
        ? null
        : make(
              "span",
              { class: "metadata" },
              pairs.map(([key, value]) => make("span", {}, make("i", {}, key), " ", make("bdi", {}, textOf(value)))),
          );
}

/**
 * Reads "key: value" lines.
 * @returns the metadata message, null when there is none.
 * @throws when a line has no key; whether keys and values are taken is for the server to say.
 */
export function parseMetadata(text) {
    const values = {};
    for (const line of text.split("\n").filter(line => line.trim())) {
        const [, key, value] = /^\s*([^:]+?)\s*:\s*(.*?)\s*$/.exec(line) ?? [];
        if (!key) throw new Error(`Metadata: '${line.trim()}' is not of the form key: value.`);
        values[key] = valueOf(value);
    }

    return Object.keys(values).length > 0 ? { values } : null;
}

function valueOf(text) {
    if (text === "true" || text === "false") return { bool_value: text === "true" };
    return text !== "" && Number.isFinite(Number(text)) ? { number_value: Number(text) } : { string_value: text };
}

const textOf = ({ stringValue, numberValue, boolValue, stringList }) =>
    String(stringValue ?? numberValue ?? boolValue ?? (stringList?.values ?? []).join(", "));
