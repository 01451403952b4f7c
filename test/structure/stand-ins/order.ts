export class Order {
  sku!: string;
  amount!: number;
}
