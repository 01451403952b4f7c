export * from './index.ts';
export { CentralSettings, type CentralSettingsParts } from './refresh/central-settings.ts';
export { APPLICATION_SETTINGS } from './change/application-settings.ts';
export { openSettingsStore } from './store/open-store.ts';
export type {
  SettingsChangeView,
  SettingsVersionView,
  SettingsView,
  SettingView,
} from './operate/settings-view.ts';
export { SparkSettingsModule, type SettingsOptions } from './settings.module.ts';
