// Colours of the editor. CodeMirror's default highlight style fails WCAG AA on the highlighted
// line, so these are our own: at least 4.5:1 on the plain, the active and the current-step line.
import { EditorView } from "@codemirror/view";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { tags as t } from "@lezer/highlight";

const style = (keyword, string, number, comment, type, call) =>
  HighlightStyle.define([
    { tag: t.keyword, color: keyword, fontWeight: "600" },
    { tag: [t.string, t.special(t.string)], color: string },
    { tag: [t.number, t.bool, t.null], color: number },
    { tag: t.comment, color: comment, fontStyle: "italic" },
    { tag: [t.typeName, t.className], color: type },
    { tag: t.function(t.variableName), color: call },
  ]);

const light = style("#5b21b6", "#9a3412", "#1d4ed8", "#4b5563", "#0f5a55", "#9d174d");
const dark = style("#b4a2ff", "#9be9a8", "#ffd28a", "#9fb0c3", "#7fdbca", "#f5b0cf");

export const themeOf = (isDark) => [EditorView.theme({}, { dark: isDark }), syntaxHighlighting(isDark ? dark : light)];

// Everything else comes from the page's custom properties, so both themes share it.
export const base = EditorView.baseTheme({
  "&.cm-editor": { height: "100%", fontSize: "var(--code-size, 13.5px)", backgroundColor: "var(--panel)", color: "var(--ink)" },
  "&.cm-editor.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6", overflow: "auto" },
  ".cm-content": { padding: "10px 0", caretColor: "var(--ink)" },
  ".cm-line": { padding: "0 12px 0 8px" },
  ".cm-gutters": { backgroundColor: "var(--panel) !important", color: "var(--faint) !important", border: "none !important" },
  ".cm-lineNumbers .cm-gutterElement": { minWidth: "2.2em", paddingRight: "6px" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--line-active) !important" },
  ".cm-cursor": { borderLeftColor: "var(--ink) !important" },
  ".cm-selectionBackground, &.cm-focused .cm-selectionBackground": { backgroundColor: "var(--selection) !important" },
  ".cm-line.step-current": { backgroundColor: "var(--step-line) !important", boxShadow: "inset 3px 0 0 var(--accent)" },
  ".cm-placeholder": { color: "var(--muted)" },
  ".step-gutter .cm-gutterElement": { padding: "0 4px 0 6px", cursor: "pointer" },
  ".step-mark": {
    display: "inline-flex", alignItems: "center", gap: "2px", height: "18px", padding: "0 5px 0 4px", borderRadius: "9px",
    font: "600 11px/18px var(--sans)", fontVariantNumeric: "tabular-nums", marginTop: "2px",
    color: "var(--mark-ink)", background: "var(--mark)", border: "1px solid var(--mark-line)",
  },
  ".step-mark svg": { width: "11px", height: "11px", fill: "none", stroke: "currentColor", strokeWidth: "2.4", strokeLinecap: "round", strokeLinejoin: "round" },
  ".step-mark.now": { background: "var(--accent)", color: "var(--on-accent)", borderColor: "var(--accent)" },
  ".cm-tooltip": { backgroundColor: "var(--panel) !important", color: "var(--ink)", border: "1px solid var(--line) !important", borderRadius: "6px" },
  ".cm-diagnosticText": { whiteSpace: "pre-wrap" },
  ".cm-panels": { backgroundColor: "var(--well) !important", color: "var(--ink) !important", borderColor: "var(--line) !important" },
  ".cm-panel.cm-search label, .cm-panel.cm-search input, .cm-panel.cm-search button": { fontSize: "13px" },
  ".cm-textfield": { backgroundColor: "var(--panel) !important", color: "var(--ink)", borderColor: "var(--line) !important" },
  ".cm-button": { backgroundImage: "none !important", backgroundColor: "var(--panel) !important", color: "var(--ink)", borderColor: "var(--line) !important" },
  ".cm-foldPlaceholder": { backgroundColor: "var(--well)", color: "var(--muted)", borderColor: "var(--line)" },
  ".cm-searchMatch": { backgroundColor: "var(--selection)", outline: "1px solid var(--accent)" },
});
