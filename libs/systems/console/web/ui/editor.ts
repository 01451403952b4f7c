import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { HighlightStyle, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { EditorState, StateEffect, StateField } from '@codemirror/state';
import {
  Decoration,
  EditorView,
  highlightActiveLine,
  keymap,
  lineNumbers,
  type DecorationSet,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { scriptLanguage } from './script-language.ts';

export interface Editor {
  replace(text: string): void;
  /** Marks the line at which a script fails. */
  mark(place: { line: number } | null): void;
  close(): void;
}

const setMark = StateEffect.define<number | null>();
const marked = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    const effect = transaction.effects.find((one) => one.is(setMark));
    if (!effect) return transaction.docChanged ? Decoration.none : marks;
    const line = effect.value as number | null;
    if (line === null || line < 1 || line > transaction.state.doc.lines) return Decoration.none;
    return Decoration.set([
      Decoration.line({ class: 'cm-fault' }).range(transaction.state.doc.line(line).from),
    ]);
  },
  provide: (field) => EditorView.decorations.from(field),
});

const colors = HighlightStyle.define([
  { tag: tags.comment, color: 'var(--ink-3)', fontStyle: 'italic' },
  { tag: [tags.keyword, tags.self, tags.atom, tags.bool], color: 'var(--info)' },
  { tag: [tags.string, tags.regexp], color: 'var(--ok)' },
  { tag: [tags.number], color: 'var(--warn)' },
  { tag: [tags.propertyName, tags.definition(tags.variableName)], color: 'var(--accent)' },
]);

const look = EditorView.theme({
  '&': { color: 'var(--ink)', backgroundColor: 'transparent', fontSize: '13px' },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '-2px' },
  '.cm-content': {
    fontFamily: "'Geist Mono', monospace",
    caretColor: 'var(--ink)',
    minHeight: '280px',
    padding: '8px 0',
  },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--ink-3)', border: '0' },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--ink) 5%, transparent)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-selectionBackground, &.cm-focused .cm-selectionBackground': {
    backgroundColor: 'color-mix(in srgb, var(--accent) 25%, transparent)',
  },
  '.cm-fault': { backgroundColor: 'color-mix(in srgb, var(--bad) 20%, transparent)' },
});

/** An editor in a shadow root: in the document, the page's content security policy would refuse its styles. */
export function openEditor(
  holder: HTMLElement,
  {
    text,
    label,
    onChange,
    onTry,
  }: { text: string; label: string; onChange: (text: string) => void; onTry: () => void },
): Editor {
  const root = holder.shadowRoot ?? holder.attachShadow({ mode: 'open' });
  let escaped = false;
  const leave = { key: 'Escape', run: () => (escaped = true) };
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        history(),
        highlightActiveLine(),
        indentOnInput(),
        EditorView.lineWrapping,
        scriptLanguage,
        syntaxHighlighting(colors),
        look,
        marked,
        EditorView.contentAttributes.of({ 'aria-label': label }),
        EditorView.domEventHandlers({
          // By default a browser keeps the look of replaced text with an inline style, which the page's policy refuses.
          beforeinput: (event, own) => {
            if (event.inputType !== 'insertText' || event.data === null || own.state.selection.main.empty)
              return false;
            event.preventDefault();
            own.dispatch(own.state.replaceSelection(event.data), { userEvent: 'input.type' });
            return true;
          },
          // After Escape, Tab moves the focus again.
          keydown: (event) => {
            if (event.key === 'Escape') escaped = true;
            else if (event.key === 'Tab' && escaped) return true;
            else if (event.key !== 'Shift') escaped = false;
            return false;
          },
        }),
        keymap.of([
          {
            key: 'Mod-Enter',
            run: () => {
              onTry();
              return true;
            },
          },
          leave,
          ...defaultKeymap.filter(({ key }) => key !== 'Escape'),
          ...historyKeymap,
          indentWithTab,
        ]),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onChange(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    replace: (next) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } }),
    mark: (place) => view.dispatch({ effects: setMark.of(place?.line ?? null) }),
    close: () => view.destroy(),
  };
}
