export class CarBrand {
  name!: string;
}
