// Puts the views together: which one is seen stands in the address, so that back and forward work.

import { prepareAdd } from "./add.js";
import { prepareBrowse, refreshBrowse } from "./browse.js";
import { refreshCollections } from "./collections.js";
import { prepareDialogs } from "./dialogs.js";
import { byId } from "./dom.js";
import { ignoreOtherDrops } from "./drop.js";
import { showKeyState } from "./key.js";
import { clearNotices } from "./notices.js";
import { prepareSearch, refreshSearch } from "./search.js";

const views = ["search", "add", "browse"];

function showView() {
    const named = location.hash.slice(1);
    // Other anchors, such as that of the link past the bar, stay in the view they are in.
    if (named && !views.includes(named)) return;
    const view = named || views[0];
    clearNotices();
    for (const name of views) byId(name).hidden = name !== view;
    for (const link of document.querySelectorAll("nav a")) {
        if (link.dataset.view === view) link.setAttribute("aria-current", "page");
        else link.removeAttribute("aria-current");
    }

    window.scrollTo(0, 0);
}

prepareDialogs();
ignoreOtherDrops();
prepareSearch();
prepareAdd(() => {
    refreshSearch();
    refreshBrowse();
});
prepareBrowse();
showKeyState();
window.addEventListener("hashchange", showView);
showView();
await refreshCollections();
document.documentElement.dataset.ready = "";
