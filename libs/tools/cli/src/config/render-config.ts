import type {
  SettingsChangeView,
  SettingsVersionView,
  SettingsView,
  SettingView,
} from '@nestjs-spark/settings/internal';
import { inColumns } from '../in-columns.ts';

export function renderSettings(module: string, { detail, settings }: SettingsView): string {
  const rows = settings.map((setting): string[] => [setting.name, show(setting.value), originOf(setting)]);
  return [`${module}: ${detail}`, ...indented(rows)].join('\n');
}

export function renderChange(module: string, { version, changed }: SettingsChangeView): string {
  if (changed.length === 0)
    return `${module}: settings version ${version} has the same values as before; nothing changed`;
  const lines = changed.map((setting) => {
    const { name, central, value, effect } = setting;
    if (central === null) return `  ${name} has no central value now; it is ${show(value)}`;
    return effect === 'overruled'
      ? `  ${name} is stored and has no effect: ${beatenBy(setting)} sets it to ${show(value)}`
      : `  ${name} is ${show(value)}`;
  });
  return [`${module}: settings version ${version}`, ...lines].join('\n');
}

export function renderHistory(module: string, versions: readonly SettingsVersionView[]): string {
  if (versions.length === 0) return `${module}: nothing was set yet`;
  const rows = versions.map(({ version, at, values, takenFrom }) => {
    const set = Object.entries(values).map(([name, value]) => `${name}=${show(value)}`);
    const from = takenFrom === null ? '' : ` (the values of version ${takenFrom})`;
    return [String(version), at, `${set.join(' ') || 'nothing'}${from}`];
  });
  return [`${module}:`, ...indented(rows)].join('\n');
}

function originOf(setting: SettingView): string {
  const { origin, variable, central } = setting;
  if (origin === 'central') return 'central';
  if (origin === 'default') return `default (${variable})`;
  return central === null ? beatenBy(setting) : `${beatenBy(setting)}, not the central ${show(central)}`;
}

function beatenBy({ origin, variable }: SettingView): string {
  return origin === 'option' ? 'an option in the code' : `the variable ${variable}`;
}

/** As it would be written in a variable. */
function show(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? '(none)' : value.join(',');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function indented(rows: readonly (readonly string[])[]): string[] {
  return inColumns(rows).map((line) => `  ${line}`);
}
