import { StreamLanguage } from '@codemirror/language';
import { javascript } from '@codemirror/legacy-modes/mode/javascript';
import { tags } from '@lezer/highlight';

/** The language of scripts. The mode calls a quoted name `string property`; CodeMirror knows the legacy tag `property` only on its own. */
export const scriptLanguage = StreamLanguage.define({
  ...javascript,
  tokenTable: { property: tags.propertyName },
});
