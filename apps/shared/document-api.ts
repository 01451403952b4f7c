import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { withSparkRoutes } from '@nestjs-spark/observability/open-api';

/** Serves OpenAPI at `/api`. */
export function documentApi(app: INestApplication, name: string, description: string): void {
  const config = new DocumentBuilder()
    .setTitle(name)
    .setDescription(description)
    .setVersion('1.0')
    .addBearerAuth()
    .addSecurityRequirements('bearer')
    .build();
  SwaggerModule.setup('api', app, () => withSparkRoutes(() => SwaggerModule.createDocument(app, config)));
}
