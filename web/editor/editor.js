// The SQL editor: CodeMirror 6 behind one function. Bundled by `npm run build` into
// ../assets/editor.js, which is committed, so that building the page needs no node.
import { EditorState, Compartment, Prec } from "@codemirror/state";
import {
  EditorView, keymap, lineNumbers, highlightActiveLine, highlightActiveLineGutter, drawSelection,
  highlightSpecialChars, placeholder, dropCursor,
} from "@codemirror/view";
import { history, defaultKeymap, historyKeymap } from "@codemirror/commands";
import { bracketMatching, indentOnInput, foldGutter, foldKeymap } from "@codemirror/language";
import { search, searchKeymap, highlightSelectionMatches } from "@codemirror/search";
import { lintKeymap, setDiagnostics } from "@codemirror/lint";
import { sql, PostgreSQL } from "@codemirror/lang-sql";
import { base, themeOf } from "./theme.js";
import { stepMarks, setSteps, setCurrent, revealLine } from "./steps.js";

// Reading the whole text out costs time in proportion to its length, so it waits for a pause in typing.
const PAUSE_MS = 120;

/** Mounts an editor in `parent`; the handle returned is all that the page knows of CodeMirror. */
export function createEditor(parent, { text, label, hint, dark, readOnly, onChange, onPlay, onShare, onStep }) {
  const theme = new Compartment();
  let silent = false, timer = 0;
  const flush = () => {
    if (!timer) return;
    clearTimeout(timer);
    timer = 0;
    onChange(view.state.doc.toString());
  };
  const modified = (run) => () => { flush(); run(); return true; };
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        stepMarks(onStep), lineNumbers(), foldGutter(), history(), drawSelection(), dropCursor(), highlightSpecialChars(),
        indentOnInput(), bracketMatching(), highlightActiveLine(), highlightActiveLineGutter(), highlightSelectionMatches(),
        search({ top: true }), EditorView.lineWrapping, EditorState.readOnly.of(readOnly),
        EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0", spellcheck: "false", autocapitalize: "off", autocorrect: "off" }),
        placeholder(hint), sql({ dialect: PostgreSQL }), base, theme.of(themeOf(dark)),
        Prec.highest(keymap.of([
          { key: "Mod-Enter", run: modified(onPlay) },
          { key: "Mod-s", run: modified(onShare), preventDefault: true },
        ])),
        // No indentWithTab: Tab must leave the editor (WCAG 2.1.2).
        keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap, ...foldKeymap, ...lintKeymap]),
        EditorView.domEventHandlers({ blur: () => { flush(); } }),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged || silent) return;
          clearTimeout(timer);
          timer = setTimeout(flush, PAUSE_MS);
        }),
      ],
    }),
  });
  return {
    set(next) {
      // What was typed and not yet handed out is newer than what the page knows.
      if (timer || next === view.state.doc.toString()) return;
      silent = true;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next }, selection: { anchor: 0 }, scrollIntoView: true });
      silent = false;
    },
    diagnostics(list) {
      const end = view.state.doc.length;
      view.dispatch(setDiagnostics(view.state, list.map((d) => {
        const from = Math.min(d.from, end);
        return { from, to: Math.max(from, Math.min(d.to, end)), severity: d.severity === "note" ? "info" : d.severity, message: d.message };
      })));
    },
    steps(list) { view.dispatch({ effects: setSteps.of(list) }); },
    current(mark, reveal) {
      const effects = [setCurrent.of(mark)];
      if (mark && reveal) effects.push(revealLine(view, mark.first));
      view.dispatch({ effects });
    },
    dark(on) { view.dispatch({ effects: theme.reconfigure(themeOf(on)) }); },
    measure() { view.requestMeasure(); },
    focus() { view.focus(); },
    destroy() { flush(); view.destroy(); },
  };
}
