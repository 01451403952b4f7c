import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globals: true,
    include: ['src/**/*.spec.ts'],
    // sparkConfig checks the whole environment, although a test needs neither store nor NATS.
    env: { SPARK_MODULE_NAME: 'Stock', SPARK_STORE: 'sqlite:unused.db' },
  },
});
