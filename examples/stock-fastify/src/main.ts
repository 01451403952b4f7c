import { Controller, Get, Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  Entity,
  InjectRepository,
  Replicated,
  Repository,
  sparkConfig,
  SparkModule,
  type Page,
} from '@nestjs-spark/core';

@Entity()
@Replicated({ sourceModule: 'Orders', sourceCollection: 'Orders', fields: ['sku', 'amount'] })
export class Order {
  sku!: string;
  amount!: number;
}

@Controller('orders')
class OrdersController {
  constructor(@InjectRepository(Order) private readonly orders: Repository<Order>) {}

  @Get()
  list(): Promise<Page<Order>> {
    return this.orders.list();
  }
}

@Module({
  imports: [
    ConfigModule.forRoot({ isGlobal: true, load: [sparkConfig] }),
    SparkModule.forRootAsync(sparkConfig.asProvider()),
    SparkModule.forFeature([Order]),
  ],
  controllers: [OrdersController],
})
class StockModule {}

const app = await NestFactory.create<NestFastifyApplication>(StockModule, new FastifyAdapter());
app.enableShutdownHooks();
await app.listen(Number(process.env['PORT']), '127.0.0.1');
