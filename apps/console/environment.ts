import type { NamedModule } from '@nestjs-spark/console';

/** Modules missing from every registry, from `SPARK_CONSOLE_MODULES` (`Jobs=http://jobs:5004,…`). */
export function modulesFromEnvironment(env: Readonly<Record<string, string | undefined>>): NamedModule[] {
  return (env['SPARK_CONSOLE_MODULES'] ?? '')
    .split(',')
    .filter((pair) => pair.trim() !== '')
    .map((pair) => {
      const [name = '', ...url] = pair.trim().split('=');
      return { name, url: url.join('=') };
    });
}
