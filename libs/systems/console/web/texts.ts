import { copyTexts } from './texts/copies.ts';
import { moduleTexts } from './texts/modules.ts';
import { shell } from './texts/shell.ts';
import { systemTexts } from './texts/systems.ts';

/** All texts of the page. */
export const t = { ...shell, ...copyTexts, ...moduleTexts, ...systemTexts };
