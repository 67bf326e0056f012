// Calls to the server's JSON interface, and its failures as what they say.

import { keyFor, storedKey } from "./key.js";

const root = new URL("v1/", document.baseURI);

/** A failure: what problem details say, or that there was no answer at all. */
export class Problem extends Error {
    constructor(status, { reason, detail, title, violations, retryAfterSeconds } = {}) {
        super(detail || title || `The server answered ${status}.`);
        this.status = status;
        this.reason = reason || `HTTP_${status}`;
        this.violations = violations || [];
        this.retryAfterSeconds = retryAfterSeconds;
    }
}

export const collectionPath = collection => `collections/${encodeURIComponent(collection)}`;

export const imagePath = (collection, imageId) => `${collectionPath(collection)}/images/${encodeURIComponent(imageId)}`;

export const get = (path, options) => callJson(path, options);

export const remove = (path, options) => callJson(path, { ...options, method: "DELETE" });

/** Sends a form, or anything else as JSON. */
export function post(path, body, options) {
    return body instanceof FormData
        ? callJson(path, { ...options, method: "POST", body })
        : callJson(path, { ...options, method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } });
}

/** The answer as it came. A server that wants a key gets one, as soon as there is one. */
export async function call(path, options = {}) {
    for (;;) {
        const key = storedKey();
        const answer = await send(path, { ...options, headers: { ...options.headers, ...(key && { authorization: `Bearer ${key}` }) } });
        if (answer.ok) return answer;
        const problem = new Problem(answer.status, await answer.json().catch(() => ({ title: answer.statusText })));
        if (answer.status !== 401 || !(await keyFor(problem.message, key))) throw problem;
    }
}

async function callJson(path, options) {
    return (await call(path, options)).json();
}

async function send(path, options) {
    try {
        return await fetch(new URL(path, root), options);
    } catch (failure) {
        if (failure.name === "AbortError") throw failure;
        throw new Problem(0, {
            reason: "NO_ANSWER",
            detail: "The server does not answer. Is it running, and can it be reached from here?",
        });
    }
}
