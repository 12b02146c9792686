// Step marks in the gutter and the highlight on the current step's lines.
import { StateEffect, StateField, RangeSet } from "@codemirror/state";
import { EditorView, Decoration, GutterMarker, gutter } from "@codemirror/view";

export const setSteps = StateEffect.define(); // [{line, number, outcome, label, icon}] with 1-based lines
export const setCurrent = StateEffect.define(); // {first, last, number} or null

const clampLine = (doc, n) => doc.line(Math.max(1, Math.min(doc.lines, n)));

class StepMark extends GutterMarker {
  constructor(step, now) { super(); this.step = step; this.now = now; }
  eq(other) { return other.now === this.now && JSON.stringify(other.step) === JSON.stringify(this.step); }
  toDOM() {
    const mark = document.createElement("span");
    mark.className = `step-mark outcome-${this.step.outcome}${this.now ? " now" : ""}`;
    mark.title = this.step.label;
    mark.append(String(this.step.number));
    if (this.step.icon) {
      const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      svg.setAttribute("viewBox", "0 0 16 16");
      const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
      path.setAttribute("d", this.step.icon);
      svg.append(path);
      mark.append(svg);
    }
    return mark;
  }
}

const currentLine = Decoration.line({ class: "step-current" });

const marks = StateField.define({
  create: () => ({ set: RangeSet.empty, steps: [], now: 0 }),
  update(value, tr) {
    let { set, steps, now } = value, rebuild = false;
    for (const effect of tr.effects) {
      if (effect.is(setSteps)) { steps = effect.value; rebuild = true; }
      if (effect.is(setCurrent)) { const n = effect.value ? effect.value.number : 0; rebuild ||= n !== now; now = n; }
    }
    // Positions are those of the text that was simulated; between two answers they follow the edits.
    if (rebuild && !tr.docChanged && steps !== value.steps) {
      set = RangeSet.of(steps.map((s) => new StepMark(s, s.number === now).range(clampLine(tr.state.doc, s.line).from)), true);
    } else if (rebuild) {
      const moved = [];
      for (const c = set.map(tr.changes).iter(); c.value; c.next()) moved.push(new StepMark(c.value.step, c.value.step.number === now).range(c.from));
      set = RangeSet.of(moved, true);
    } else if (tr.docChanged) {
      set = set.map(tr.changes);
    } else return value;
    return { set, steps, now };
  },
});

const current = StateField.define({
  create: () => Decoration.none,
  update(value, tr) {
    value = value.map(tr.changes);
    for (const effect of tr.effects) if (effect.is(setCurrent)) {
      if (!effect.value) { value = Decoration.none; continue; }
      const last = Math.min(effect.value.last, tr.state.doc.lines, effect.value.first + 2000), lines = [];
      for (let n = effect.value.first; n <= last; n++) lines.push(currentLine.range(clampLine(tr.state.doc, n).from));
      value = Decoration.set(lines);
    }
    return value;
  },
  provide: (field) => EditorView.decorations.from(field),
});

export const stepMarks = (onStep) => [
  marks,
  current,
  gutter({
    class: "step-gutter",
    markers: (view) => view.state.field(marks).set,
    initialSpacer: () => new StepMark({ number: 88, outcome: "done", label: "", icon: "M0 0" }, false),
    domEventHandlers: {
      mousedown(view, line) {
        let found = 0;
        view.state.field(marks).set.between(line.from, line.to, (_from, _to, mark) => { found = mark.step.number; return false; });
        if (found) onStep(found);
        return found > 0;
      },
    },
  }),
];

export function revealLine(view, n) {
  return EditorView.scrollIntoView(clampLine(view.state.doc, n).from, { y: "nearest", yMargin: 60 });
}
