import type { HealthFinding } from '@nestjs-spark/observability';

/** How the current settings compare with the store's. */
export type SettingsCondition =
  | { state: 'none' }
  | { state: 'starting' }
  | { state: 'current' }
  | { state: 'away'; reason: string }
  | { state: 'refused'; reason: string };

/** Avoids repeating the place when the store's error already names it. */
function withPlace(reason: string, place: string | null): string {
  return place === null || reason.includes(place) ? reason : `${place} is away: ${reason}`;
}

/** Always ready: a module works with the settings that it knows. */
export function describeCondition(
  condition: SettingsCondition,
  version: number | null,
  place: string | null,
): HealthFinding {
  const known = version === null ? 'no central settings are known' : `version ${version} is in use`;
  const detail = (): string => {
    switch (condition.state) {
      case 'none':
        return 'no central settings are used';
      case 'starting':
        return `${known}; ${place} was not asked yet`;
      case 'current':
        return version === null ? `${place} has no central settings` : `version ${version}, from ${place}`;
      case 'away':
        return `${known}; ${withPlace(condition.reason, place)}`;
      case 'refused':
        return `${known}; what ${place} has is not used: ${condition.reason}`;
    }
  };
  return { ready: true, detail: detail() };
}
