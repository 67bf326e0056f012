// A place that files are dropped on, with a button for those who do not drag.

/** @param take gets the files, at least one. */
export function makeDrop({ area, button, input, take }) {
    button.addEventListener("click", () => input.click());
    input.addEventListener("change", () => {
        const files = [...input.files];
        // The same file can be chosen again.
        input.value = "";
        if (files.length > 0) take(files);
    });
    area.addEventListener("dragover", event => {
        if (!carriesFiles(event)) return;
        event.preventDefault();
        area.classList.add("over");
    });
    area.addEventListener("dragleave", () => area.classList.remove("over"));
    area.addEventListener("drop", event => {
        area.classList.remove("over");
        if (!carriesFiles(event)) return;
        event.preventDefault();
        event.stopPropagation();
        const files = [...event.dataTransfer.files];
        if (files.length > 0) take(files);
    });
}

/** A file dropped beside its place would make the browser leave the page. */
export function ignoreOtherDrops() {
    for (const type of ["dragover", "drop"]) window.addEventListener(type, event => event.preventDefault());
}

const carriesFiles = event => event.dataTransfer?.types.includes("Files");
