import type { ApplicationConfig, ModuleRef } from '@nestjs/core';

/** Nest does not offer its configuration for injection; each `ModuleRef` knows the container that has it. */
export function configOf(moduleRef: ModuleRef): ApplicationConfig | undefined {
  return moduleRef['container'].applicationConfig;
}
