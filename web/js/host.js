// What the module cannot do itself: a dynamic import of a file that stands beside the page.
export const loadEditor = () => import(new URL("assets/editor.js", document.baseURI).href);
