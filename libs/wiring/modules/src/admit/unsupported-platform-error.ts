/** The application runs on a platform on which guarded routes do not work. Create it without `FastifyAdapter`. */
export class UnsupportedPlatformError extends Error {
  override readonly name = 'UnsupportedPlatformError';

  constructor() {
    super(
      'The application runs on Fastify, and /spark/* works on Express only: create it with NestFactory.create(AppModule), and without FastifyAdapter.',
    );
  }
}
