// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Map tiles of a server that the user named (loci serve --tile-url). Without one, nothing is fetched.
import { TILE, scaleOf, toScreen } from './mercator';
import type { Size, View } from './mercator';

const KEEP = 256;
const DEEPEST = 19;

export class Tiles {
  private readonly kept = new Map<string, HTMLImageElement>();

  constructor(
    private readonly url: string,
    private readonly arrived: () => void,
  ) {}

  draw(g: CanvasRenderingContext2D, view: View, size: Size) {
    const z = Math.max(0, Math.min(DEEPEST, Math.round(view.zoom)));
    const n = 2 ** z;
    const side = scaleOf(view.zoom) / n;
    const left = view.x - size.width / 2 / scaleOf(view.zoom);
    const top = view.y - size.height / 2 / scaleOf(view.zoom);
    for (let ty = Math.max(0, Math.floor(top * n)); ty < n; ty++) {
      const at = toScreen(view, size, 0, ty / n);
      if (at.y > size.height) break;
      for (let tx = Math.floor(left * n); ; tx++) {
        const px = toScreen(view, size, tx / n, 0).x;
        if (px > size.width) break;
        const image = this.image(z, ((tx % n) + n) % n, ty);
        if (image.complete && image.naturalWidth) g.drawImage(image, px, at.y, side + 0.5, side + 0.5);
      }
    }
  }

  private image(z: number, x: number, y: number): HTMLImageElement {
    const address = this.url.replace('{z}', String(z)).replace('{x}', String(x)).replace('{y}', String(y));
    let image = this.kept.get(address);
    if (!image) {
      image = new Image(TILE, TILE);
      image.onload = this.arrived;
      image.referrerPolicy = 'strict-origin-when-cross-origin'; // tile servers refuse requests from nowhere
      image.src = address;
      this.kept.set(address, image);
      if (this.kept.size > KEEP) this.kept.delete(this.kept.keys().next().value!);
    }
    return image;
  }
}
